//! Finding a client: those of the configuration file first, then those of the store.

pub mod client_authentication;
pub(super) mod client_keys;
pub(crate) mod own_client;
pub mod registration;

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use crate::account::assurance::Class;
use crate::account::event::{Actor, Circumstances, Event, EventKind};
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::oauth::client::Client;
use crate::provider::{Fault, Provider, keys};
use crate::store::{self, Store};

/// The clients of the configuration file; replaced as a whole when the file is read again.
#[derive(Debug, Default)]
pub struct StaticClients(RwLock<HashMap<String, Client>>);

impl StaticClients {
    /// Takes the clients to begin with.
    #[must_use]
    pub const fn new(clients: HashMap<String, Client>) -> Self {
        Self(RwLock::new(clients))
    }

    fn find(&self, client_id: &str) -> Option<Client> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(client_id).cloned()
    }

    fn all(&self) -> Vec<Client> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    fn replace(&self, clients: HashMap<String, Client>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = clients;
    }
}

/// Why an act on a client was not done.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The configuration file has it, and goes before the database.
    #[error("{0} stands in the configuration file already")]
    InFile(String),
    /// The database does not have it.
    #[error("{0}: there is no such client in the database")]
    Unknown(String),
    /// The provider is at fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<store::Error> for ClientError {
    fn from(error: store::Error) -> Self {
        Self::Fault(error.into())
    }
}

/// Whether a client may require this class: whether it exists.
///
/// # Errors
/// What `required_acr` may be.
pub fn check_required_acr(name: Option<&str>) -> Result<(), String> {
    match name {
        Some(name) if Class::named(name).is_none() => {
            Err(format!("required_acr must be one of {}", Class::names()))
        }
        _ => Ok(()),
    }
}

impl Provider {
    /// Adds a client to the database, or replaces it there. A secret that must be known to check a
    /// client's proof of it is sealed.
    ///
    /// # Errors
    /// When the configuration file has the client, or a fault.
    pub async fn add_client(&self, client: Client, by: &Circumstances) -> Result<(), ClientError> {
        let id = client.client_id().as_str().to_owned();
        if self.clients.find(&id).is_some() {
            return Err(ClientError::InFile(id));
        }
        let client = match client.has_open_secret() {
            true => client.seal(&self.master).map_err(Fault::from)?,
            false => client,
        };
        let event = self.event(EventKind::ClientAdded, by).client(&id);
        Ok(self.store.recording([event]).add_client(&client, by.at).await?)
    }

    /// Removes a client from the database; all that it was granted ends.
    ///
    /// # Errors
    /// When the database does not have the client, or a fault.
    pub async fn remove_client(&self, id: &str, by: &Circumstances) -> Result<(), ClientError> {
        let event = self.event(EventKind::ClientRemoved, by).client(id);
        match self.store.recording([event]).remove_client(id, by.at).await? {
            true => Ok(()),
            false => Err(ClientError::Unknown(id.to_owned())),
        }
    }

    /// The clients of the configuration file, and those of the database.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_clients(&self) -> Result<(Vec<Client>, Vec<Client>), Fault> {
        Ok((self.clients.all(), self.store.clients().await?))
    }

    /// The client of that id.
    pub(crate) async fn client(&self, client_id: &str) -> Result<Option<Client>, Fault> {
        if client_id == own_client::ID {
            return Ok(Some(self.own_client.clone()));
        }
        match self.clients.find(client_id) {
            Some(client) => Ok(Some(client)),
            None => Ok(self.store.client(client_id).await?),
        }
    }

    /// Takes the clients, the keys and the discovery document of a configuration file that was read
    /// again.
    ///
    /// # Errors
    /// When the store fails; then those of before stay.
    pub async fn replace_configured(
        &self,
        clients: HashMap<String, Client>,
        keys: keys::Renewed,
        document: Vec<u8>,
    ) -> Result<(), Fault> {
        record_static_clients(&self.store, &self.entropy, &clients, self.clock.now()).await?;
        keys.take_into_use();
        self.discovery.replace(&document);
        self.clients.replace(clients);
        Ok(())
    }
}

/// Ends what belongs to clients that no longer stand in the file, or that stand there again.
///
/// # Errors
/// When the store fails.
pub(crate) async fn record_static_clients(
    store: &Store,
    entropy: &Entropy,
    clients: &HashMap<String, Client>,
    now: Timestamp,
) -> Result<(), store::Error> {
    let changes = store.static_client_changes(&clients.keys().cloned().collect()).await?;
    let by = Circumstances::of(Actor::Provider("configuration"), now);
    let ended = changes.iter().filter(|change| change.ends).map(|change| {
        Event::new(entropy.id(now), EventKind::ClientEnded, by.clone()).client(&change.client_id)
    });
    store.recording(ended).record_static_clients(&changes, now).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::scope::Scope;

    #[test]
    fn a_file_that_was_read_again_replaces_all_clients_at_once() {
        let named = |id: &str| {
            let metadata = serde_json::json!({
                "client_id": id,
                "token_endpoint_auth_method": "none",
                "redirect_uris": ["https://rp.example/cb"],
            });
            let metadata = serde_json::from_value(metadata).unwrap();
            let client = Client::register(metadata, &Scope::default()).unwrap();
            HashMap::from([(id.to_owned(), client)])
        };
        let clients = StaticClients::new(named("before"));
        assert!(clients.find("before").is_some());
        clients.replace(named("after"));
        assert!(clients.find("before").is_none() && clients.find("after").is_some());
    }
}
