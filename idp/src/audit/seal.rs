//! The seal over a batch of events: counts and digests, signed.
//!
//! A seal is a compact JWS
//! ([RFC 7515 section 7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)) by a key that signs
//! nothing else. The digest of the events is SHA-256 over each event as it is kept and a line feed,
//! in their order, so that `sha256sum` over the exported lines of a batch gives it as well.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::jose::keyset::KeySet;
use crate::jose::verify::Rejected;
use crate::jose::{Algorithm, Error};
use crate::secret::{RunningSha256, sha256};

/// The `typ` of a seal.
const TYPE: &str = "audit-seal+jwt";

/// What a seal says of the events of a batch that are kept for the same time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// How many they are.
    pub count: u64,
    /// The id of the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// The id of the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// SHA-256 over them, in base64url.
    pub root: String,
}

/// What a seal says of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// The issuer identifier.
    pub iss: String,
    /// The number of the batch, counted from 1.
    pub number: i64,
    /// The last position of the batch before it.
    pub after: i64,
    /// Its own last position.
    pub last: i64,
    /// When it was closed.
    pub iat: Timestamp,
    /// SHA-256 over the seal of the batch before it, in base64url; none for the first batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub former: Option<String>,
    /// The events that are kept for the longer time.
    pub long: Part,
    /// The events that are kept for the shorter time.
    pub short: Part,
}

impl Seal {
    /// Signs it.
    ///
    /// # Errors
    /// When OpenSSL cannot sign.
    pub fn sign(&self, key: &KeySet) -> Result<String, Error> {
        key.sign(Algorithm::EdDSA, Some(TYPE), serde_json::json!(self).to_string().as_bytes())
    }

    /// Reads a seal that this provider has signed.
    ///
    /// # Errors
    /// When it is none.
    pub fn verify(seal: &str, key: &KeySet, issuer: &str) -> Result<Self, Rejected> {
        let claims = key.verify(seal, Some(TYPE), issuer)?;
        serde_json::from_value(claims.into()).map_err(|_| Rejected::Malformed)
    }
}

/// The name of a seal in the one that follows.
#[must_use]
pub fn digest(seal: &str) -> String {
    sha256(seal)
}

/// The digest of events, one by one.
#[derive(Clone, Debug, Default)]
pub struct Digested {
    hash: RunningSha256,
    count: u64,
    first: Option<String>,
    last: Option<String>,
}

/// The one member of an event that a seal names.
#[derive(Deserialize)]
struct Named {
    id: String,
}

impl Digested {
    /// Adds the next event, as it is kept.
    pub fn add(&mut self, event: &str) {
        self.hash.update(event);
        self.hash.update("\n");
        self.count += 1;
        let id = serde_json::from_str::<Named>(event).ok().map(|named| named.id);
        if self.count == 1 {
            self.first.clone_from(&id);
        }
        self.last = id;
    }

    /// What a seal says of them.
    #[must_use]
    pub fn finish(self) -> Part {
        let Self { hash, count, first, last } = self;
        Part { count, first, last, root: hash.finish() }
    }
}
