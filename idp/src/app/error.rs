//! Why the program cannot start.

use crate::pages;
use crate::provider::Fault;
use crate::store;

/// Why the program cannot start: one plain sentence.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database.
    #[error("database: {0}")]
    Store(#[from] store::Error),
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
