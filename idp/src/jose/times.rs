//! When a stranger's token is valid
//! ([RFC 7519 section 4.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4)). A claim that a
//! rule asks for must be there; one that is there must hold even where no rule asks for it.

use serde_json::{Map, Value};

use crate::clock::Timestamp;

/// What is asked of the times of one kind of token, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct TimeRules {
    /// By how much the other's clock may be off, either way.
    pub skew: i64,
    /// `exp` is required, and lies at most this far ahead.
    pub expires_within: Option<i64>,
    /// `iat` is required, and lies at most this far back.
    pub issued_within: Option<i64>,
    /// `nbf` is required, and lies at most this far back.
    pub not_before_within: Option<i64>,
}

/// The times of a token that is valid now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// `exp`
    pub expires_at: Option<Timestamp>,
    /// `iat`
    pub issued_at: Option<Timestamp>,
    /// `nbf`
    pub not_before: Option<Timestamp>,
}

/// Which claim about time does not hold, in words that can be sent to the token's maker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeFault {
    /// A claim is no number of seconds.
    #[error("exp, iat and nbf must be numbers")]
    NotANumber,
    /// There is no `exp`.
    #[error("exp is missing")]
    NoExpiry,
    /// There is no `iat`.
    #[error("iat is missing")]
    NoIssueTime,
    /// There is no `nbf`.
    #[error("nbf is missing")]
    NoStart,
    /// `exp` has passed.
    #[error("exp has passed")]
    Expired,
    /// `exp` lies too far ahead.
    #[error("exp is too far in the future")]
    TooLongLived,
    /// `iat` or `nbf` lies ahead.
    #[error("iat or nbf is in the future")]
    NotYetValid,
    /// `iat` or `nbf` lies too far back.
    #[error("iat or nbf is too far in the past")]
    TooOld,
}

impl TimeRules {
    /// Checks `exp`, `iat` and `nbf` against `now`.
    ///
    /// # Errors
    /// The first claim that does not hold.
    pub fn check(&self, claims: &Map<String, Value>, now: Timestamp) -> Result<Times, TimeFault> {
        let times = Times {
            expires_at: moment(claims, "exp")?,
            issued_at: moment(claims, "iat")?,
            not_before: moment(claims, "nbf")?,
        };
        match times.expires_at {
            None if self.expires_within.is_some() => return Err(TimeFault::NoExpiry),
            Some(end) if now.since(end) >= self.skew => return Err(TimeFault::Expired),
            Some(end)
                if self.expires_within.is_some_and(|most| end.since(now) > most + self.skew) =>
            {
                return Err(TimeFault::TooLongLived);
            }
            _ => {}
        }
        self.past(times.issued_at, self.issued_within, TimeFault::NoIssueTime, now)?;
        self.past(times.not_before, self.not_before_within, TimeFault::NoStart, now)?;
        Ok(times)
    }

    fn past(
        &self,
        moment: Option<Timestamp>,
        within: Option<i64>,
        missing: TimeFault,
        now: Timestamp,
    ) -> Result<(), TimeFault> {
        match moment {
            None if within.is_some() => Err(missing),
            Some(moment) if moment.since(now) > self.skew => Err(TimeFault::NotYetValid),
            Some(moment) if within.is_some_and(|most| now.since(moment) > most + self.skew) => {
                Err(TimeFault::TooOld)
            }
            _ => Ok(()),
        }
    }
}

