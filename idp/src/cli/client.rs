//! `idp client`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};

use crate::app::{App, ClientRules};
use crate::cli::{Settings, open};
use crate::config::{Config, read_text_file};
use crate::oauth;

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
        let app = App::open(&config).await?;
        let provider = &app.provider;
        let by = open::operator(&app);
        match self.command {
            Command::Add { file } => {
                let client = read_client(&file, &config)?;
                let id = client.client_id().as_str().to_owned();
                provider.add_client(client, &by).await?;
                println!("{id} is added");
            }
            Command::List => {
                let (of_file, of_database) = provider.list_clients().await?;
                let of_file = of_file.into_iter().map(|c| (c, "configuration file"));
                let of_database = of_database.into_iter().map(|c| (c, "database"));
                let mut lines: Vec<_> = of_file.chain(of_database).map(line).collect();
                lines.sort_unstable();
                if lines.is_empty() {
                    lines.push("there are no clients".to_owned());
                }
                println!("{}", lines.join("\n"));
            }
            Command::Remove { id } => {
                provider.remove_client(&id, &by).await?;
                println!("{id} is removed");
            }
        }
        Ok(())
    }
}

fn read_client(file: &Path, config: &Config) -> anyhow::Result<oauth::client::Client> {
    let place = file.display();
    let text = read_text_file(file).with_context(|| format!("{place} cannot be read"))?;
    let table =
        serde_json::from_str(&text).with_context(|| format!("{place} is no JSON object"))?;
    let client = ClientRules::new(config)?.client(table);
    client.map_err(|reason| anyhow::anyhow!("{place}: {reason}"))
}

fn line((client, source): (oauth::client::Client, &str)) -> String {
    let redirect_uris = client.metadata().redirect_uris.join(" ");
    format!("{}\t{source}\t{redirect_uris}", client.client_id().as_str())
}
