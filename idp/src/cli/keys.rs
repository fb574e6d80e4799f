//! `idp keys`.

use clap::{Args, Subcommand};

use crate::cli::{Settings, open};

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
        let app = open::app(&config).await?;
        let policy = app.provider.key_policy();
        if let Some(files) = &policy.files {
            anyhow::ensure!(
                matches!(self.command, Command::List),
                "keys.files: these keys are rotated in their files"
            );
            for (key, state) in files {
                println!("{}\t{}\t{}", key.algorithm(), key.id(), state.as_str());
            }
            return Ok(());
        }
        if let Command::Rotate = self.command {
            app.provider.rotate_keys(&open::operator()).await?;
        }
        for key in app.provider.list_keys().await? {
            println!("{}\t{}\t{} since {}", key.algorithm, key.kid, key.state, key.since);
        }
        Ok(())
    }
}
