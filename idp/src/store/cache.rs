//! Copies of what is read often and changes seldom.
//!
//! A copy lives for seconds and is thrown away by every write that goes through this process; a
//! write of another node is seen when the copy ends. So a copy is for looking up only: whether a
//! link, a code or a session may be used is never asked here, but by the conditional statement
//! that uses it.
//!
//! Sessions, accounts, codes and access tokens ([`Recent`]) are kept for the second in which they
//! were read. Every `commit!` of this process ends all of these copies; only a transaction that
//! ends or changes no login, and so is written as `transaction!`, leaves them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use moka::sync::Cache as Moka;

use crate::account::link::PendingLink;
use crate::account::message::QueuedMessage;
use crate::account::session::Session;
use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::grant::{Access, Grant};
use crate::oauth::client::Client;
use crate::store::client::fetched::{ClientKeys, KnownObject};

/// For how long another node's change of a client may go unseen.
const CLIENTS: Duration = Duration::from_secs(5);
/// For how long the waiting page may show an older state of the mail.
const WAITING: Duration = Duration::from_secs(1);

/// For how long a client's key set is kept that nobody asks for.
const IDLE_KEYS: Duration = Duration::from_secs(24 * 3_600);

/// Bytes of the request objects that are kept.
const REQUEST_OBJECTS: u64 = 8 * 1_024 * 1_024;
/// The longest time for which one is kept.
const KEPT_OBJECTS: Duration = Duration::from_secs(300);

/// How long a recent copy takes up memory; it counts for a second of the clock at most.
const KEPT_RECENT: Duration = Duration::from_secs(2);

/// What the waiting page of an interaction shows.
pub(super) type Waiting = Arc<(Vec<PendingLink>, Vec<QueuedMessage>)>;

/// A moment in the life of the copies: the second of the clock, and how many commits there were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    second: Timestamp,
    commits: u64,
}

/// Copies that count at the moment they were read, and not afterwards.
pub(super) struct Recent<T>(Moka<String, (Moment, T)>);

impl<T: Clone + Send + Sync + 'static> Recent<T> {
    fn new() -> Self {
        Self(Moka::builder().max_capacity(10_000).time_to_live(KEPT_RECENT).build())
    }

    /// The copy of that key, if nothing was committed since.
    pub(super) fn get(&self, key: &str, now: Moment) -> Option<T> {
        self.0.get(key).and_then(|(moment, value)| (moment == now).then_some(value))
    }

    /// The same, once: another reader asks the database.
    pub(super) fn take(&self, key: &str, now: Moment) -> Option<T> {
        self.0.remove(key).and_then(|(moment, value)| (moment == now).then_some(value))
    }

    /// Keeps what was read, or written, after that moment.
    pub(super) fn insert(&self, key: &str, moment: Moment, value: T) {
        self.0.insert(key.to_owned(), (moment, value));
    }
}

/// Ends all recent copies when it is dropped: a commit that nobody waits for any more, too.
pub(super) struct Forgetting<'a>(&'a AtomicU64);

impl Drop for Forgetting<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }
}

pub(super) struct Cache {
    commits: AtomicU64,
    /// By the digest of the cookie.
    pub(super) sessions: Recent<(Session, Account)>,
    /// By id.
    pub(super) accounts: Recent<Account>,
    /// Grants that were issued just now, by the digest of the code.
    pub(super) codes: Recent<Grant>,
    /// By the digest of the token.
    pub(super) access: Recent<Arc<Access>>,
    pub(super) clients: Moka<String, Client>,
    pub(super) client_keys: Moka<String, Arc<ClientKeys>>,
    /// By client and address.
    pub(super) request_objects: Moka<(String, String), KnownObject>,
    /// By interaction and version: a link that is sent, used or void makes a new version.
    pub(super) waiting: Moka<(String, i64), Waiting>,
}

impl Cache {
    pub(super) fn new() -> Self {
        Self {
            commits: AtomicU64::new(0),
            sessions: Recent::new(),
            accounts: Recent::new(),
            codes: Recent::new(),
            access: Recent::new(),
            clients: Moka::builder().max_capacity(1_000).time_to_live(CLIENTS).build(),
            client_keys: Moka::builder().max_capacity(1_000).time_to_idle(IDLE_KEYS).build(),
            request_objects: Moka::builder()
                .weigher(|(client, uri): &(String, String), (object, _): &KnownObject| {
                    let object = object.as_ref().map_or(0, String::len);
                    u32::try_from(client.len() + uri.len() + object).unwrap_or(u32::MAX)
                })
                .max_capacity(REQUEST_OBJECTS)
                .time_to_live(KEPT_OBJECTS)
                .build(),
            waiting: Moka::builder().max_capacity(10_000).time_to_live(WAITING).build(),
        }
    }

    /// The present moment, to be read before what is to be kept.
    pub(super) fn moment(&self, now: Timestamp) -> Moment {
        Moment { second: now, commits: self.commits.load(Ordering::Acquire) }
    }

    /// Held during a commit that may end or change a login.
    pub(super) const fn forgetting(&self) -> Forgetting<'_> {
        Forgetting(&self.commits)
    }
}

#[cfg(test)]
mod tests {
    use super::{Cache, Recent};
    use crate::clock::Timestamp;

    const NOW: Timestamp = Timestamp(1_000);

    #[test]
    fn a_recent_copy_ends_with_the_second_and_with_every_commit() {
        let (cache, copies) = (Cache::new(), Recent::new());
        let read_at = cache.moment(NOW);
        copies.insert("key", read_at, "value");
        assert_eq!(copies.get("key", cache.moment(NOW)), Some("value"));
        assert_eq!(copies.get("key", cache.moment(NOW.plus(1))), None);
        drop(cache.forgetting());
        assert_eq!(copies.get("key", cache.moment(NOW)), None);
    }

    #[test]
    fn what_was_read_before_a_commit_is_no_copy_after_it() {
        let (cache, copies) = (Cache::new(), Recent::new());
        let (read_at, commit) = (cache.moment(NOW), cache.forgetting());
        drop(commit);
        copies.insert("key", read_at, "old");
        assert_eq!(copies.get("key", cache.moment(NOW)), None);
    }

    #[test]
    fn a_copy_that_is_taken_is_there_once() {
        let (cache, copies) = (Cache::new(), Recent::new());
        copies.insert("key", cache.moment(NOW), "value");
        assert_eq!(copies.take("key", cache.moment(NOW)), Some("value"));
        assert_eq!(copies.take("key", cache.moment(NOW)), None);
    }
}
