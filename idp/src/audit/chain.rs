//! Checking batches and their seals, one after the other.

use crate::audit::seal::{Digested, Part, Seal, digest};
use crate::jose::keyset::KeySet;

/// A closed batch as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'a> {
    /// Its number.
    pub number: i64,
    /// The last position of the batch before it.
    pub after: i64,
    /// Its own last position.
    pub last: i64,
    /// Its seal.
    pub seal: &'a str,
    /// Whether its events that are kept for the shorter time have been deleted.
    pub thinned: bool,
}

/// The events that are stored of a batch.
#[derive(Clone, Debug, Default)]
pub struct Found {
    long: Digested,
    short: Digested,
}

impl Found {
    /// Adds the next event of the batch, as it is kept.
    pub fn add(&mut self, event: &str, frequent: bool) {
        if frequent { self.short.add(event) } else { self.long.add(event) }
    }

    /// What a seal says of them: of those kept for the longer time, and of those for the shorter.
    #[must_use]
    pub fn parts(self) -> (Part, Part) {
        (self.long.finish(), self.short.finish())
    }
}

/// What is wrong with a batch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Its seal is not signed by the key of this provider.
    #[error("batch {0}: the seal is not of this provider's key")]
    Signature(i64),
    /// Its seal is that of another batch.
    #[error("batch {0}: the seal belongs to another batch")]
    OtherBatch(i64),
    /// It does not follow the batch before it: one is missing, or was put between them.
    #[error("batch {0}: it does not follow the batch before it")]
    Order(i64),
    /// Events are missing, were added, changed or put in another order.
    #[error("batch {number}: {found} events where {sealed} are sealed, or other ones")]
    Events {
        /// The batch.
        number: i64,
        /// Events that are stored.
        found: u64,
        /// Events that are sealed.
        sealed: u64,
    },
    /// The first batch is not the one behind those that were deleted when their time had come.
    #[error("batch {found} is the first, and batch {expected} should be")]
    Beginning {
        /// The first batch that is stored.
        found: i64,
        /// The first that was not deleted.
        expected: i64,
    },
    /// A seal that somebody else kept is not the one of its batch.
    #[error("batch {0}: its seal is another one than the one that was kept elsewhere")]
    OtherHead(i64),
    /// The batch of a seal that somebody else kept is missing.
    #[error("batch {0}: it is missing, and its seal was kept elsewhere")]
    MissingHead(i64),
    /// A seal that is said to have been kept elsewhere is none of this provider's.
    #[error("line {0} of the file is no seal of this provider")]
    ForeignHead(usize),
}

/// The chain of batches, as far as it has been checked.
#[derive(Debug)]
pub struct Chain<'a> {
    key: &'a KeySet,
    issuer: &'a str,
    /// Number, last position and digest of the seal of the batch before.
    former: Option<(i64, i64, String)>,
    /// The number that the first batch must have, where that is known.
    first: i64,
}

impl<'a> Chain<'a> {
    /// A chain that begins with the batch of that number.
    #[must_use]
    pub const fn new(key: &'a KeySet, issuer: &'a str, first: i64) -> Self {
        Self { key, issuer, former: None, first }
    }

    /// Checks the next batch with the events that are stored of it.
    pub fn check(&mut self, batch: Stored<'_>, found: Found) -> Vec<Broken> {
        let mut broken = Vec::new();
        let number = batch.number;
        let former = self.former.replace((number, batch.last, digest(batch.seal)));
        let Ok(seal) = Seal::verify(batch.seal, self.key, self.issuer) else {
            return vec![Broken::Signature(number)];
        };
        if (seal.number, seal.after, seal.last) != (number, batch.after, batch.last) {
            broken.push(Broken::OtherBatch(number));
        }
        let follows = match &former {
            Some((before, last, digest)) => {
                number == before + 1
                    && batch.after == *last
                    && seal.former.as_deref() == Some(digest.as_str())
            }
            None => number == self.first && seal.former.is_none() == (number == 1),
        };
        if !follows {
            broken.push(Broken::Order(number));
        }
        let (long, short) = found.parts();
        let short_fits = short == seal.short || (batch.thinned && short.count == 0);
        if long != seal.long || !short_fits {
            let (found, sealed) = (long.count + short.count, seal.long.count + seal.short.count);
            broken.push(Broken::Events { number, found, sealed });
        }
        broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::jose::Algorithm;
    use crate::jose::key::Key;
    use crate::jose::rotation::State;

    const ISSUER: &str = "https://login.example.se";

    fn key() -> KeySet {
        let key = Key::generate(Algorithm::EdDSA, 2_048).unwrap();
        KeySet::new(&[(key, State::Active)]).unwrap()
    }

    fn found(events: &[(&str, bool)]) -> Found {
        let mut found = Found::default();
        for (id, frequent) in events {
            found.add(&format!("{{\"id\":\"{id}\"}}"), *frequent);
        }
        found
    }

    const FIRST: &[(&str, bool)] = &[("a", false), ("b", true), ("c", false)];
    const SECOND: &[(&str, bool)] = &[("d", false), ("e", false)];

    fn sealed(key: &KeySet, number: i64, former: Option<&str>, events: &[(&str, bool)]) -> String {
        let (long, short) = found(events).parts();
        let (after, last) = ((number - 1) * 10, number * 10);
        let (iss, former) = (ISSUER.to_owned(), former.map(digest));
        let iat = Timestamp(1);
        Seal { iss, number, after, last, iat, former, long, short }.sign(key).unwrap()
    }

    fn stored(number: i64, seal: &str) -> Stored<'_> {
        let (after, last) = ((number - 1) * 10, number * 10);
        Stored { number, after, last, seal, thinned: false }
    }

