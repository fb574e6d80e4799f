//! What nobody who asks can act on: a broken database, a key that does not sign. It keeps its
//! source, is logged once at the edge, and is never worded as a verdict about the request.

use crate::hashing;
use crate::jose;
use crate::oidc;
use crate::source;
use crate::store;

/// A fault of the provider or of what it stands on.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database.
    #[error("the store failed")]
    Store(#[from] store::Error),
    /// The party-parameters database.
    #[error("the party parameters could not be read")]
    Source(#[from] source::Error),
    /// A key or a signature.
    #[error("signing failed")]
    Jose(#[from] jose::Error),
    /// A token or a claim that cannot be written.
    #[error("a token cannot be written")]
    Oidc(#[from] oidc::Error),
    /// Too many passwords, or a hash that cannot be read.
    #[error("hashing failed")]
    Hashing(#[from] hashing::Error),
    /// A client's server cannot be asked now: too many calls are being made.
    #[error("too many outbound calls are being made at once")]
    Busy,
    /// The network has begun as much as one may in a minute.
    #[error("this network has begun too much in a minute")]
    TooMany,
    /// What was stored cannot be read any more.
    #[error("{0}")]
    Inconsistent(&'static str),
}

impl Fault {
    /// Whether it will pass: the caller is asked to try again.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Store(error) => error.is_unavailable(),
            Self::Hashing(hashing::Error::Busy) | Self::Busy => true,
            Self::Source(error) => matches!(error, source::Error::Unavailable(_)),
            Self::Hashing(hashing::Error::Failed(_))
            | Self::Jose(_)
            | Self::Oidc(_)
            | Self::TooMany
            | Self::Inconsistent(_) => false,
        }
    }
}
