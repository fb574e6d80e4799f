//! `[database]`: where the provider keeps its data.

use std::fmt;

use serde::Deserialize;

/// One SQLite file for one node, or PostgreSQL for several.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `sqlite://var/idp.db` (relative), `sqlite:///srv/idp.db` (absolute) or `postgres://…`;
    /// `url_file` names a file that holds it. Default `sqlite://var/idp.db`.
    pub url: String,
    /// SQLite: whether each commit waits for the disk (`full`) or may be lost, whole, when the
    /// machine loses power (`normal`). Default `normal`.
    pub synchronous: Synchronous,
    /// Connections kept open for reading; on PostgreSQL for everything. Default 8.
    pub pool_size: usize,
}

/// SQLite's `PRAGMA synchronous`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Synchronous {
    /// Consistent after a power failure, perhaps without the last moments.
    #[default]
    Normal,
    /// Nothing that was acknowledged is lost.
    Full,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: "sqlite://var/idp.db".to_owned(),
            synchronous: Synchronous::Normal,
            pool_size: 8,
        }
    }
}

impl fmt::Debug for Database {
    /// Without the URL, which may carry a password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Database")
            .field("pool_size", &self.pool_size)
            .finish_non_exhaustive()
    }
}
