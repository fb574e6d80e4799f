//! Places for calls: so many at once for each purpose, and few of those for one host. Whoever
//! keeps calls waiting at his own server takes no place that others need.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What a call is for. No purpose waits for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Key sets: by them clients authenticate.
    Keys,
    /// Key sets of clients that registered themselves: one who has many of them, at slow servers,
    /// keeps no other client from being authenticated.
    KeysOfStrangers,
    /// What clients say of themselves: request objects.
    Documents,
    /// The same of clients that registered themselves, and the documents of their sectors.
    DocumentsOfStrangers,
    /// Logout endpoints.
    Logouts,
}

/// Calls at once for one purpose.
pub(super) const AT_ONCE: usize = 32;
/// Calls at once for one purpose at one host.
pub(super) const AT_ONE_HOST: usize = 4;

/// All places, taken and free.
#[derive(Debug)]
pub(super) struct Places {
    keys: [Arc<Semaphore>; 2],
    documents: [Arc<Semaphore>; 2],
    logouts: Arc<Semaphore>,
    hosts: Mutex<HashMap<(Purpose, String), Arc<Semaphore>>>,
}

/// A place that is taken, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _at_host: OwnedSemaphorePermit,
    _for_purpose: OwnedSemaphorePermit,
}

impl Places {
    pub(super) fn new() -> Self {
        let places = || Arc::new(Semaphore::new(AT_ONCE));
        Self {
            keys: [places(), places()],
            documents: [places(), places()],
            logouts: places(),
            hosts: Mutex::default(),
        }
    }

    /// Waits for a place. The host's comes first, so that those who wait for a slow host hold none
    /// that calls to other hosts need. `None` never happens: no semaphore is ever closed.
    pub(super) async fn take(&self, purpose: Purpose, host: &str) -> Option<Place> {
        let at_host = self.at(purpose, host).acquire_owned().await.ok()?;
        let all = match purpose {
            Purpose::Keys => &self.keys[0],
            Purpose::KeysOfStrangers => &self.keys[1],
            Purpose::Documents => &self.documents[0],
            Purpose::DocumentsOfStrangers => &self.documents[1],
            Purpose::Logouts => &self.logouts,
        };
        let for_purpose = Arc::clone(all).acquire_owned().await.ok()?;
        Some(Place { _at_host: at_host, _for_purpose: for_purpose })
    }

    /// The places at a host. Hosts that nobody calls are forgotten.
    fn at(&self, purpose: Purpose, host: &str) -> Arc<Semaphore> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.retain(|_, places| Arc::strong_count(places) > 1);
        let key = (purpose, host.to_owned());
        let places = hosts.entry(key).or_insert_with(|| Arc::new(Semaphore::new(AT_ONE_HOST)));
        Arc::clone(places)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    /// A place, if one is free.
    fn taken(places: &Places, purpose: Purpose, host: &str) -> Option<Place> {
        places.take(purpose, host).now_or_never().flatten()
    }

    #[test]
    fn concurrent_fetches_per_host_are_limited_without_affecting_other_hosts() {
        let places = Places::new();
        let take = |host| taken(&places, Purpose::Documents, host);
        let mut slow: Vec<_> = (0..AT_ONE_HOST).map(|_| take("slow.example").unwrap()).collect();
        assert!(take("slow.example").is_none());
        assert!(taken(&places, Purpose::Keys, "slow.example").is_some());
        assert!(take("other.example").is_some());
        slow.pop();
        assert!(take("slow.example").is_some());
        drop(slow);
        assert!(take("last.example").is_some());
        assert_eq!(places.hosts.lock().unwrap().len(), 1, "those nobody calls are forgotten");
    }

    #[test]
    fn a_purpose_without_free_places_does_not_block_other_purposes() {
        let places = Places::new();
        let host = |number: usize| format!("{}.example", number / AT_ONE_HOST);
        let take = |number| taken(&places, Purpose::DocumentsOfStrangers, &host(number));
        let all: Vec<_> = (0..AT_ONCE).map(|number| take(number).unwrap()).collect();
        assert!(take(AT_ONCE).is_none());
        let others =
            [Purpose::Keys, Purpose::KeysOfStrangers, Purpose::Documents, Purpose::Logouts];
        for purpose in others {
            assert!(taken(&places, purpose, &host(0)).is_some(), "{purpose:?}");
        }
        drop(all);
        assert!(take(AT_ONCE).is_some());
    }

    #[test]
    fn fetches_that_wait_for_one_host_do_not_block_other_hosts() {
        let places = Places::new();
        let slow: Vec<_> =
            (0..AT_ONE_HOST).map(|_| taken(&places, Purpose::Keys, "slow.example")).collect();
        let mut waiting: Vec<_> = (0..2 * AT_ONCE)
            .map(|_| Box::pin(places.take(Purpose::Keys, "slow.example")))
            .collect();
        assert!(waiting.iter_mut().all(|place| place.now_or_never().is_none()));
        assert!(taken(&places, Purpose::Keys, "other.example").is_some());
        drop(slow);
    }
}
