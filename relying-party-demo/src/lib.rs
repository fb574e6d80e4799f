//! IDEP.WEB's stand-in: a relying party that knows its provider only over HTTP. It logs people in
//! through the openidconnect crate, shows what the provider said, and edits the party parameters
//! from which the provider takes its contact addresses.
//!
//! `http` parses and answers; `resource` guards the parameters; `assurance`, `identity`,
//! `party_parameters` and `language` decide, purely; `provider` and `store` reach outside.

mod app;
mod assurance;
mod clock;
mod config;
mod demo;
mod entropy;
mod error;
mod http;
mod identity;
mod language;
mod pages;
mod party_parameters;
mod provider;
mod resource;
mod store;
#[cfg(test)]
mod tests;

use std::future::Future;

use tokio::net::TcpListener;

pub use config::{Config, Database};
pub use demo::{DEMO_ACCOUNTS, DemoAccount};
pub use error::{Error, Result};

use app::App;
use clock::Clock;
use store::Store;

/// Serves until `shutdown` is done, then finishes the requests that have begun. The tables must
/// be there ([`migrate`]); the provider may start later.
///
/// # Errors
/// A setting that cannot work, or a listener that fails.
pub async fn serve<S>(config: Config, listener: TcpListener, shutdown: S) -> Result<()>
where
    S: Future<Output = ()> + Send + 'static,
{
    let app = App::new(config, Clock::System)?;
    axum::serve(listener, http::router(app)).with_graceful_shutdown(shutdown).await?;
    Ok(())
}

/// Brings the tables of the relying party up to date. Needs the multi-threaded runtime.
///
/// # Errors
/// A database that cannot be reached or migrated.
pub async fn migrate(config: &Config) -> Result<()> {
    Ok(Store::open(&config.database.url)?.migrate().await?)
}

/// Adds the demonstration's parties and accounts. What is there already stays as it is.
///
/// # Errors
/// A database that cannot be reached or has not been migrated.
pub async fn seed_demo(config: &Config) -> Result<()> {
    let store = Store::open(&config.database.url)?;
    Ok(demo::seed(&store, Clock::System.now()).await?)
}
