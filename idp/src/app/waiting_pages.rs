//! Waiting pages that are kept up to date. Each holds a connection open for minutes, so there are
//! places for so many in all, for fewer of one network, and for a few of one browser.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::config::Limits;

/// Waiting pages that one browser may have open at once.
const PER_BROWSER: usize = 8;

/// The places of this node. Cloning shares them.
#[derive(Clone, Debug)]
pub struct WaitingPages {
    all: usize,
    per_network: usize,
    taken: Arc<Mutex<HashMap<Sharer, usize>>>,
}

/// Those who share places.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Sharer {
    Everybody,
    Network(String),
    Browser(String),
}

/// A place that is taken, until it is dropped.
#[derive(Debug)]
pub struct WaitingPage {
    sharers: [Sharer; 3],
    places: WaitingPages,
}

impl WaitingPages {
    /// With the bounds of the configuration.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let (all, per_network) = (limits.waiting_pages, limits.waiting_pages_per_network);
        Self { all, per_network, taken: Arc::default() }
    }

    /// Takes a place for a page of a browser, which is named by its digest. `None` when the places
    /// of the node, the network or the browser are taken.
    #[must_use]
    pub fn take(&self, network: &str, browser: &str) -> Option<WaitingPage> {
        let sharers = [
            Sharer::Everybody,
            Sharer::Network(network.to_owned()),
            Sharer::Browser(browser.to_owned()),
        ];
        let mut taken = self.taken();
        let is_free = |sharer: &Sharer| {
            let most = match sharer {
                Sharer::Everybody => self.all,
                Sharer::Network(_) => self.per_network,
                Sharer::Browser(_) => PER_BROWSER,
            };
            taken.get(sharer).copied().unwrap_or_default() < most
        };
        if !sharers.iter().all(is_free) {
            return None;
        }
        for sharer in &sharers {
            *taken.entry(sharer.clone()).or_default() += 1;
        }
        drop(taken);
        Some(WaitingPage { sharers, places: self.clone() })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<Sharer, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for WaitingPage {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        for sharer in &self.sharers {
            if let Some(count) = taken.get_mut(sharer) {
                *count -= 1;
                if *count == 0 {
                    taken.remove(sharer);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_pages_are_limited_per_browser_per_network_and_in_total() {
        let limits =
            Limits { waiting_pages: 40, waiting_pages_per_network: 20, ..Limits::default() };
        let places = WaitingPages::new(&limits);
        let take = |network: &str, browser: usize| places.take(network, &browser.to_string());
        let one: Vec<_> = (0..99).filter_map(|_| take("a", 1)).collect();
        assert_eq!(one.len(), PER_BROWSER);
        let more: Vec<_> = (2..99).filter_map(|browser| take("a", browser)).collect();
        assert_eq!(one.len() + more.len(), 20);
        let others: Vec<_> = (100..199).filter_map(|n| take(&n.to_string(), n)).collect();
        assert_eq!(others.len(), 20);
        drop((one, others));
        assert!(take("a", 1).is_some());
        drop(more);
        assert!(places.taken().is_empty());
    }
}
