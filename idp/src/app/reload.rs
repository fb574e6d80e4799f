//! What a running provider takes from its configuration file when that is read again: static
//! clients and the section `[keys]`. All of it or nothing.

use std::collections::HashMap;

use crate::app::clients::static_clients;
use crate::app::secrets::policy;
use crate::app::{App, Error};
use crate::config::Config;
use crate::oauth::client::Client;
use crate::oidc::discovery::{self, Features};
use crate::provider::{Fault, keys};

/// What was read, checked and made, and is not in use yet.
pub struct Renewed {
    clients: HashMap<String, Client>,
    keys: keys::Renewed,
    document: Vec<u8>,
}

impl App {
    /// Reads what can change while the provider runs. Nothing of it is in use before
    /// [`App::take_into_use`]; until then no other task replaces the signing keys.
    ///
    /// # Errors
    /// A sentence that names the setting at fault.
    pub async fn read_again(&self, config: &Config) -> Result<Renewed, Error> {
        let (clients, policy) = (static_clients(config)?, policy(&config.keys)?);
        let features = Features { algorithms: policy.algorithms.clone(), ..self.features.clone() };
        let document = discovery::document(self.provider.issuer(), &features)
            .map_err(|error| Error::Setting(error.to_string()))?;
        // Last, since it may make keys in the database.
        let keys = self.provider.renew_keys(policy).await?;
        Ok(Renewed { clients, keys, document })
    }

    /// Takes into use what was read.
    ///
    /// # Errors
    /// When the store cannot end what belongs to clients that left the file; then nothing is
    /// taken into use.
    pub async fn take_into_use(&self, renewed: Renewed) -> Result<(), Fault> {
        let Renewed { clients, keys, document } = renewed;
        self.provider.replace_configured(clients, keys, document).await
    }
}
