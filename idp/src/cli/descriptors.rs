//! The number of descriptors that this process may have open: each connection is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// More than this is of no use to the provider.
const WANTED: u64 = 65_536;

/// Raises the soft limit as far as the hard one allows, and returns what it is now.
pub(super) fn raise_limit() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let (current, raised) = (limit.current.unwrap_or(u64::MAX), raised(limit));
    if raised <= current {
        return current;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: Some(raised), ..limit }) {
        Ok(()) => raised,
        Err(error) => {
            tracing::warn!(%error, "the limit of descriptors cannot be raised");
            current
        }
    }
}

/// What the soft limit should be; never less than it is.
fn raised(limit: Rlimit) -> u64 {
    let most = limit.maximum.unwrap_or(u64::MAX);
    limit.current.unwrap_or(u64::MAX).max(WANTED.min(most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_descriptor_limit_is_raised_up_to_the_hard_limit_or_the_wanted_number() {
        for (current, maximum, expected) in [
            (Some(1_024), Some(4_096), 4_096),
            (Some(1_024), Some(1_048_576), WANTED),
            (Some(1_024), None, WANTED),
            (Some(1_024), Some(1_024), 1_024),
            (Some(1_048_576), Some(1_048_576), 1_048_576),
            (None, None, u64::MAX),
        ] {
            assert_eq!(raised(Rlimit { current, maximum }), expected, "{current:?} {maximum:?}");
        }
    }
}