    /// Two batches and what is found of them.
    fn check(key: &KeySet, batches: &[(Stored<'_>, &[(&str, bool)])]) -> Vec<Broken> {
        let mut chain = Chain::new(key, ISSUER, 1);
        batches.iter().flat_map(|(batch, events)| chain.check(*batch, found(events))).collect()
    }

    #[test]
    fn an_edited_missing_added_or_reordered_event_is_found_with_its_batch() {
        let key = key();
        let first = sealed(&key, 1, None, FIRST);
        let second = sealed(&key, 2, Some(&first), SECOND);
        let of_second =
            |events| check(&key, &[(stored(1, &first), FIRST), (stored(2, &second), events)]);
        assert_eq!(of_second(SECOND), []);
        let cases: [&[(&str, bool)]; 5] = [
            &[("d", false), ("x", false)],
            &[("d", false)],
            &[("d", false), ("e", false), ("f", false)],
            &[("e", false), ("d", false)],
            &[("d", false), ("e", true)],
        ];
        for events in cases {
            let broken = of_second(events);
            let is_second = |broken: &Broken| matches!(broken, Broken::Events { number: 2, .. });
            assert!(broken.len() == 1 && broken.iter().all(is_second), "{events:?}: {broken:?}");
        }
    }

    #[test]
    fn a_batch_that_is_missing_foreign_or_put_in_anothers_place_is_found() {
        let (key, foreign) = (key(), key());
        let first = sealed(&key, 1, None, FIRST);
        let second = sealed(&key, 2, Some(&first), SECOND);
        let third = sealed(&key, 3, Some(&second), SECOND);
        let whole = [(stored(1, &first), FIRST), (stored(2, &second), SECOND)];
        assert_eq!(check(&key, &[whole[0], whole[1], (stored(3, &third), SECOND)]), []);
        assert_eq!(check(&key, &[whole[0], (stored(3, &third), SECOND)]), [Broken::Order(3)]);
        assert_eq!(check(&key, &whole[1..]), [Broken::Order(2)]);
        let forged = sealed(&foreign, 2, Some(&first), &[]);
        assert_eq!(check(&key, &[whole[0], (stored(2, &forged), &[])]), [Broken::Signature(2)]);
        let apart = sealed(&key, 2, None, SECOND);
        assert_eq!(check(&key, &[whole[0], (stored(2, &apart), SECOND)]), [Broken::Order(2)]);
        let copied = check(&key, &[whole[0], (stored(2, &first), FIRST)]);
        assert!(copied.contains(&Broken::OtherBatch(2)), "{copied:?}");
    }

    #[test]
    fn events_kept_for_the_shorter_time_may_be_missing_from_a_batch_that_says_so() {
        let key = key();
        let first = sealed(&key, 1, None, FIRST);
        let thinned: &[(&str, bool)] = &[("a", false), ("c", false)];
        let batch = stored(1, &first);
        assert_eq!(check(&key, &[(Stored { thinned: true, ..batch }, thinned)]), []);
        assert_eq!(check(&key, &[(batch, thinned)]).len(), 1);
        let other: &[(&str, bool)] = &[("a", false), ("x", true), ("c", false)];
        assert_eq!(check(&key, &[(Stored { thinned: true, ..batch }, other)]).len(), 1);
    }
}
