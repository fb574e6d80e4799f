//! What the server spends, from `/proc` (Linux).

use std::fs;
use std::time::Duration;

use anyhow::Context as _;

/// `USER_HZ`, which Linux has kept at 100 for programs, whatever the kernel ticks at.
const TICKS_A_SECOND: u64 = 100;

/// Processor time that the process has used, in user and kernel mode.
pub(crate) fn processor_time(pid: u32) -> anyhow::Result<Duration> {
    let path = format!("/proc/{pid}/stat");
    let line = fs::read_to_string(&path).with_context(|| path.clone())?;
    let ticks = ticks(&line).with_context(|| format!("{path}: {line}"))?;
    Ok(Duration::from_millis(ticks * 1000 / TICKS_A_SECOND))
}

/// The same of a process and all it has started that still runs, as PostgreSQL does for each
/// connection.
pub(crate) fn processor_time_with_children(pid: u32) -> anyhow::Result<Duration> {
    let mut total = processor_time(pid)?;
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(other) = name.to_str().and_then(|name| name.parse().ok()) else { continue };
        // Any process may end while this looks around.
        let Ok(line) = fs::read_to_string(format!("/proc/{other}/stat")) else { continue };
        if parent(&line) == Some(pid) {
            total += processor_time(other).unwrap_or_default();
        }
    }
    Ok(total)
}

/// Resident memory in KiB.
pub(crate) fn memory(pid: u32) -> anyhow::Result<u64> {
    let path = format!("/proc/{pid}/status");
    let status = fs::read_to_string(&path).with_context(|| path.clone())?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()).context("no VmRSS")?;
    Ok(number.parse()?)
}

/// `utime` and `stime`, fields 14 and 15; the second field, a name in brackets, may hold spaces.
fn ticks(line: &str) -> Option<u64> {
    let (_, rest) = line.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let kernel: u64 = fields.next()?.parse().ok()?;
    Some(user + kernel)
}

/// `ppid`, field 4.
fn parent(line: &str) -> Option<u32> {
    let (_, rest) = line.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_name_with_parentheses_does_not_shift_the_fields() {
        let line = "7 (a ) b) S 1 2 3 4 5 6 7 8 9 10 120 45 0 0 20 0 4 0";
        assert_eq!(ticks(line), Some(165));
        assert_eq!(parent(line), Some(1));
    }
}
