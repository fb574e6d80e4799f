//! `idp client`.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};

use crate::app;
use crate::cli::{Settings, open};
use crate::config::read_text_file;
use crate::oauth;
use crate::oidc::claims;

/// Clients.
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
    /// List the clients of the configuration file and of the database.
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
                    .and_then(|client| {
                        app::reachable(client, config.outbound.allow_private_networks)
                    })
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
                store.add_client(&client, open::now(&store).await?).await?;
                println!("{id} is added");
            }
            Command::List => {
                let of_file =
                    app::clients(&config)?.into_values().map(|c| (c, "configuration file"));
                let of_database = store.clients().await?.into_iter().map(|c| (c, "database"));
                let mut lines: Vec<_> = of_file.chain(of_database).map(line).collect();
                lines.sort_unstable();
                if lines.is_empty() {
                    lines.push("there are no clients".to_owned());
                }
                println!("{}", lines.join("\n"));
            }
            Command::Remove { id } => {
                if !store.remove_client(&id, open::now(&store).await?).await? {
                    bail!("{id}: there is no such client in the database");
                }
                println!("{id} is removed");
            }
        }
        Ok(())
    }
}

fn line((client, source): (oauth::client::Client, &str)) -> String {
    let redirect_uris = client.metadata().redirect_uris.join(" ");
    format!("{}\t{source}\t{redirect_uris}", client.client_id().as_str())
}
