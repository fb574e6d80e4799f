//! How much strangers may begin. A login, a pushed request or a device that waits is a row that
//! stays for a while, for any caller, and a request object or a key set is a call to where a
//! client says; so every network has its share of each minute, and one that asks without end fills
//! no disk and keeps nobody else from being served.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use crate::clock::Timestamp;
use crate::oauth::client::Client;
use crate::provider::{Fault, Provider};
use crate::store::Share;

/// Networks and clients that are counted at once; what more there are is not counted, so that many
/// cannot fill the memory.
const COUNTED: usize = 65_536;

/// The counts of the present minute, on this node.
#[derive(Debug)]
pub struct Intake {
    most: u32,
    minute: Mutex<Minute>,
}

#[derive(Debug, Default)]
struct Minute {
    number: i64,
    counts: HashMap<Counted, u32>,
}

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Counted {
    /// What a network begins.
    Begun(String),
    /// Proofs and assertions of strangers, from a network.
    Proven(String),
    /// Calls that a network gives rise to.
    Fetched(String),
    /// Calls to the addresses of a client.
    FetchedOf(String),
    /// Tokens that a client is given on its own behalf.
    GrantedTo(String),
}

/// The rows of a network are looked through one time in [`MOST_BETWEEN`] on average, or more often
/// where it may keep few: that costs as much as there are rows, and deletes up to 64.
const ROWS_PER_LOOK: u64 = 64;
const MOST_BETWEEN: u64 = 32;

/// A client that registered itself is given one token on its own behalf where a network may begin so
/// many logins: nobody types a password for it, and each is kept for a day.
const PER_GRANT: u32 = 20;

impl Intake {
    /// With what one network may begin in a minute.
    #[must_use]
    pub fn new(most: u32) -> Self {
        Self { most, minute: Mutex::default() }
    }

    /// Counts one more. `false` when the share of this minute is used up.
    fn admits(&self, counted: Counted, now: Timestamp) -> bool {
        let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        minute.turn(now);
        let most = self.most_of(&counted);
        if let Some(count) = minute.counts.get_mut(&counted) {
            *count = count.saturating_add(1);
            return *count <= most;
        }
        if minute.counts.len() < COUNTED {
            minute.counts.insert(counted, 1);
        }
        most > 0
    }

    const fn most_of(&self, counted: &Counted) -> u32 {
        match counted {
            Counted::GrantedTo(_) => self.most.div_ceil(PER_GRANT),
            _ => self.most,
        }
    }

    /// Whether one more would be admitted.
    fn would_admit(&self, counted: &Counted, now: Timestamp) -> bool {
        let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        minute.turn(now);
        minute.counts.get(counted).copied().unwrap_or_default() < self.most_of(counted)
    }
}

impl Minute {
    fn turn(&mut self, now: Timestamp) {
        let number = now.0.div_euclid(60);
        if self.number != number {
            *self = Self { number, ..Self::default() };
        }
    }
}

/// The network that is counted: an IPv6 /48, which is what one customer may have, or an IPv4 network
/// as it is.
#[must_use]
pub fn counted_network(network: &str) -> String {
    let address = network.split('/').next().and_then(|address| address.parse().ok());
    let Some(IpAddr::V6(v6)) = address else { return network.to_owned() };
    let [a, b, c, ..] = v6.segments();
    format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
}

impl Provider {
    /// Lets a network begin something.
    ///
    /// # Errors
    /// [`Fault::TooMany`] once its share of this minute is used up.
    pub(crate) fn admit_begin(&self, network: &str, now: Timestamp) -> Result<(), Fault> {
        self.count_in_minute(Counted::Begun(counted_network(network)), now)
    }

    /// Lets a network make the provider call an address that a client has named. One that may begin
    /// no login may not do that either, and each client has its share as well.
    ///
    /// # Errors
    /// [`Fault::TooMany`] once a share of this minute is used up.
    pub(crate) fn admit_fetch(
        &self,
        client: &Client,
        network: &str,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let network = counted_network(network);
        if !self.intake.would_admit(&Counted::Begun(network.clone()), now) {
            return Err(Fault::TooMany);
        }
        self.count_in_minute(Counted::Fetched(network), now)?;
        self.count_in_minute(Counted::FetchedOf(client.client_id().to_string()), now)
    }

