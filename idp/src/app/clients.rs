//! The clients of the configuration file, and the rules for each client that an operator adds.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Map, Value};

use crate::app::error::Error;
use crate::app::secrets::policy;
use crate::config::{Config, read_text_file};
use crate::jose::Algorithm;
use crate::oauth::client::Client;
use crate::oauth::client_metadata::ClientMetadata;
use crate::oauth::scope::Scope;
use crate::oidc::claims;
use crate::provider::client::check_required_acr;
use crate::provider::client::own_client;

/// What a client that an operator adds must keep to under a configuration.
pub struct ClientRules {
    scope: Scope,
    algorithms: Vec<Algorithm>,
    /// Whether what it keeps for us may be on this machine, by http.
    this_machine: bool,
}

impl ClientRules {
    /// The rules of a configuration.
    ///
    /// # Errors
    /// When its keys cannot be used.
    pub fn new(config: &Config) -> Result<Self, Error> {
        Ok(Self {
            scope: claims::SCOPES.join(" ").parse().unwrap_or_default(),
            algorithms: policy(&config.keys)?.algorithms,
            this_machine: config.outbound.allow_private_networks,
        })
    }

    /// A client from its metadata; the secret may stand in the file that `client_secret_file` names.
    ///
    /// # Errors
    /// A sentence about the member at fault.
    pub fn client(&self, mut table: Map<String, Value>) -> Result<Client, String> {
        if let Some(Value::String(file)) = table.remove("client_secret_file") {
            let secret = read_text_file(Path::new(&file))
                .map_err(|error| format!("client_secret_file: {file} cannot be read: {error}"))?;
            table.insert("client_secret".to_owned(), secret.trim().into());
        }
        let metadata: ClientMetadata =
            serde_json::from_value(Value::Object(table)).map_err(|error| error.to_string())?;
        check_required_acr(metadata.required_acr.as_deref())?;
        let client = Client::register(metadata, &self.scope)
            .map_err(|error| error.description().to_owned())?;
        let metadata = client.metadata();
        if let Some(member) = metadata.unsignable(&self.algorithms) {
            return Err(format!("{member} is not among keys.algorithms"));
        }
        match metadata.at_this_machine().filter(|_| !self.this_machine) {
            Some(member) => Err(format!(
                "{member} must use https; http is for this machine, where \
                 outbound.allow_private_networks is true"
            )),
            None => Ok(client),
        }
    }
}

/// The static clients of the configuration.
///
/// # Errors
/// When one of them is not usable; it is named.
pub(super) fn static_clients(config: &Config) -> Result<HashMap<String, Client>, Error> {
    let rules = ClientRules::new(config)?;
    let mut clients = HashMap::new();
    for (number, table) in config.client.iter().enumerate() {
        let client = rules.client(table.clone()).map_err(|reason| {
            let id = table.get("client_id").and_then(Value::as_str);
            let name = id.map_or_else(|| format!("number {}", number + 1), str::to_owned);
            Error::Setting(format!("[[client]] {name}: {reason}"))
        })?;
        let id = client.client_id().as_str().to_owned();
        if id == own_client::ID {
            return Err(Error::Setting(format!("client {id} is the provider's own name")));
        }
        if clients.insert(id.clone(), client).is_some() {
            return Err(Error::Setting(format!("client {id} stands in the configuration twice")));
        }
    }
    Ok(clients)
}
