//! *Öppna länken i mejlet*: the waiting page, and the line that tells how far the mail has come.

use serde::Serialize;

use crate::pages::Page;
use crate::pages::hint::Hint;
use crate::pages::rehearsed::Rehearsed;

/// The waiting page. It needs no script; with `waiting.js` its status line turns by itself.
#[derive(Clone, Debug, Serialize)]
pub struct Sent<'a> {
    /// The page's own address, for *Uppdatera* and for the script.
    pub page: &'a str,
    /// The stream of `status` events.
    pub events: &'a str,
    /// Where *Skicka igen* is posted.
    pub resend: &'a str,
    /// Where *Avbryt* is posted.
    pub cancel: &'a str,
    /// The address of the e-mail step's form, to choose another address.
    pub other_address: &'a str,
    /// The anti-forgery token.
    pub csrf: &'a str,
    /// The user name; of a sole trader only the last digits.
    pub account: &'a str,
    /// The address of the form to log in as somebody else.
    pub other_account: &'a str,
    /// The masked recipient.
    pub address: Hint<'a>,
    /// The clock time until which the link is valid.
    pub expires: &'a str,
    /// For how many minutes a link is valid.
    pub link_minutes: u32,
    /// How far the mail has come.
    pub status: Status<'a>,
    /// Whether it can be sent again.
    pub resends: Resends<'a>,
}

/// How far the mail and the login have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Status<'a> {
    /// Stored, not handed over yet.
    Queued,
    /// Handed to the mail server.
    Sent {
        /// The clock time of that.
        at: &'a str,
    },
    /// Refused for now.
    Deferred {
        /// The clock time of the next attempt.
        next: &'a str,
    },
    /// Refused for good.
    Failed,
    /// The link was used: the login goes on.
    Done,
    /// The link or the whole interaction has run out.
    Expired,
    /// The login was cancelled.
    Cancelled,
}

impl Status<'_> {
    /// The value of `state` in the event that `waiting.js` reads.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent { .. } => "sent",
            Self::Deferred { .. } => "deferred",
            Self::Failed => "failed",
            Self::Done => "done",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Whether the mail can be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Resends<'a> {
    /// At once.
    Now {
        /// How many times.
        left: u32,
    },
    /// After a pause.
    From {
        /// The clock time at which the pause ends.
        at: &'a str,
        /// How many times.
        left: u32,
    },
    /// No more.
    Spent,
}

/// The status line alone, as text: the `text` of the event that `waiting.js` reads.
#[derive(Clone, Debug, Serialize)]
pub struct StatusLine<'a> {
    /// How far the mail has come.
    pub status: Status<'a>,
}

impl Page for Sent<'_> {
    const FILE: &'static str = "pages/sent.html";
}

impl Page for StatusLine<'_> {
    const FILE: &'static str = "pages/sent_status.txt";
}

const STATES: [Status<'static>; 7] = [
    Status::Queued,
    Status::Sent { at: "14:05" },
    Status::Deferred { next: "14:06" },
    Status::Failed,
    Status::Done,
    Status::Expired,
    Status::Cancelled,
];

impl Rehearsed for Sent<'static> {
    fn samples() -> Vec<Self> {
        let resends = Resends::From { at: "14:06", left: 3 };
        let now = |status| Sent {
            page: "/interaction/4kq2",
            events: "/interaction/4kq2/events",
            resend: "/interaction/4kq2/resend",
            cancel: "/interaction/4kq2/cancel",
            other_address: "/interaction/4kq2?step=email",
            csrf: "form-token",
            account: "202100083750",
            other_account: "/interaction/4kq2?step=password",
            address: Hint::of("Ma ... ge@Sc ... se"),
            expires: "14:35",
            link_minutes: 30,
            status,
            resends,
        };
        let sent = now(STATES[1]);
        let with = |resends| Sent { resends, ..sent.clone() };
        let mut samples: Vec<_> = STATES.map(now).into();
        samples.push(with(Resends::Now { left: 2 }));
        samples.push(with(Resends::Now { left: 1 }));
        samples.push(with(Resends::Spent));
        samples
    }
}

impl Rehearsed for StatusLine<'static> {
    fn samples() -> Vec<Self> {
        STATES.map(|status| StatusLine { status }).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_and_the_template_use_the_same_status_names() {
        for status in STATES {
            let value = serde_json::to_value(status).unwrap();
            assert_eq!(value["state"], status.as_str());
        }
    }
}
