//! `idp keys`.

use clap::{Args, Subcommand};

use crate::app::App;
use crate::cli::{Settings, open};
use crate::provider::keys::ListedKey;

/// Signing keys.
#[derive(Debug, Args)]
pub(super) struct Keys {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the keys.
    List,
    /// Publish a new key for each algorithm now; it signs from tomorrow, when applications know it.
    Rotate,
}

impl Keys {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let config = open::config(&self.settings)?;
        let app = App::open(&config).await?;
        if let Command::Rotate = self.command {
            app.provider.rotate_keys(&open::operator(&app)).await?;
        }
        for ListedKey { algorithm, id, state, since } in app.provider.list_keys().await? {
            let since = since.map(|at| format!(" since {at}")).unwrap_or_default();
            println!("{algorithm}\t{id}\t{state}{since}");
        }
        Ok(())
    }
}
