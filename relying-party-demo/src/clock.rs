//! The only place that reads the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Where the time comes from: the machine, or a test that turns the hands itself.
#[derive(Clone, Debug)]
pub(crate) enum Clock {
    /// The operating system's clock.
    System,
    /// A clock that stands still until it is told to move.
    #[cfg_attr(not(test), expect(dead_code, reason = "only tests turn the hands"))]
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The present moment in seconds since 1970, as `NumericDate` of
    /// [RFC 7519 section 2](https://www.rfc-editor.org/rfc/rfc7519#section-2).
    pub(crate) fn now(&self) -> i64 {
        match self {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
            Self::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX)),
            Self::Manual(seconds) => seconds.load(Ordering::SeqCst),
        }
    }

    /// Moves a manual clock; the system's clock is left alone.
    #[cfg(test)]
    pub(crate) fn advance(&self, seconds: i64) {
        if let Self::Manual(hands) = self {
            hands.fetch_add(seconds, Ordering::SeqCst);
        }
    }
}
