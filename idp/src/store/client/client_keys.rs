//! What this process remembers of the key sets of clients. The database has none of it: another
//! node fetches for itself.

use std::sync::Arc;

use crate::store::Store;
use crate::store::client::fetched::ClientKeys;

impl Store {
    /// The place of that client's key set, an empty one at first.
    #[must_use]
    pub fn client_keys(&self, client_id: &str) -> Arc<ClientKeys> {
        self.cache().client_keys.get_with_by_ref(client_id, Arc::default)
    }
}
