//! What is stored of a client's secret.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::jose::{self, seal};
use crate::secret::{ClientSecret, Digest, MasterKey, Secret};

/// What is stored of the secret of a client.
///
/// A digest does wherever the client shows its secret. Of `client_secret_jwt` it only proves to
/// know it, by a keyed hash that the provider must be able to make too: so that one secret is kept
/// whole, and sealed before it is stored.
#[derive(Clone, Debug)]
pub(super) enum KeptSecret {
    /// Of a secret that is shown.
    Digest(Digest<ClientSecret>),
    /// Of a secret that is shared, in memory alone.
    Whole(Secret<ClientSecret>),
    /// The same, encrypted under the master key.
    Sealed(String),
}

impl KeptSecret {
    /// The secret as it may be stored.
    ///
    /// # Errors
    /// When it cannot be encrypted.
    pub(super) fn seal(self, master: &MasterKey, client_id: &str) -> Result<Self, jose::Error> {
        match self {
            Self::Whole(secret) => {
                seal::seal_client_secret(master, client_id, &secret).map(Self::Sealed)
            }
            stored => Ok(stored),
        }
    }

    /// The secret itself, of a client that shares it.
    ///
    /// # Errors
    /// When it was sealed under another master key.
    pub(super) fn whole(
        &self,
        master: &MasterKey,
        client_id: &str,
    ) -> Result<Option<Secret<ClientSecret>>, jose::Error> {
        match self {
            Self::Digest(_) => Ok(None),
            Self::Whole(secret) => Ok(Some(secret.clone())),
            Self::Sealed(text) => seal::open_client_secret(master, client_id, text).map(Some),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Stored {
    Sealed { sealed: String },
    Digest(String),
}

/// The secret as the store keeps it; one that is not sealed is never written.
pub(super) fn serialize<S: Serializer>(
    secret: &Option<KeptSecret>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let stored = match secret {
        None => None,
        Some(KeptSecret::Digest(digest)) => Some(Stored::Digest(digest.as_str().to_owned())),
        Some(KeptSecret::Sealed(text)) => Some(Stored::Sealed { sealed: text.clone() }),
        Some(KeptSecret::Whole(_)) => {
            return Err(serde::ser::Error::custom("a client's secret is not sealed"));
        }
    };
    stored.serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<KeptSecret>, D::Error> {
    Ok(Option::<Stored>::deserialize(deserializer)?.map(|stored| match stored {
        Stored::Sealed { sealed } => KeptSecret::Sealed(sealed),
        Stored::Digest(text) => KeptSecret::Digest(Digest::stored(text)),
    }))
}
