//! What this process remembers of what it fetched from clients.

use std::sync::{Mutex, PoisonError};

use crate::clock::Timestamp;
use crate::oauth::client::keys::Known;

/// The place of one client's key set. The one who fetches holds `fetching`; readers never
/// waits for that.
#[derive(Debug, Default)]
pub struct ClientKeys {
    known: Mutex<Option<Known>>,
    /// Held by the one who fetches.
    pub fetching: tokio::sync::Mutex<()>,
}

impl ClientKeys {
    /// What is known now.
    #[must_use]
    pub fn known(&self) -> Option<Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes what was found out.
    pub fn learn(&self, known: Known) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
    }
}

/// An object could not be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfetched;

/// What is known of an address, and until when.
pub(in crate::store) type KnownObject = (Result<String, Unfetched>, Timestamp);
