//! How much strangers may begin. A login, a pushed request or a device that waits is a row that
//! stays for a while, for whoever asks; so every network has its share of each minute, and one that
//! asks without end fills no disk.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::clock::Timestamp;
use crate::provider::{Fault, Provider};

/// Networks that are counted at once; what more there are is not counted, so that many cannot fill
/// the memory.
const NETWORKS: usize = 65_536;

/// The counts of the present minute, on this node.
#[derive(Debug)]
pub struct Intake {
    most: u32,
    minute: Mutex<Minute>,
}

#[derive(Debug, Default)]
struct Minute {
    number: i64,
    begun: HashMap<String, u32>,
}

impl Intake {
    /// With what one network may begin in a minute.
    #[must_use]
    pub fn new(most: u32) -> Self {
        Self { most, minute: Mutex::default() }
    }

    /// Counts one more for a network. `false` when its share of this minute is used up.
    fn admits(&self, network: &str, now: Timestamp) -> bool {
        let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        let number = now.0.div_euclid(60);
        if minute.number != number {
            *minute = Minute { number, ..Minute::default() };
        }
        if let Some(begun) = minute.begun.get_mut(network) {
            *begun = begun.saturating_add(1);
            return *begun <= self.most;
        }
        if minute.begun.len() < NETWORKS {
            minute.begun.insert(network.to_owned(), 1);
        }
        true
    }
}

impl Provider {
    /// Lets a network begin something.
    ///
    /// # Errors
    /// [`Fault::TooMany`] once its share of this minute is used up.
    pub(crate) fn let_begin(&self, network: &str) -> Result<(), Fault> {
        if self.intake.admits(network, self.clock.now()) { Ok(()) } else { Err(Fault::TooMany) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_network_has_its_share_of_every_minute() {
        let intake = Intake::new(2);
        let outcomes = |network, at| [(); 3].map(|()| intake.admits(network, Timestamp(at)));
        assert_eq!(outcomes("a", 60), [true, true, false]);
        assert_eq!(outcomes("b", 119), [true, true, false]);
        assert_eq!(outcomes("a", 119), [false; 3]);
        assert_eq!(outcomes("a", 120), [true, true, false]);
    }

    #[test]
    fn more_networks_than_are_counted_are_let_in() {
        let intake = Intake::new(1);
        let now = Timestamp(0);
        assert!((0..NETWORKS + 9).all(|number| intake.admits(&number.to_string(), now)));
        assert!(!intake.admits("0", now));
        assert_eq!(intake.minute.lock().unwrap().begun.len(), NETWORKS);
    }
}
