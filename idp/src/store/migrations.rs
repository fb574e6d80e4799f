//! Bringing the schema to where this program knows it.
//!
//! Two processes may do it at once: the second waits for the lock of the first, and then finds
//! nothing left to do. All that is missing is applied in one transaction, or nothing.

use std::fmt::Display;

use diesel::Connection as _;
use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::store::error::{Error, driver};
use crate::store::{Db, Store};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations");

/// What a migration does on one back end alone, behind its `up.sql`: what the two have no words in
/// common for.
struct Own {
    version: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

const OWN: &[Own] = &[Own {
    version: "20261201000000",
    sqlite: include_str!("../../../migrations/2026-12-01-000000_audit_record/sqlite.sql"),
    postgres: include_str!("../../../migrations/2026-12-01-000000_audit_record/postgres.sql"),
}];

/// The advisory lock of those who migrate: any number that nothing else in the database uses.
const LOCK: &str = "SET LOCAL lock_timeout = '60s'; SET LOCAL statement_timeout = 0; \
                    SELECT pg_advisory_xact_lock(7103225);";

type Blocking = AsyncConnectionWrapper<AsyncPgConnection>;

impl Store {
    /// Applies every migration that is missing and returns their names.
    ///
    /// # Errors
    /// When the database cannot be reached, or holds a schema this program does not know.
    pub async fn migrate(&self) -> Result<Vec<String>, Error> {
        match self.db() {
            Db::Sqlite(db) => {
                let mut connection = db.connect()?;
                // BEGIN IMMEDIATE is the lock.
                apart(move || connection.immediate_transaction(|c| apply(c, |own| own.sqlite)))
                    .await
            }
            Db::Postgres(db) => {
                let connection = db.connect().await?;
                apart(move || {
                    Blocking::from(connection).transaction(|c| {
                        c.batch_execute(LOCK)?;
                        apply(c, |own| own.postgres)
                    })
                })
                .await
            }
        }
    }

    /// The names of the migrations that are missing.
    ///
    /// # Errors
    /// Also when the database holds a migration that this program does not know.
    pub async fn pending_migrations(&self) -> Result<Vec<String>, Error> {
        match self.db() {
            Db::Sqlite(db) => {
                let mut connection = db.connect()?;
                apart(move || pending(&mut connection).map(|found| names(&found))).await
            }
            Db::Postgres(db) => {
                let mut connection = Blocking::from(db.connect().await?);
                apart(move || pending(&mut connection).map(|found| names(&found))).await
            }
        }
    }

    /// Takes every migration back, and all data with them.
    #[cfg(test)]
    pub(super) async fn revert_migrations(&self) -> Result<(), Error> {
        match self.db() {
            Db::Sqlite(db) => {
                let mut connection = db.connect()?;
                apart(move || {
                    connection.revert_all_migrations(MIGRATIONS).map(drop).map_err(failure)
                })
                .await
            }
            Db::Postgres(db) => {
                let mut connection = Blocking::from(db.connect().await?);
                apart(move || {
                    connection.revert_all_migrations(MIGRATIONS).map(drop).map_err(failure)
                })
                .await
            }
        }
    }
}

fn apply<DB: Backend>(
    harness: &mut (impl MigrationHarness<DB> + SimpleConnection),
    of_back_end: fn(&Own) -> &'static str,
) -> Result<Vec<String>, Failure> {
    let missing = pending(harness)?;
    for migration in &missing {
        let version = harness.run_migration(migration).map_err(failure)?;
        for own in OWN.iter().filter(|own| version == own.version.into()) {
            harness.batch_execute(of_back_end(own))?;
        }
    }
    Ok(names(&missing))
}

fn pending<DB: Backend>(
    harness: &mut impl MigrationHarness<DB>,
) -> Result<Vec<Box<dyn Migration<DB>>>, Failure> {
    let known = MigrationSource::<DB>::migrations(&MIGRATIONS).map_err(failure)?;
    let applied = harness.applied_migrations().map_err(failure)?;
    let is_known = |version| known.iter().any(|migration| migration.name().version() == version);
    if let Some(unknown) = applied.into_iter().find(|version| !is_known(version.as_owned())) {
        return Err(failure(format!(
            "the database holds migration {unknown}, which this program does not know: a newer \
             version has been here"
        )));
    }
    harness.pending_migrations(MIGRATIONS).map_err(failure)
}

fn names<DB: Backend>(migrations: &[Box<dyn Migration<DB>>]) -> Vec<String> {
    migrations.iter().map(|migration| migration.name().to_string()).collect()
}

/// The harness is synchronous: it gets a blocking thread to itself.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome.map_err(|Failure(error)| error),
        Err(panicked) => Err(Error::Migration(panicked.to_string())),
    }
}

/// What a diesel transaction may fail with.
struct Failure(Error);

impl From<diesel::result::Error> for Failure {
    fn from(error: diesel::result::Error) -> Self {
        Self(driver(&error))
    }
}

fn failure(error: impl Display) -> Failure {
    Failure(Error::Migration(error.to_string()))
}
