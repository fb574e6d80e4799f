//! A mail in the outbox: queued in the transaction that gave rise to it, sent by a worker, its
//! state shown to the person who waits for it.

use serde::{Deserialize, Serialize};

use crate::account::interaction::Agent;
use crate::clock::Timestamp;
use crate::contact::Role;
use crate::contact::address::Address;

stored! {
    /// What became of a mail so far.
    pub enum Delivery {
        /// Waiting for its first attempt.
        Queued = "queued",
        /// The mail server took it.
        Sent = "sent",
        /// The mail server, or the way to it, refused for now; it is tried again.
        Deferred = "deferred",
        /// The mail server refused for good.
        Refused = "failed",
        /// It was not sent before it lost its meaning.
        Expired = "expired",
    }
}

stored! {
    /// Which mail it is.
    pub enum Kind {
        /// The one-time link of a login.
        Link = "link",
        /// A notice that an address or a password changed.
        Notice = "notice",
    }
}

/// A row of the outbox. It holds no secret: the link's token is derived again when it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedMessage {
    /// Internal id, and the left part of the Message-ID.
    pub id: String,
    /// Which mail it is.
    pub kind: Kind,
    /// The link it carries.
    pub link_id: Option<String>,
    /// The account it is about.
    pub account_id: Option<String>,
    /// The one recipient, byte-equal to the stored contact address.
    pub address: String,
    /// `sv` or `en`.
    pub language: String,
    /// What the template needs, as JSON.
    pub payload: String,
    /// What became of it so far.
    pub delivery: Delivery,
    /// What the mail server last said.
    pub reply: Option<String>,
    /// Attempts made.
    pub attempts: i64,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// When `delivery` last changed.
    pub changed_at: Timestamp,
    /// When it is due.
    pub next_attempt_at: Timestamp,
    /// When it loses its meaning; nothing is sent after that.
    pub expires_at: Timestamp,
}

impl QueuedMessage {
    /// The recipient's domain in its canonical form, by which workers share their connections.
    #[must_use]
    pub fn domain(&self) -> String {
        let domain = self.address.rsplit_once('@').map_or("", |(_, domain)| domain);
        let read = Address::parse(&self.address);
        read.map_or_else(|_| domain.to_lowercase(), |address| address.domain().to_owned())
    }
}

/// What the mail with a link says, kept with it until it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkPayload {
    /// The application, as its people know it.
    pub application: String,
    /// The user name.
    pub username: String,
    /// The organisation number, which tells whether the name is personal.
    pub organisation: String,
    /// Which browser and system began the login.
    pub agent: Agent,
    /// When it began.
    pub started_at: Timestamp,
    /// Which mail of the login this is, counted from 1.
    #[serde(default = "first")]
    pub number: u32,
    /// When the link ends.
    pub expires_at: Timestamp,
}

/// The number of a mail that was queued before mails were numbered.
const fn first() -> u32 {
    1
}

/// What a notice tells, kept with it until it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticePayload {
    /// What happened.
    pub event: Occasion,
    /// The party of a contact address, otherwise the account, as mails show it.
    pub subject: String,
    /// When it happened.
    pub at: Timestamp,
}

/// What happened to an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Occasion {
    /// A contact address was added for a party.
    AddressAdded {
        /// Which contact.
        role: Role,
        /// The new address.
        new: String,
    },
    /// A contact address was removed.
    AddressRemoved {
        /// Which contact.
        role: Role,
        /// The removed address.
        old: String,
    },
    /// A contact address was replaced by another.
    AddressChanged {
        /// Which contact.
        role: Role,
        /// The address before.
        old: String,
        /// The address now.
        new: String,
    },
    /// The password was changed.
    PasswordChanged,
}

impl LinkPayload {
    /// The text to store.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::json!(self).to_string()
    }
}

impl NoticePayload {
    /// The text to store.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::json!(self).to_string()
    }
}
