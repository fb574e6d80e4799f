//! The world's clock.

use std::time::{SystemTime, UNIX_EPOCH};

/// The time in seconds since 1970.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "a stranger has the world's clock")]
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs())
}
