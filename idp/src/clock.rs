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

    /// The moment of a date (its first second) or a time in UTC: `2026-12-01`,
    /// `2026-12-01T08:00:00Z`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let time = if text.contains('T') { text.to_owned() } else { format!("{text}T00:00:00Z") };
        let moment = DateTime::parse_from_rfc3339(&time).ok()?;
        Some(Self(moment.timestamp()))
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

/// Milliseconds by which a new offset must differ from the one in use, so that the time of an
/// exchange with the database never moves the clock.
const NEGLIGIBLE: i64 = 100;

/// Where the time comes from: the machine, or a test that turns the hands itself. Cloning shares
/// it, with its offset: nodes that share a database go by the clock of that database, so that what
/// one has issued is as old to the others as it is to itself.
#[derive(Clone, Debug)]
pub struct Clock {
    hands: Hands,
    /// Milliseconds to add to the hands.
    offset: Arc<AtomicI64>,
}

#[derive(Clone, Debug)]
enum Hands {
    /// The operating system's clock.
    System,
    /// Seconds that stand still until they are moved.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The operating system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self { hands: Hands::System, offset: Arc::default() }
    }

    /// A clock that stands at `now` until [`Clock::advance`].
    #[must_use]
    pub fn manual(now: Timestamp) -> Self {
        Self { hands: Hands::Manual(Arc::new(AtomicI64::new(now.0))), offset: Arc::default() }
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp(self.uncorrected_millis().saturating_add(self.offset_millis()).div_euclid(1_000))
    }

    /// Milliseconds since 1970 by the hands alone.
    #[must_use]
    pub fn uncorrected_millis(&self) -> i64 {
        match &self.hands {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
            Hands::System => Utc::now().timestamp_millis(),
            Hands::Manual(seconds) => seconds.load(Ordering::SeqCst).saturating_mul(1_000),
        }
    }

    /// Milliseconds by which this clock is set off from its hands.
    #[must_use]
    pub fn offset_millis(&self) -> i64 {
        self.offset.load(Ordering::SeqCst)
    }

    /// Sets it off from its hands by so many milliseconds, unless they are about the same.
    pub fn set_offset_millis(&self, offset: i64) {
        if self.offset_millis().abs_diff(offset) > NEGLIGIBLE.unsigned_abs() {
            self.offset.store(offset, Ordering::SeqCst);
        }
    }

    /// Moves a manual clock; the system's clock is left alone.
    pub fn advance(&self, seconds: i64) {
        if let Hands::Manual(hands) = &self.hands {
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
    fn times_are_formatted_in_the_zone_with_daylight_saving_time() {
        let zone: Zone = "Europe/Stockholm".parse().unwrap();
        assert_eq!(Timestamp(1_795_438_800).hour_and_minute(zone), "14:00");
        assert_eq!(Timestamp(1_782_910_800).date_and_time(zone), "2026-07-01 15:00");
        assert_eq!(Timestamp(1_795_438_800).to_string(), "2026-11-23T13:00:00Z");
    }

    #[test]
    fn a_clock_offset_applies_to_all_clones_and_small_changes_are_ignored() {
        let clock = Clock::manual(Timestamp(1_795_438_800));
        let shared = clock.clone();
        clock.set_offset_millis(-25_001);
        assert_eq!(shared.now(), Timestamp(1_795_438_774));
        clock.set_offset_millis(-24_990);
        assert_eq!(shared.offset_millis(), -25_001);
        clock.advance(1);
        clock.set_offset_millis(0);
        assert_eq!(shared.now(), Timestamp(1_795_438_801));
    }

    #[test]
    fn an_unknown_zone_is_named_in_the_error() {
        assert!("Europe/Nowhere".parse::<Zone>().unwrap_err().contains("Europe/Nowhere"));
    }
}
