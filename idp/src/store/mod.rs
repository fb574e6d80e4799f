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

/// One query, written once, on a connection of either back end:
/// `read!(self, |c| query.get_result(c).await)`. It awaits nothing but the connection. A
/// connection that has died in the pool, as when the server restarts, is replaced once.
///
/// A row is looked up by a unique key with `get_result`, not with `first`: that one binds a LIMIT,
/// and SQLite plans a statement again whenever its LIMIT is bound.
macro_rules! read {
    ($store:expr, |$c:ident| $query:expr) => {
        match $store.db() {
            $crate::store::Db::Sqlite(db) => {
                let mut reader = db.reader()?;
                let $c = reader.connection();
                $query
            }
            $crate::store::Db::Postgres(db) => {
                let mut again = true;
                loop {
                    let mut lease = db.connection().await?;
                    let $c: &mut $crate::store::pipelined::Pipelined = &mut lease;
                    match $query {
                        Err(error) if again && $crate::store::error::is_lost(&error) => {
                            again = false;
                        }
                        outcome => break outcome,
                    }
                }
            }
        }
        .map_err(|error| $crate::store::error::driver(&error))
    };
}

/// One transaction, written once: `commit!(self, |c| { … Ok(()) })`. The body owns what it names,
/// may be run again, awaits nothing but the connection, and ends in a `Result<_, Fault>`: every
/// fault rolls all of it back. A caller waits for [`PATIENCE`], unless it names another time.
/// Copies of logins that were read recently end with it.
macro_rules! commit {
    ($store:expr, |$c:ident| $body:expr) => {
        commit!($store, $crate::store::PATIENCE, |$c| $body)
    };
    ($store:expr, $patience:expr, |$c:ident| $body:expr) => {{
        let forgetting = $store.cache().forgetting();
        let outcome = transaction!($store, $patience, |$c| $body);
        drop(forgetting);
        outcome
    }};
}

/// The same for a transaction that ends or changes no session, account, grant or access token, so
/// that recent copies of them stay.
macro_rules! transaction {
    ($store:expr, |$c:ident| $body:expr) => {
        transaction!($store, $crate::store::PATIENCE, |$c| $body)
    };
    ($store:expr, $patience:expr, |$c:ident| $body:expr) => {
        match $store.db() {
            $crate::store::Db::Sqlite(db) => {
                db.writer.run($patience, move |$c| Box::pin(async move { $body })).await
            }
            $crate::store::Db::Postgres(db) => {
                $crate::store::postgres::within($patience, async {
                    let mut tries = 0;
                    loop {
                        let mut lease = db.connection().await?;
                        match lease.transaction(async |$c| $body).await {
                            Err(fault) if $crate::store::postgres::again(&fault, &mut tries) => {}
                            outcome => break outcome,
                        }
                    }
                })
                .await
            }
        }
    };
}

/// A part that several transactions share, written once for both connections:
/// `step!(VoidLinks: fn void_links(c, interaction: &str, now: i64) { … Ok(()) })`, called as
/// `c.void_links(id, now).await?`.
macro_rules! step {
    ($(#[$doc:meta])* $kind:ident: fn $name:ident($c:ident $(, $argument:ident: $type:ty)*) $body:block) => {
        $(#[$doc])*
        pub(in crate::store) trait $kind {
            async fn $name(
                &mut self $(, $argument: $type)*
            ) -> Result<(), $crate::store::error::Fault>;
        }

        impl $kind for $crate::store::inline::Connection {
            async fn $name(
                &mut self $(, $argument: $type)*
            ) -> Result<(), $crate::store::error::Fault> {
                let $c = self;
                $body
            }
        }

        impl $kind for $crate::store::pipelined::Pipelined {
            async fn $name(
                &mut self $(, $argument: $type)*
            ) -> Result<(), $crate::store::error::Fault> {
                let $c = self;
                $body
            }
        }
    };
}

/// Rows in one statement.
const CHUNK: usize = 500;

/// Inserts rows: PostgreSQL, which is far away, takes many at a time; SQLite is as fast one by one.
/// A row that is there already stays as it is.
macro_rules! bulk {
    ($kind:ident: $name:ident, $table:ident, $row:ty) => {
        trait $kind {
            async fn $name(&mut self, rows: &[$row]) -> Result<(), Fault>;
        }

        impl $kind for $crate::store::inline::Connection {
            async fn $name(&mut self, rows: &[$row]) -> Result<(), Fault> {
                for row in rows {
                    diesel::insert_into($table::table)
                        .values(row)
                        .on_conflict_do_nothing()
                        .execute(self)
                        .await?;
                }
                Ok(())
            }
        }

        impl $kind for $crate::store::pipelined::Pipelined {
            async fn $name(&mut self, rows: &[$row]) -> Result<(), Fault> {
                for rows in rows.chunks($crate::store::CHUNK) {
                    diesel::insert_into($table::table)
                        .values(rows)
                        .on_conflict_do_nothing()
                        .execute(self)
                        .await?;
                }
                Ok(())
            }
        }
    };
}

mod account;
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
pub use shares::Share;

/// How long a caller waits for a transaction.
const PATIENCE: Duration = Duration::from_secs(10);

/// Everything the provider keeps. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

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
        Ok(Self(Arc::new(Inner { db, cache: Cache::new() })))
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
        &self.0.db
    }

    fn cache(&self) -> &Cache {
        &self.0.cache
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
