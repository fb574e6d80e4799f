//! What several commands open: the settings, and all that is built from them.

use crate::account::event::{Actor, Circumstances};
use crate::app::App;
use crate::cli::Settings;
use crate::config::{self, Config};
use crate::jobs::outbox::Post;
use crate::mail::Transport;
use crate::mail::message::Sender;
use crate::provider::account::AccountError;

/// Who gives the command, by the name that the operating system has for them, and when.
pub(super) fn operator(app: &App) -> Circumstances {
    let name =
        ["SUDO_USER", "LOGNAME", "USER"].into_iter().find_map(|name| std::env::var(name).ok());
    let actor = Actor::Operator(name.unwrap_or_else(|| "without a name".to_owned()));
    Circumstances::of(actor, app.provider.clock().now())
}

/// Names the account in front of what went wrong with it.
pub(super) fn named<T>(name: &str, outcome: Result<T, AccountError>) -> anyhow::Result<T> {
    outcome.map_err(|error| match error {
        AccountError::Fault(fault) => fault.into(),
        error => anyhow::anyhow!("{name}: {error}"),
    })
}

/// Reads the settings.
pub(super) fn config(settings: &Settings) -> anyhow::Result<Config> {
    // A variable that is no text cannot be one of ours.
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    Ok(config::load(&settings.config, environment)?)
}

/// How mails leave.
pub(super) fn post(config: &Config) -> anyhow::Result<Post> {
    let transport = Transport::new(&config.mail, config.issuer_host())?;
    let sender = Sender::new(&config.mail, config.issuer_host())?;
    Ok(Post { transport, sender, connections: config.mail.connections })
}
