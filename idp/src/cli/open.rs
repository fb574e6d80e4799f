//! What several commands open: the settings and the database.

use anyhow::{Context as _, bail};

use crate::app::{App, Ground};
use crate::cli::Settings;
use crate::config::{self, Config};
use crate::jobs::outbox::Post;
use crate::mail::Transport;
use crate::mail::message::Sender;
use crate::store::Store;

/// Reads the settings.
pub(super) fn config(settings: &Settings) -> anyhow::Result<Config> {
    // A variable that is no text cannot be one of ours.
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    Ok(config::load(&settings.config, environment)?)
}

/// Opens a database that is up to date.
pub(super) async fn store(config: &Config) -> anyhow::Result<Store> {
    let store = Store::open(&config.database).await.context("database.url")?;
    let pending = store.pending_migrations().await.context("database.url")?;
    if pending > 0 {
        bail!("the database is not up to date ({pending} migrations to apply): run idp migrate");
    }
    Ok(store)
}

/// Builds everything that a running provider needs.
pub(super) async fn app(config: &Config) -> anyhow::Result<App> {
    let store = store(config).await?;
    Ok(App::new(config, store, Ground::system()).await?)
}

/// How mails leave.
pub(super) fn post(config: &Config) -> anyhow::Result<Post> {
    let transport = Transport::new(&config.mail)?;
    let sender = Sender::new(&config.mail, config.issuer_host())?;
    Ok(Post { transport, sender })
}
