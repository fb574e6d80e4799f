//! One browser's pause in an authorization request: password, e-mail step, back to the
//! application. A stored row, never a session; one function decides the next step from what is
//! stored.

use serde::{Deserialize, Serialize};

use crate::account::interaction::purpose::Purpose;
use crate::clock::Timestamp;
use crate::secret::{Browser, Digest, PushedRequest};

pub mod purpose;
pub mod step;

/// After so many wrong addresses the password is asked again.
pub const WRONG_ADDRESSES: i64 = 5;
/// Seconds an interaction lives from its start: longer than the 65 minutes a relying party may
/// keep its own login state would be of no use, shorter would lose slow mail.
pub const LIFETIME: i64 = 3_600;
/// Seconds an interaction outlives the last link that was mailed for it.
pub const AFTER_LINK: i64 = 60;
/// Seconds before a link may be sent again.
pub const RESEND_AFTER: i64 = 60;

/// An interaction as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Interaction {
    /// Its id, in the address of its page. A name, not a secret.
    pub id: String,
    /// The browser that began it; without its cookie the interaction does not exist.
    pub browser: Digest<Browser>,
    /// The client whose request is waiting.
    pub client_id: String,
    /// The checked authorization request, as its encoded parameters. Never changes.
    pub request: String,
    /// The pushed request that it began with, used up when it completes.
    pub pushed_request: Option<Digest<PushedRequest>>,
    /// The language of its pages and mails, `sv` or `en`.
    pub language: String,
    /// Which browser and system began it, for people to recognise.
    pub agent: Agent,
    /// What it is for.
    pub purpose: Purpose,
    /// Whether this browser is to be remembered once the e-mail step is completed.
    pub remember: bool,
    /// Wrong addresses typed so far.
    pub wrong_addresses: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// How and when it ended.
    pub ended: Option<(Timestamp, Ended)>,
    /// Counts the changes; a change names the version it was decided on.
    pub version: i64,
}

/// A browser and the system it runs on, as its `User-Agent` says: `Firefox`, `Windows`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// The browser's name; empty when unknown.
    pub browser: String,
    /// The system's name; empty when unknown.
    pub system: String,
}

/// What a new interaction is given by its browser and its request. It stays the same in those that
/// go on in its place.
#[derive(Clone, Debug)]
pub struct Begun {
    /// See [`Interaction::browser`].
    pub browser: Digest<Browser>,
    /// See [`Interaction::client_id`].
    pub client_id: String,
    /// See [`Interaction::request`].
    pub request: String,
    /// See [`Interaction::pushed_request`].
    pub pushed_request: Option<Digest<PushedRequest>>,
    /// See [`Interaction::language`].
    pub language: String,
    /// See [`Interaction::agent`].
    pub agent: Agent,
}

stored! {
    /// How an interaction ended. Ends are final.
    pub enum Ended {
        /// The browser went back to the application with a code.
        Completed = "completed",
        /// The person cancelled.
        Cancelled = "cancelled",
        /// A new interaction took its place.
        Superseded = "superseded",
    }
}

impl Interaction {
    /// A new interaction.
    #[must_use]
    pub fn new(id: String, begun: Begun, purpose: Purpose, now: Timestamp) -> Self {
        let Begun { browser, client_id, request, pushed_request, language, agent } = begun;
        Self {
            id,
            browser,
            client_id,
            request,
            pushed_request,
            language,
            agent,
            purpose,
            remember: false,
            wrong_addresses: 0,
            started_at: now,
            expires_at: now.plus(LIFETIME),
            ended: None,
            version: 0,
        }
    }

    /// The one that goes on in its place.
    #[must_use]
    pub fn successor(&self, id: String, purpose: Purpose, now: Timestamp) -> Self {
        let begun = Begun {
            browser: self.browser.clone(),
            client_id: self.client_id.clone(),
            request: self.request.clone(),
            pushed_request: self.pushed_request.clone(),
            language: self.language.clone(),
            agent: self.agent.clone(),
        };
        Self::new(id, begun, purpose, now)
    }
}

#[cfg(test)]
mod tests {
    use super::purpose::Reason;
    use super::*;

    #[test]
    fn stored_names_of_reasons_and_ends_are_parsed() {
        for reason in [Reason::First, Reason::Again, Reason::WrongAddresses] {
            assert_eq!(Reason::parse(reason.as_str()), Some(reason));
        }
        for ended in [Ended::Completed, Ended::Cancelled, Ended::Superseded] {
            assert_eq!(Ended::parse(ended.as_str()), Some(ended));
        }
    }
}
