//! The ids and secrets of an answer. What an interaction ends with is derived from its id and the
//! master key instead of drawn, so that the same answer can be made again while the store holds
//! digests alone.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_encoding::BASE32_DNSSEC;

use crate::clock::Timestamp;
use crate::provider::Provider;
use crate::secret::{Purpose, Secret};

/// Characters of an id that say when it was made.
const TIME: usize = 8;
/// Bytes of chance in an id.
const CHANCE: usize = 11;

/// The time of an answer, and where its ids and secrets come from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seed<'a> {
    pub(crate) now: Timestamp,
    /// The interaction that the answer ends, of whose id they are derived. Without one they are
    /// drawn: the answer is made once.
    pub(crate) interaction: Option<&'a str>,
}

impl Provider {
    /// A secret of an answer.
    pub(crate) fn answer_secret<P: Purpose>(&self, seed: Seed<'_>) -> Secret<P> {
        match seed.interaction {
            None => self.entropy.secret(),
            Some(id) => {
                Secret::new(URL_SAFE_NO_PAD.encode(self.master.derive("answer", &[P::NAME, id])))
            }
        }
    }

    /// Bytes that name the device of an answer.
    pub(crate) fn answer_bytes(&self, seed: Seed<'_>) -> [u8; 16] {
        match seed.interaction {
            None => self.entropy.bytes(),
            Some(id) => {
                let derived = self.master.derive("answer", &["device", id]);
                std::array::from_fn(|at| derived[at])
            }
        }
    }

    /// The id of a grant.
    pub(crate) fn grant_id(&self, seed: Seed<'_>) -> String {
        match seed.interaction {
            None => self.entropy.id(seed.now),
            Some(id) => self.successor_id(id, "grant"),
        }
    }

    /// The id of what comes after an interaction, in the form of those that are drawn.
    pub(crate) fn successor_id(&self, interaction: &str, what: &str) -> String {
        let chance = self.master.derive("answer id", &[what, interaction]);
        let time = interaction.get(..TIME).unwrap_or_default();
        format!("{time}{}", BASE32_DNSSEC.encode(&chance[..CHANCE]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::entropy::Entropy;

    #[test]
    fn a_derived_id_has_the_form_of_a_random_one() {
        let drawn = Entropy::seeded(1).id(Timestamp(1_795_438_800));
        let derived = format!("{}{}", &drawn[..TIME], BASE32_DNSSEC.encode(&[0xff; CHANCE]));
        assert_eq!(derived.len(), drawn.len());
        assert!(derived.starts_with(&Entropy::seeded(2).id(Timestamp(1_795_438_800))[..TIME]));
    }
}
