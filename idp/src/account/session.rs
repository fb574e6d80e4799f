//! The single sign-on session after a completed login.

use crate::account::factor::Proofs;
use crate::account::interaction::Agent;
use crate::clock::Timestamp;

/// A session as stored. Its secret lives in the browser's cookie alone and is new at each
/// authentication.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Internal id; stays the same when the secret is renewed.
    pub id: String,
    /// Whose session.
    pub account_id: String,
    /// What was proven in the login that made or strengthened it.
    pub proofs: Proofs,
    /// The browser and system of that login; `None` in sessions from before that was noted.
    pub agent: Option<Agent>,
    /// The network of that login; `None` likewise.
    pub network: Option<String>,
    /// When the session began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// Set by logout, by disabling the account, or when another account signs in.
    pub ended_at: Option<Timestamp>,
}

/// How long a session lives.
#[derive(Clone, Copy, Debug)]
pub struct Lifetime {
    /// Seconds without use.
    pub idle: i64,
    /// Seconds from the last password, used or not.
    pub absolute: i64,
}

/// Seconds between two writes of `seen_at`; an idle end may come this much early.
pub const SEEN_RESOLUTION: i64 = 60;

impl Session {
    /// Whether the session may still be used.
    #[must_use]
    pub fn is_live(&self, lifetime: Lifetime, now: Timestamp) -> bool {
        self.ended_at.is_none()
            && now < self.seen_at.plus(lifetime.idle)
            && now < self.proofs.authenticated_at().plus(lifetime.absolute)
    }

    /// Whether using it now is worth a write.
    #[must_use]
    pub fn is_stale(&self, now: Timestamp) -> bool {
        now.since(self.seen_at) >= SEEN_RESOLUTION
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_by_idleness_by_age_and_by_logout() {
        let lifetime = Lifetime { idle: 600, absolute: 3_600 };
        let session = |created: i64, seen: i64, ended: Option<i64>| Session {
            id: "s".to_owned(),
            account_id: "a".to_owned(),
            proofs: Proofs::password(Timestamp(created)),
            agent: None,
            network: None,
            created_at: Timestamp(created),
            seen_at: Timestamp(seen),
            ended_at: ended.map(Timestamp),
        };
        let cases = [
            ("in use", session(0, 0, None), 599, true),
            ("idle to its end", session(0, 0, None), 600, false),
            ("kept in use", session(0, 3_500, None), 3_599, true),
            ("used to its absolute end", session(0, 3_500, None), 3_600, false),
            ("logged out", session(0, 0, Some(1)), 2, false),
        ];
        for (name, session, now, live) in cases {
            assert_eq!(session.is_live(lifetime, Timestamp(now)), live, "{name}");
        }
    }
}
