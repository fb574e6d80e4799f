//! The only place that reads the time. Everyone else is handed a [`Timestamp`] or a [`Clock`].

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeZone as _, Utc};
use serde::{Deserialize, Serialize};

/// Seconds since 1970-01-01T00:00:00Z, as `NumericDate` of
/// [RFC 7519 section 2](https://www.rfc-editor.org/rfc/rfc7519#section-2).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The moment `seconds` later; negative seconds go back.
    #[must_use]
    pub const fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to this moment, negative when `earlier` is in fact later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The wall clock in `zone`, as people read it: `14:05`.
    #[must_use]
    pub fn hour_and_minute(self, zone: Zone) -> String {
        self.format(zone, "%H:%M")
    }

    /// The wall clock in `zone` to the second: `14:05:30`.
    #[must_use]
    pub fn hour_minute_and_second(self, zone: Zone) -> String {
        self.format(zone, "%H:%M:%S")
    }

    /// Date and wall clock in `zone`: `2026-11-23 14:05`.
    #[must_use]
    pub fn date_and_time(self, zone: Zone) -> String {
        self.format(zone, "%Y-%m-%d %H:%M")
    }

    fn format(self, zone: Zone, pattern: &str) -> String {
        zone.0
            .timestamp_opt(self.0, 0)
            .single()
            .map_or_else(String::new, |moment| moment.format(pattern).to_string())
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC: `2026-11-23T13:05:00Z`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::<Utc>::from_timestamp(self.0, 0) {
            Some(moment) => write!(formatter, "{}", moment.format("%Y-%m-%dT%H:%M:%SZ")),
            None => write!(formatter, "{}", self.0),
        }
    }
}

/// The time zone in which people are shown clock times, by its IANA name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(chrono_tz::Tz);

impl Default for Zone {
    fn default() -> Self {
        Self(chrono_tz::Europe::Stockholm)
    }
}

impl FromStr for Zone {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        name.parse()
            .map(Self)
            .map_err(|_| format!("{name} is not the name of a time zone, such as Europe/Stockholm"))
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Where the time comes from: the machine, or a test that turns the hands itself.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The operating system's clock.
    System,
    /// A clock that stands still until it is told to move.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `now` until [`Clock::advance`].
    #[must_use]
    pub fn manual(now: Timestamp) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(now.0)))
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
            Self::System => Timestamp(Utc::now().timestamp()),
            Self::Manual(seconds) => Timestamp(seconds.load(Ordering::SeqCst)),
        }
    }

    /// Moves a manual clock; the system's clock is left alone.
    pub fn advance(&self, seconds: i64) {
        if let Self::Manual(hands) = self {
            hands.fetch_add(seconds, Ordering::SeqCst);
        }
    }
}

/// The last moment there is, for a crate that insists on an end and on reading the time itself.
#[must_use]
pub const fn end_of_time() -> DateTime<Utc> {
    DateTime::<Utc>::MAX_UTC
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_the_wall_clock_of_their_zone_in_summer_and_winter() {
        let zone: Zone = "Europe/Stockholm".parse().unwrap();
        assert_eq!(Timestamp(1_795_438_800).hour_and_minute(zone), "14:00");
        assert_eq!(Timestamp(1_782_910_800).date_and_time(zone), "2026-07-01 15:00");
        assert_eq!(Timestamp(1_795_438_800).to_string(), "2026-11-23T13:00:00Z");
    }

    #[test]
    fn an_unknown_zone_is_named_in_the_error() {
        assert!("Europe/Nowhere".parse::<Zone>().unwrap_err().contains("Europe/Nowhere"));
    }
}
