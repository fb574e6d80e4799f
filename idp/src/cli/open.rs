//! What several commands open: the settings and the database.

use anyhow::bail;

use crate::account::event::Actor;
use crate::app::{App, Ground};
use crate::cli::Settings;
use crate::config::{self, Config};
use crate::jobs::outbox::Post;
use crate::mail::Transport;
use crate::mail::message::Sender;
use crate::store::{self, Store};

/// Who gives the command: the name that the operating system has for them.
pub(super) fn operator() -> Actor {
    let name =
        ["SUDO_USER", "LOGNAME", "USER"].into_iter().find_map(|name| std::env::var(name).ok());
    Actor::Operator(name.unwrap_or_else(|| "without a name".to_owned()))
}

/// Reads the settings.
pub(super) fn config(settings: &Settings) -> anyhow::Result<Config> {
    // A variable that is no text cannot be one of ours.
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    Ok(config::load(&settings.config, environment)?)
}

/// Opens a database that is up to date.
pub(super) async fn store(config: &Config) -> anyhow::Result<Store> {
    let store = Store::open(&config.database).map_err(name_database)?;
    let pending = store.pending_migrations().await.map_err(name_database)?;
    if !pending.is_empty() {
        let missing = pending.join(", ");
        bail!("the database is not up to date ({missing} to apply): run idp migrate");
    }
    Ok(store)
}

/// Builds everything that a running provider needs.
pub(super) async fn app(config: &Config) -> anyhow::Result<App> {
    let store = store(config).await?;
    let app = App::new(config, store, Ground::system()).await?;
    app.provider.follow_database_clock().await?;
    Ok(app)
}

/// How mails leave.
pub(super) fn post(config: &Config) -> anyhow::Result<Post> {
    let transport = Transport::new(&config.mail, config.issuer_host())?;
    let sender = Sender::new(&config.mail, config.issuer_host())?;
    Ok(Post { transport, sender, connections: config.mail.connections })
}

/// Names the setting at fault, where the sentence does not name it yet.
pub(super) fn name_database(error: store::Error) -> anyhow::Error {
    match error {
        store::Error::Url(_) => error.into(),
        error => anyhow::Error::from(error).context("database.url"),
    }
}
