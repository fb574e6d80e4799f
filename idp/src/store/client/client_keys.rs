//! What this process remembers of the key sets of clients. The database has none of it: another
//! node fetches for itself.

use std::sync::{Arc, Mutex, PoisonError};

use crate::oauth::client::keys::Known;
use crate::store::Store;

/// The place of one client's key set. Whoever fetches holds `fetching`; whoever only reads never
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

impl Store {
    /// The place of that client's key set, an empty one at first.
    #[must_use]
    pub fn client_keys(&self, client_id: &str) -> Arc<ClientKeys> {
        self.cache().client_keys.get_with_by_ref(client_id, Arc::default)
    }
}
