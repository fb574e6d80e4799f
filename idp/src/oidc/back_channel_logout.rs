//! Telling an application that a session has ended
//! ([Back-Channel Logout section 2](https://openid.net/specs/openid-connect-backchannel-1_0.html)):
//! what is queued, and when it is tried again.

use crate::clock::Timestamp;

/// Seconds to wait after the first, second, … attempt. When all have failed the application is
/// given up: its own session will have ended by then.
const WAITS: [i64; 9] = [5, 15, 60, 300, 900, 1_800, 3_600, 7_200, 14_400];

/// One application to be notified of one ended session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logout {
    /// Internal id.
    pub id: String,
    /// Whom to tell.
    pub client_id: String,
    /// Whose session it was.
    pub account_id: String,
    /// The session.
    pub session_id: String,
    /// What became of it so far.
    pub state: State,
    /// What the last attempt came to, for the operator.
    pub outcome: Option<String>,
    /// How often it was tried.
    pub attempts: i64,
    /// When the session's end was seen.
    pub queued_at: Timestamp,
    /// When the state was reached.
    pub changed_at: Timestamp,
    /// When it is tried next.
    pub next_attempt_at: Timestamp,
}

stored! {
    /// What became of it.
    pub enum State {
        /// Not notified yet.
        Open = "open",
        /// The application has taken it.
        Told = "told",
        /// It was tried often enough.
        GivenUp = "given_up",
    }
}

/// What follows an attempt: notified, or the moment of the next one. `attempts` counts this one too.
#[must_use]
pub fn after(taken: bool, attempts: i64, now: Timestamp) -> (State, Timestamp) {
    if taken {
        return (State::Told, now);
    }
    let made = usize::try_from(attempts.saturating_sub(1)).unwrap_or_default();
    match WAITS.get(made) {
        Some(wait) => (State::Open, now.plus(*wait)),
        None => (State::GivenUp, now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_438_800);

    #[test]
    fn section_2_8_a_failed_logout_is_retried_with_growing_delays_and_given_up_after_ten() {
        let waits: Vec<_> = (1..=9).map(|attempts| after(false, attempts, NOW)).collect();
        assert_eq!(waits[0], (State::Open, NOW.plus(5)));
        assert!(waits.windows(2).all(|pair| pair[0].1 < pair[1].1));
        assert_eq!(after(false, 10, NOW), (State::GivenUp, NOW));
        assert_eq!(after(true, 10, NOW), (State::Told, NOW));
    }

    #[test]
    fn a_logout_state_is_parsed_from_its_stored_name() {
        for state in [State::Open, State::Told, State::GivenUp] {
            assert_eq!(State::parse(state.as_str()), Some(state));
        }
        assert_eq!(State::parse("lost"), None);
    }
}