    /// Lets a network use up an id that must be remembered, in the name of a client that anybody
    /// may have registered, or may call himself.
    ///
    /// # Errors
    /// [`Fault::TooMany`] once its share of this minute is used up.
    pub(crate) fn admit_proof(
        &self,
        client: &Client,
        network: &str,
        now: Timestamp,
    ) -> Result<(), Fault> {
        if is_strangers(client) {
            return self.count_in_minute(Counted::Proven(counted_network(network)), now);
        }
        Ok(())
    }

    /// Lets a client have a token on its own behalf.
    ///
    /// # Errors
    /// [`Fault::TooMany`] once the share of a client that registered itself is used up.
    pub(crate) fn admit_grant(&self, client: &Client, now: Timestamp) -> Result<(), Fault> {
        if is_strangers(client) {
            let counted = Counted::GrantedTo(client.client_id().to_string());
            return self.count_in_minute(counted, now);
        }
        Ok(())
    }

    fn count_in_minute(&self, counted: Counted, now: Timestamp) -> Result<(), Fault> {
        if self.intake.admits(counted, now) { Ok(()) } else { Err(Fault::TooMany) }
    }

    /// What a network may keep in the store, of every kind. A large share is enforced one time in
    /// [`MOST_BETWEEN`] on average, so often that fewer rows come meanwhile than are deleted at once.
    pub(crate) fn share_of(&self, network: &str) -> Share {
        let most = self.settings.begun_per_network;
        let [chance] = self.entropy.numbers();
        Share { network: counted_network(network), most, is_due: is_look_due(most, chance) }
    }
}

fn is_look_due(most: i64, chance: u64) -> bool {
    chance.is_multiple_of(most.unsigned_abs().div_ceil(ROWS_PER_LOOK).clamp(1, MOST_BETWEEN))
}

/// Whether anybody may act in the name of a client: it proves nothing, or it has registered itself.
pub(crate) fn is_strangers(client: &Client) -> bool {
    client.is_public() || client.is_self_registered()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_share_is_always_enforced_and_a_large_one_once_in_32_times() {
        for (most, due) in [(0, 320), (5, 320), (64, 320), (128, 160), (2_000, 10), (i64::MAX, 10)]
        {
            let times = (0..320).filter(|chance| is_look_due(most, *chance)).count();
            assert_eq!(times, due, "{most}");
        }
    }

    #[test]
    fn each_network_may_begin_a_limited_number_of_logins_per_minute() {
        let intake = Intake::new(2);
        let outcomes = |network: &str, at| {
            [(); 3].map(|()| intake.admits(Counted::Begun(network.to_owned()), Timestamp(at)))
        };
        assert_eq!(outcomes("a", 60), [true, true, false]);
        assert_eq!(outcomes("b", 119), [true, true, false]);
        assert_eq!(outcomes("a", 119), [false; 3]);
        assert_eq!(outcomes("a", 120), [true, true, false]);
    }

    #[test]
    fn ipv6_networks_are_counted_by_48() {
        for (network, site) in [
            ("2001:db8:1:2::/64", "2001:db8:1::/48"),
            ("2001:db8:1:ffff::/64", "2001:db8:1::/48"),
            ("2001:db8:2::/64", "2001:db8:2::/48"),
            ("192.0.2.0/24", "192.0.2.0/24"),
            ("", ""),
        ] {
            assert_eq!(counted_network(network), site);
        }
    }

    #[test]
    fn kinds_of_requests_are_counted_separately() {
        let (intake, now) = (Intake::new(1), Timestamp(0));
        let network = || "a".to_owned();
        assert!(intake.would_admit(&Counted::Begun(network()), now));
        assert!(intake.admits(Counted::Begun(network()), now));
        assert!(!intake.would_admit(&Counted::Begun(network()), now));
        for other in [Counted::Proven, Counted::Fetched, Counted::FetchedOf] {
            assert!(intake.admits(other(network()), now));
            assert!(!intake.admits(other(network()), now));
        }
        assert!(intake.would_admit(&Counted::Begun(network()), Timestamp(60)));
    }

    #[test]
    fn networks_beyond_the_counted_number_are_admitted() {
        let intake = Intake::new(1);
        let now = Timestamp(0);
        let admits = |number: usize| intake.admits(Counted::Begun(number.to_string()), now);
        assert!((0..COUNTED + 9).all(admits));
        assert!(!admits(0));
        assert_eq!(intake.minute.lock().unwrap().counts.len(), COUNTED);
    }
}
