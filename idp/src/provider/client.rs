//! Finding a client: those of the configuration file first, then those of the store.

use crate::oauth::client::Client;
use crate::provider::{Fault, Provider};

impl Provider {
    /// The client of that id.
    pub(crate) async fn client(&self, client_id: &str) -> Result<Option<Client>, Fault> {
        match self.clients.get(client_id) {
            Some(client) => Ok(Some(client.clone())),
            None => Ok(self.store.client(client_id).await?),
        }
    }
}
