//! Why the program cannot start.

use crate::pages;
use crate::provider::Fault;
use crate::store;

/// Why the program cannot start: one plain sentence.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database, while everything is built on it.
    #[error("database: {0}")]
    Store(#[from] store::Error),
    /// The database, while it is opened.
    #[error("database.url")]
    Database(#[source] store::Error),
    /// The setting of the database, by a sentence that names it.
    #[error(transparent)]
    DatabaseUrl(store::Error),
    /// The clock of the database.
    #[error(transparent)]
    Clock(Fault),
    /// Keys or database, while keys are made.
    #[error("keys: {0}")]
    Fault(#[from] Fault),
    /// A template, text or asset.
    #[error("templates: {0}")]
    Pages(#[from] pages::Error),
    /// A setting that only shows its fault here.
    #[error("{0}")]
    Setting(String),
}

impl Error {
    /// Names the setting at fault, where the sentence does not name it yet.
    pub(crate) fn of_database(error: store::Error) -> Self {
        match error {
            store::Error::Url(_) => Self::DatabaseUrl(error),
            error => Self::Database(error),
        }
    }
}
