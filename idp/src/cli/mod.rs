//! The commands. Each says on standard error, in one sentence, what is wrong and where.

mod account;
mod audit;
mod check;
mod client;
#[cfg(feature = "demo")]
mod demo;
mod descriptors;
mod import;
mod keys;
mod migrate;
mod open;
mod serve;
mod session;
mod sync;
mod table;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::telemetry::Logs;

/// A standalone OpenID Connect provider with a mailed one-time link as step-up.
#[derive(Debug, Parser)]
#[command(name = "idp", version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the provider; SIGTERM drains and stops it, SIGHUP reads certificates, clients and keys again.
    Serve(serve::Serve),
    /// Bring the database up to date.
    Migrate(Settings),
    /// Try configuration, database, mail relay, keys and source of the party parameters.
    Check(Settings),
    /// Add, list, show, disable, unlock and import accounts, set passwords.
    Account(account::Account),
    /// List and end the sessions of an account.
    Session(session::Session),
    /// List and forget the remembered browsers of an account.
    Browser(session::Browser),
    /// Lift the delays of an account.
    Throttle(session::Throttle),
    /// Add, list and remove clients.
    Client(client::Client),
    /// List and rotate signing keys.
    Keys(keys::Keys),
    /// Export the audit record, verify its seals, show them and their key.
    Audit(audit::Audit),
    /// Follow the party parameters: what would change, what did, release the brake.
    Sync(sync::Sync),
    /// Run the provider, a relying party and a mailbox on this machine, with demo data.
    #[cfg(feature = "demo")]
    Demo(demo::Demo),
}

/// Where the settings are.
#[derive(Clone, Debug, Args)]
pub(super) struct Settings {
    /// The configuration file; IDP_<SECTION>__<KEY> in the environment overrides its keys.
    #[arg(long, value_name = "FILE", default_value = "idp.toml", global = true)]
    pub(super) config: PathBuf,
}

impl Cli {
    /// How much this command logs.
    #[must_use]
    pub const fn logs(&self) -> Logs {
        match self.command {
            Command::Serve(_) => Logs::All,
            _ => Logs::Faults,
        }
    }

    /// Runs the command.
    ///
    /// # Errors
    /// One plain sentence.
    pub async fn run(self) -> anyhow::Result<()> {
        // The one TLS implementation of the program; a second call would change nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        match self.command {
            Command::Serve(serve) => Box::pin(serve.run()).await,
            Command::Migrate(settings) => migrate::run(&settings).await,
            Command::Check(settings) => check::run(&settings).await,
            Command::Account(account) => account.run().await,
            Command::Session(session) => session.run().await,
            Command::Browser(browser) => browser.run().await,
            Command::Throttle(throttle) => throttle.run().await,
            Command::Client(client) => client.run().await,
            Command::Keys(keys) => keys.run().await,
            Command::Audit(audit) => audit.run().await,
            Command::Sync(sync) => sync.run().await,
            #[cfg(feature = "demo")]
            Command::Demo(demo) => Box::pin(demo.run()).await,
        }
    }
}