/// A `NumericDate`; parts of a second are cut off
/// ([RFC 7519 section 2](https://www.rfc-editor.org/rfc/rfc7519#section-2)).
fn moment(claims: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, TimeFault> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let seconds = value.as_i64().or_else(|| {
        // Beyond 2^53 there are no parts of a second, and such a year is none of ours.
        value.as_f64().filter(|number| number.abs() < 9e15).map(|number| number.floor() as i64)
    });
    seconds.map(|seconds| Some(Timestamp(seconds))).ok_or(TimeFault::NotANumber)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000);
    const RULES: TimeRules = TimeRules {
        skew: 30,
        expires_within: Some(3_600),
        issued_within: None,
        not_before_within: None,
    };

    fn check(rules: TimeRules, claims: &Value) -> Result<Times, TimeFault> {
        rules.check(claims.as_object().unwrap(), NOW)
    }

    #[test]
    fn rfc_7519_section_4_1_4_exp_must_be_present_unexpired_and_not_too_far_ahead() {
        for (claims, fault) in [
            (json!({"exp": NOW.0 + 60}), None),
            (json!({"exp": NOW.0 as f64 + 60.5}), None),
            (json!({"exp": NOW.0 - 29}), None),
            (json!({"exp": NOW.0 - 30}), Some(TimeFault::Expired)),
            (json!({"exp": NOW.0 - 300}), Some(TimeFault::Expired)),
            (json!({"exp": NOW.0 + 3_630}), None),
            (json!({"exp": NOW.0 + 3_631}), Some(TimeFault::TooLongLived)),
            (json!({"exp": 1e300}), Some(TimeFault::NotANumber)),
            (json!({"exp": u64::MAX}), Some(TimeFault::NotANumber)),
            (json!({"exp": i64::MAX}), Some(TimeFault::TooLongLived)),
            (json!({"exp": i64::MIN}), Some(TimeFault::Expired)),
            (json!({"exp": (NOW.0 + 60).to_string()}), Some(TimeFault::NotANumber)),
            (json!({"exp": null}), Some(TimeFault::NotANumber)),
            (json!({}), Some(TimeFault::NoExpiry)),
        ] {
            assert_eq!(check(RULES, &claims).err(), fault, "{claims}");
        }
        let lenient = TimeRules { expires_within: None, ..RULES };
        assert!(check(lenient, &json!({})).is_ok());
        assert_eq!(check(lenient, &json!({"exp": 1})), Err(TimeFault::Expired));
    }

    #[test]
    fn fapi_2_section_5_3_2_1_iat_and_nbf_may_be_30_seconds_but_not_a_minute_in_the_future() {
        for name in ["iat", "nbf"] {
            for (ahead, fault) in [
                (0, None),
                (8, None),
                (30, None),
                (31, Some(TimeFault::NotYetValid)),
                (61, Some(TimeFault::NotYetValid)),
                (-86_400, None),
            ] {
                let claims = json!({"exp": NOW.0 + 60, name: NOW.0 + ahead});
                assert_eq!(check(RULES, &claims).err(), fault, "{claims}");
            }
        }
    }

    #[test]
    fn iat_and_nbf_must_be_present_and_recent_if_the_rules_require_them() {
        let rules = TimeRules {
            expires_within: None,
            issued_within: Some(300),
            not_before_within: Some(3_600),
            ..RULES
        };
        for (claims, fault) in [
            (json!({"iat": NOW.0, "nbf": NOW.0}), None),
            (json!({"nbf": NOW.0}), Some(TimeFault::NoIssueTime)),
            (json!({"iat": NOW.0}), Some(TimeFault::NoStart)),
            (json!({"iat": NOW.0 - 330, "nbf": NOW.0}), None),
            (json!({"iat": NOW.0 - 331, "nbf": NOW.0}), Some(TimeFault::TooOld)),
            (json!({"iat": NOW.0, "nbf": NOW.0 - 3_631}), Some(TimeFault::TooOld)),
        ] {
            assert_eq!(check(rules, &claims).err(), fault, "{claims}");
        }
    }

    proptest! {
        #[test]
        fn checking_time_claims_never_panics(exp in any::<i64>(), nbf in any::<f64>(), now in any::<i64>()) {
            let claims = json!({"exp": exp, "iat": exp, "nbf": nbf});
            let _ = RULES.check(claims.as_object().unwrap(), Timestamp(now));
        }
    }
}
