//! What a request may need, built once from the configuration.

use std::sync::Arc;

use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::pages::Pages;
use crate::provider::Provider;
use crate::store::Store;

/// Shared by all requests.
pub(crate) type Shared = Arc<App>;

/// The relying party.
pub(crate) struct App {
    /// The settings.
    pub(crate) config: Config,
    /// What it remembers.
    pub(crate) store: Store,
    /// Who logs people in.
    pub(crate) provider: Provider,
    /// What people see.
    pub(crate) pages: Pages,
    /// What time it is.
    pub(crate) clock: Clock,
}

impl App {
    /// Builds the parts; connects to nothing.
    pub(crate) fn new(config: Config, clock: Clock) -> Result<Shared> {
        config.check().map_err(Error::Configuration)?;
        Ok(Arc::new(Self {
            store: Store::open(&config.database.url)?,
            provider: Provider::new(&config)?,
            pages: Pages::new()?,
            config,
            clock,
        }))
    }
}
