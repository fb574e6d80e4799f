//! What the provider keeps: one method for each thing it loads or commits, grouped by aggregate.
//!
//! A commit is one method, one transaction, and its `WHERE` repeats the condition that was
//! decided on, so that a lost race is an ordinary outcome (`false`) and two nodes are as safe as
//! one. Each query is written once and runs on SQLite and on PostgreSQL: `read!` runs one query,
//! `commit!` one transaction, `step!` names a part that several transactions share.
//!
//! On SQLite a read runs on the task that asks, and a transaction is handed, whole, to the one
//! thread that writes (`writer`). On PostgreSQL both await.
//!
//! Two traps when a query is added. A subquery inside `.or(…)` costs the compiler minutes and
//! gigabytes: make two statements, a `union`, or an `eq_any`. And `commit!` inside an async closure
//! upsets incremental compilation: put it into a function.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use diesel_async::RunQueryDsl as _;

use crate::config::Database;
use crate::store::cache::Cache;
use crate::store::postgres::Postgres;
use crate::store::sqlite::Sqlite;

#[macro_use]
mod macros;

mod account;
pub mod audit;
mod cache;
pub mod client;
pub mod contact;
mod error;
mod grant;
mod inline;
pub mod jobs;
mod json;
pub mod login;
mod migrations;
mod pipelined;
mod postgres;
mod recording;
mod schema;
mod shares;
mod sqlite;
mod writer;

pub use contact::contacts::SyncRun;
pub use jobs::expiry::Expired;
pub use login::browsers::RememberedChange;
pub use login::completion::{Completion, Next, SessionChange};
#[cfg(test)]
mod tests;

pub use client::fetched::Unfetched;
pub use contact::sync_state::{SyncState, SyncTotals};
pub use error::Error;
pub use grant::grants::NewGrant;
pub use grant::tokens::{Refresh, Refreshable, Tokens};
pub use jobs::keys::StoredKey;
pub use jobs::outbox::OutboxTotals;
pub use login::links::{Issued, NewLink};
pub use recording::Recording;
pub use shares::Share;

/// Rows in one statement.
const CHUNK: usize = 500;

/// How long a caller waits for a transaction.
const PATIENCE: Duration = Duration::from_secs(10);

/// Everything the provider keeps. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
    /// Whether the events are kept that happen most often.
    keeps_frequent: bool,
}

struct Inner {
    db: Db,
    cache: Cache,
}

/// The back end, chosen by the URL.
enum Db {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// How busy the store is, for the metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Connections in use.
    pub in_use: usize,
    /// Open connections that wait for work.
    pub idle: usize,
    /// Tasks that wait for a connection; SQLite: transactions that wait for the writer.
    pub waiting: usize,
}

impl Store {
    /// Opens the database; SQLite's file and folder are made when missing, PostgreSQL is connected
    /// to at the first query.
    ///
    /// # Errors
    /// When the URL is none of ours, or the file cannot be opened.
    pub fn open(settings: &Database) -> Result<Self, Error> {
        let Database { url, synchronous, pool_size } = settings;
        let db = if let Some(file) = url.strip_prefix("sqlite://") {
            if file.is_empty() || file.starts_with(':') {
                return Err(Error::Url("must name a file, as sqlite://var/idp.db".to_owned()));
            }
            Db::Sqlite(Sqlite::open(Path::new(file), *synchronous, *pool_size)?)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Db::Postgres(Postgres::open(url, *pool_size)?)
        } else {
            return Err(Error::Url("must begin with sqlite:// or postgres://".to_owned()));
        };
        Ok(Self { inner: Arc::new(Inner { db, cache: Cache::new() }), keeps_frequent: true })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), Error> {
        read!(self, |c| diesel::select(diesel::dsl::sql::<diesel::sql_types::Integer>("1"))
            .execute(c)
            .await)
        .map(drop)
    }

    /// The same store, which logs the events that happen most often and does not keep them.
    #[must_use]
    pub fn without_frequent_events(self) -> Self {
        Self { keeps_frequent: false, ..self }
    }

    /// How busy the store is.
    #[must_use]
    pub fn load(&self) -> Load {
        match self.db() {
            Db::Sqlite(db) => {
                let (in_use, idle) = db.connections();
                Load { in_use, idle, waiting: db.writer.waiting() }
            }
            Db::Postgres(db) => {
                let (in_use, idle, waiting) = db.connections();
                Load { in_use, idle, waiting }
            }
        }
    }

    fn db(&self) -> &Db {
        &self.inner.db
    }

    fn cache(&self) -> &Cache {
        &self.inner.cache
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self.db() {
            Db::Sqlite(_) => "Store::Sqlite",
            Db::Postgres(_) => "Store::Postgres",
        })
    }
}
