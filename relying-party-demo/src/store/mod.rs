//! What the relying party remembers, on SQLite or PostgreSQL by the address it is given. Each
//! method is one step of the domain; secrets come in as digests.

mod drafts;
mod party_parameters;
mod pending_logins;
pub(crate) mod schema;
mod sessions;

use std::path::Path;

use diesel::{ConnectionError, SqliteConnection};
use diesel_async::pooled_connection::deadpool::{Object, Pool, PoolError};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{
    AsyncConnection as _, AsyncMigrationHarness, AsyncPgConnection, SimpleAsyncConnection as _,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

pub(crate) use drafts::Draft;
pub(crate) use party_parameters::{Party, Saved};
pub(crate) use pending_logins::PendingLogin;
pub(crate) use sessions::SessionRow;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// The wait comes first, so that switching to WAL can wait too.
const PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
                       PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;";

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is neither SQLite nor PostgreSQL.
    #[error("database url: {0} must begin with sqlite:// or postgres://")]
    Address(String),
    /// The folder of the SQLite file cannot be made.
    #[error("database url: cannot make the folder {0}: {1}")]
    Folder(String, std::io::Error),
    /// No connection.
    #[error("the database cannot be reached: {0}")]
    Connection(#[from] PoolError),
    /// The pool cannot be made.
    #[error("the database pool cannot be made: {0}")]
    Pool(String),
    /// A statement failed.
    #[error("the database refused a statement: {0}")]
    Statement(#[from] diesel::result::Error),
    /// A migration failed.
    #[error("a migration failed: {0}")]
    Migration(String),
    /// A stored row holds what the program never wrote.
    #[error("a stored row of {0} cannot be read: {1}")]
    Inconsistent(&'static str, serde_json::Error),
}

pub(crate) type Result<T> = std::result::Result<T, Error>;
type Sqlite = SyncConnectionWrapper<SqliteConnection>;

/// The database, whichever it is.
#[derive(Clone)]
pub(crate) enum Store {
    /// One file, beside the program.
    Sqlite(Pool<Sqlite>),
    /// A server.
    Postgres(Pool<AsyncPgConnection>),
}

#[expect(clippy::large_enum_variant, reason = "it lives for one query, in one place")]
enum Connection {
    Sqlite(Object<Sqlite>),
    Postgres(Object<AsyncPgConnection>),
}

/// Runs one query text on whichever database it is.
macro_rules! on {
    ($store:expr, $connection:ident => $query:expr) => {
        match $store.connection().await? {
            $crate::store::Connection::Sqlite(mut object) => {
                let $connection = &mut *object;
                $query
            }
            $crate::store::Connection::Postgres(mut object) => {
                let $connection = &mut *object;
                $query
            }
        }
    };
}
use on;

impl Store {
    /// Prepares connections to `url`; nothing is opened before it is needed.
    pub(crate) fn open(url: &str) -> Result<Self> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new(url);
            let pool = Pool::builder(manager).max_size(8).build();
            return pool.map(Self::Postgres).map_err(|error| Error::Pool(error.to_string()));
        }
        let Some(path) = url.strip_prefix("sqlite://") else {
            return Err(Error::Address(url.to_owned()));
        };
        if let Some(folder) = Path::new(path).parent().filter(|it| !it.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .map_err(|error| Error::Folder(folder.display().to_string(), error))?;
        }
        let mut config = ManagerConfig::<Sqlite>::default();
        config.recycling_method = RecyclingMethod::Fast;
        config.custom_setup = Box::new(|path| {
            let connecting = Sqlite::establish(path);
            Box::pin(async {
                let mut connection = connecting.await?;
                connection
                    .batch_execute(PRAGMAS)
                    .await
                    .map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(connection)
            })
        });
        let manager = AsyncDieselConnectionManager::new_with_config(path, config);
        let pool = Pool::builder(manager).max_size(4).build();
        pool.map(Self::Sqlite).map_err(|error| Error::Pool(error.to_string()))
    }

    /// Brings the tables up to date. Needs the multi-threaded runtime.
    pub(crate) async fn migrate(&self) -> Result<()> {
        let done = match self.connection().await? {
            Connection::Sqlite(connection) => AsyncMigrationHarness::new(connection)
                .run_pending_migrations(MIGRATIONS)
                .map(|_| ()),
            Connection::Postgres(connection) => AsyncMigrationHarness::new(connection)
                .run_pending_migrations(MIGRATIONS)
                .map(|_| ()),
        };
        done.map_err(|error| Error::Migration(error.to_string()))
    }

    async fn connection(&self) -> Result<Connection> {
        Ok(match self {
            Self::Sqlite(pool) => Connection::Sqlite(pool.get().await?),
            Self::Postgres(pool) => Connection::Postgres(pool.get().await?),
        })
    }
}
