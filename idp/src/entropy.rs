//! The only place that draws randomness: secrets, and ids that sort by the time they were made.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_encoding::BASE32_DNSSEC;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use crate::clock::Timestamp;
use crate::secret::{Purpose, Secret};

/// Where chance comes from: the operating system, or the seed of a test.
#[derive(Clone)]
pub enum Entropy {
    /// A cryptographic generator seeded by the operating system.
    Os,
    /// Always the same values in the same order; for tests alone.
    Seeded(Arc<Mutex<StdRng>>),
}

impl Entropy {
    /// A source that repeats itself for the same seed; for tests alone.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    /// Random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match self {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
            Self::Os => rand::rng().fill_bytes(&mut bytes),
            Self::Seeded(generator) => {
                generator.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes)
            }
        }
        bytes
    }

    /// Random numbers.
    #[must_use]
    pub fn numbers<const N: usize>(&self) -> [u64; N] {
        std::array::from_fn(|_| u64::from_be_bytes(self.bytes()))
    }

    /// A fresh secret of 256 bits, 43 characters of base64url.
    #[must_use]
    pub fn secret<P: Purpose>(&self) -> Secret<P> {
        Secret::new(URL_SAFE_NO_PAD.encode(self.bytes::<32>()))
    }

    /// A fresh name of a person, for `sub`: 32 lower-case characters, 160 random bits and nothing
    /// else. It does not tell when the account was made, and sorts by nothing
    /// ([OpenID Connect Core section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
    #[must_use]
    pub fn subject(&self) -> String {
        BASE32_DNSSEC.encode(&self.bytes::<20>())
    }

    /// A fresh id of 26 lower-case characters that sorts by `now`: 40 bits of seconds and 88
    /// random bits. An id is a name, never a secret.
    #[must_use]
    pub fn id(&self, now: Timestamp) -> String {
        let mut bytes = [0; 16];
        bytes[..5].copy_from_slice(&now.0.to_be_bytes()[3..]);
        bytes[5..].copy_from_slice(&self.bytes::<11>());
        BASE32_DNSSEC.encode(&bytes)
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Os => "Entropy::Os",
            Self::Seeded(_) => "Entropy::Seeded",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Session;

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        let entropy = Entropy::seeded(1);
        let ids: Vec<_> = [1_000, 1_001, 1_795_438_800, 4_000_000_000]
            .map(|seconds| entropy.id(Timestamp(seconds)))
            .into();
        assert!(ids.is_sorted());
        assert!(ids.iter().all(|id| id.len() == 26));
    }

    #[test]
    fn a_subject_is_random_and_does_not_sort_by_time() {
        let entropy = Entropy::seeded(1);
        let subjects: Vec<_> = (0..64).map(|_| entropy.subject()).collect();
        assert!(subjects.iter().all(|subject| subject.len() == 32 && subject.is_ascii()));
        assert!(!subjects.is_sorted(), "they do not sort by the time they were made");
        let first: std::collections::HashSet<_> = subjects.iter().map(|s| &s[..8]).collect();
        assert_eq!(first.len(), 64, "an id has its time in its first eight characters");
    }

    #[test]
    fn seeded_entropy_is_repeatable_and_that_of_the_operating_system_is_not() {
        let draw = |entropy: Entropy| entropy.secret::<Session>().digest();
        assert_eq!(draw(Entropy::seeded(7)), draw(Entropy::seeded(7)));
        assert_ne!(draw(Entropy::Os), draw(Entropy::Os));
    }
}
