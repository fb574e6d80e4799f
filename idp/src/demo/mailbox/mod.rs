//! A mailbox for trying the product: a real SMTP server that accepts mail for everyone, a page for
//! people and a list for programs. Mails are kept in memory, the last 500, until the process ends.
//!
//! Two kinds of address behave badly on purpose, so that delays and refusals can be tried:
//! a local part that begins with `greylist.` is answered 451 the first time it is seen, one that
//! begins with `refuse.` is answered 550 always.

mod content;
mod session;
mod smtp;
mod web;

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::{Clock, Timestamp};

use content::Content;
pub use smtp::serve_smtp;
pub use web::router;

/// How many mails are kept; the oldest give way.
const KEPT: usize = 500;

/// How many greylisted addresses are remembered before all are forgotten.
const GREYLISTED: usize = 10_000;

/// All mail that arrived. Clones share it.
#[derive(Clone, Debug)]
pub struct Mailbox {
    clock: Clock,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    mails: VecDeque<Arc<Mail>>,
    last_id: u64,
    greylisted: HashSet<String>,
}

/// One mail as it arrived.
#[derive(Debug, PartialEq, Eq)]
pub struct Mail {
    /// Its number, counted from 1 and never used again.
    pub id: u64,
    /// The sender of the envelope, empty for a bounce.
    pub from: String,
    /// The recipients of the envelope.
    pub to: Vec<String>,
    /// When its last byte arrived.
    pub received_at: Timestamp,
    /// Every byte of it, as the sender wrote it.
    pub raw: Vec<u8>,
    content: Content,
}

/// How the mailbox feels about a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Welcome {
    Accepted,
    Greylisted,
    Refused,
}

impl Mailbox {
    /// An empty mailbox that stamps mails by `clock`.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { clock, state: Arc::default() }
    }

    /// All mails, the newest first.
    #[must_use]
    pub fn mails(&self) -> Vec<Arc<Mail>> {
        self.state().mails.iter().rev().cloned().collect()
    }

    /// The mail of that number.
    #[must_use]
    pub fn mail(&self, id: u64) -> Option<Arc<Mail>> {
        self.state().mails.iter().find(|mail| mail.id == id).cloned()
    }

    /// Throws all mails away, and forgets which addresses were greylisted.
    pub fn clear(&self) {
        let mut state = self.state();
        state.mails.clear();
        state.greylisted.clear();
    }

    fn welcome(&self, recipient: &str) -> Welcome {
        let recipient = recipient.to_ascii_lowercase();
        if recipient.starts_with("refuse.") {
            return Welcome::Refused;
        }
        let mut state = self.state();
        if state.greylisted.len() >= GREYLISTED {
            state.greylisted.clear();
        }
        if recipient.starts_with("greylist.") && state.greylisted.insert(recipient) {
            return Welcome::Greylisted;
        }
        Welcome::Accepted
    }

    fn deliver(&self, from: String, to: Vec<String>, raw: Vec<u8>) -> u64 {
        let (received_at, content) = (self.clock.now(), Content::of(&raw));
        let mut state = self.state();
        state.last_id += 1;
        let id = state.last_id;
        state.mails.push_back(Arc::new(Mail { id, from, to, received_at, raw, content }));
        if state.mails.len() > KEPT {
            state.mails.pop_front();
        }
        id
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_mails_are_dropped_and_mail_numbers_are_not_reused() {
        let mailbox = Mailbox::new(Clock::manual(Timestamp(0)));
        for _ in 0..KEPT + 2 {
            mailbox.deliver(String::new(), vec!["a@b.se".to_owned()], b"\r\nx\r\n".to_vec());
        }
        let ids: Vec<_> = mailbox.mails().iter().map(|mail| mail.id).collect();
        assert_eq!((ids.len(), ids.first(), ids.last()), (KEPT, Some(&502), Some(&3)));
        mailbox.clear();
        assert_eq!(mailbox.deliver(String::new(), Vec::new(), Vec::new()), 503);
    }

    #[test]
    fn a_greylisted_recipient_is_accepted_on_retry_and_a_refused_one_never() {
        let mailbox = Mailbox::new(Clock::manual(Timestamp(0)));
        for (recipient, welcome) in [
            ("greylist.a@b.se", Welcome::Greylisted),
            ("Greylist.A@b.se", Welcome::Accepted),
            ("greylist.b@b.se", Welcome::Greylisted),
            ("Refuse.me@b.se", Welcome::Refused),
            ("Refuse.me@b.se", Welcome::Refused),
            ("refused@b.se", Welcome::Accepted),
        ] {
            assert_eq!(mailbox.welcome(recipient), welcome, "{recipient}");
        }
        mailbox.clear();
        assert_eq!(mailbox.welcome("greylist.a@b.se"), Welcome::Greylisted);
    }
}
