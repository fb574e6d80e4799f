//! Logging: JSON lines on standard output, one event a line. Never a secret, link, token, cookie or
//! full address: what is logged is ids, route patterns and counts.
//!
//! A server hands its lines to a thread that writes those that wait at once. Where nobody reads them
//! for so long that [`WAITING_LINES`] wait, further ones are dropped and counted: a full pipe stops
//! no login.

use std::io::{BufWriter, Write, stderr, stdout};
use std::sync::mpsc::channel;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use crate::account::event::TARGET;
use tracing::Subscriber;
use tracing::field::{Field, Visit};
use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::fmt::{self, FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

/// How much is logged when `RUST_LOG` does not say.
#[derive(Clone, Copy, Debug)]
pub enum Logs {
    /// Requests and events: a server.
    All,
    /// Warnings and errors: a command, or the demo, whose output people read.
    Faults,
}

/// Lines that wait for the thread that writes them, at most: some 20 MB.
pub const WAITING_LINES: usize = 65_536;

/// How long the end of the process waits for lines to be written.
const LAST_LINES: Duration = Duration::from_secs(2);

static DROPPED: OnceLock<ErrorCounter> = OnceLock::new();
static WRITER: Mutex<Option<WorkerGuard>> = Mutex::new(None);

/// Writes the lines that wait, before the process ends. Where nobody reads them, it gives up.
pub fn finish() {
    let writer = WRITER.lock().unwrap_or_else(PoisonError::into_inner).take();
    let (done, written) = channel();
    std::thread::spawn(move || {
        drop(writer);
        let _ = done.send(());
    });
    let _ = written.recv_timeout(LAST_LINES);
}

/// Lines that were dropped since the start.
pub fn dropped_lines() -> usize {
    DROPPED.get().map_or(0, ErrorCounter::dropped_lines)
}

/// Starts logging; the variable `RUST_LOG` overrides the level.
pub fn start(logs: Logs) {
    let level = match logs {
        Logs::All => "info",
        Logs::Faults => "warn",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    // A second start, in tests, changes nothing.
    match logs {
        Logs::All => {
            let (lines, worker) = write_apart(BufWriter::new(stdout()));
            let _ = DROPPED.set(lines.error_counter());
            let _ = json_lines(filter, lines).try_init();
            *WRITER.lock().unwrap_or_else(PoisonError::into_inner) = Some(worker);
        }
        Logs::Faults => {
            let _ = json_lines(filter, stderr).try_init();
        }
    }
}

/// Starts the thread that writes lines; they are all written once its guard is dropped.
fn write_apart<W: Write + Send + 'static>(to: W) -> (NonBlocking, WorkerGuard) {
    let builder = NonBlockingBuilder::default().buffered_lines_limit(WAITING_LINES);
    builder.thread_name("log").finish(to)
}

/// Writes each event as one line of JSON. The fields of an event stand beside the formatter's own
/// (`timestamp`, `level`, `target`, `message`, `span`, `spans`), so no event may name those: RFC 8259
/// section 4 lets a parser refuse a name that occurs twice.
pub fn json_lines<W>(filter: EnvFilter, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = fmt::fmt().json().flatten_event(true).with_env_filter(filter);
    lines.map_event_format(Lines).with_writer(writer).finish()
}

/// The lines of the log: those of the audit record as they are kept, all others as `L` has them.
struct Lines<L>(L);

impl<S, N, L> FormatEvent<S, N> for Lines<L>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    L: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &tracing::Event<'_>,
    ) -> std::fmt::Result {
        if event.metadata().target() != TARGET {
            return self.0.format_event(context, writer, event);
        }
        let mut kept = Kept(String::new());
        event.record(&mut kept);
        writer.write_str("{\"timestamp\":\"")?;
        SystemTime.format_time(&mut writer)?;
        let level = event.metadata().level();
        // The rest of the object that is kept, behind its brace.
        let members = kept.0.get(1..).unwrap_or("}");
        writeln!(writer, "\",\"level\":\"{level}\",\"target\":\"{TARGET}\",{members}")
    }
}

/// The one field of an event of the audit record.
struct Kept(String);

impl Visit for Kept {
    fn record_str(&mut self, _: &Field, value: &str) {
        value.clone_into(&mut self.0);
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::{WAITING_LINES, write_apart};

    /// A reader of the log that reads nothing before it is let go on.
    struct Reader {
        go_on: Receiver<()>,
        lines: Sender<Vec<u8>>,
    }

    impl Write for Reader {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            let _ = self.go_on.recv();
            let _ = self.lines.send(line.to_vec());
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_that_nobody_reads_are_dropped_and_counted_and_the_others_written_before_the_end() {
        let (go_on, held) = channel();
        let (sink, lines) = channel();
        let (mut log, guard) = write_apart(Reader { go_on: held, lines: sink });
        let counter = log.error_counter();
        // One line may be with the reader already.
        let written = WAITING_LINES + 1 + 7;
        for number in 0..written {
            log.write_all(number.to_string().as_bytes()).unwrap();
        }
        let dropped = counter.dropped_lines();
        assert!((7..=8).contains(&dropped), "{dropped}");
        drop(go_on);
        drop(guard);
        let lines: Vec<_> = lines.try_iter().collect();
        assert_eq!(lines.len(), written - dropped);
        assert_eq!(lines[0], b"0");
    }
}
