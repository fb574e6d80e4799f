//! `idp client`. Clients of the configuration file are not shown: they stand there.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};

use crate::app;
use crate::cli::{Settings, open};
use crate::clock::Clock;
use crate::config::read_text_file;
use crate::oidc::claims;

/// Clients in the database.
#[derive(Debug, Args)]
pub(super) struct Client {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add or replace a client from a JSON file with the metadata of RFC 7591.
    Add {
        /// The file.
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
    },
    /// List the clients.
    List,
    /// Remove a client.
    Remove {
        /// Its client_id.
        id: String,
    },
}

impl Client {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let config = open::config(&self.settings)?;
        let store = open::store(&config).await?;
        match self.command {
            Command::Add { file } => {
                let place = file.display();
                let text =
                    read_text_file(&file).with_context(|| format!("{place} cannot be read"))?;
                let table = serde_json::from_str(&text)
                    .with_context(|| format!("{place} is no JSON object"))?;
                let supported = claims::SCOPES.join(" ").parse()?;
                let algorithms = app::policy(&config.keys)?.algorithms;
                let client = app::client(table, &supported)
                    .and_then(|client| app::signable(client, &algorithms))
                    .map_err(|reason| anyhow::anyhow!("{place}: {reason}"))?;
                let id = client.client_id().as_str();
                if app::clients(&config)?.contains_key(id) {
                    bail!("{id} stands in the configuration file already");
                }
                let id = id.to_owned();
                let client = match client.has_open_secret() {
                    true => client.sealed(&app::master(&config, &store).await?)?,
                    false => client,
                };
                store.add_client(&client, Clock::System.now()).await?;
                println!("{id} is added");
            }
            Command::List => {
                for client in store.clients().await? {
                    let metadata = client.metadata();
                    println!(
                        "{}\t{}",
                        client.client_id().as_str(),
                        metadata.redirect_uris.join(" ")
                    );
                }
            }
            Command::Remove { id } => {
                if !store.remove_client(&id, Clock::System.now()).await? {
                    bail!("{id}: there is no such client in the database");
                }
                println!("{id} is removed");
            }
        }
        Ok(())
    }
}
