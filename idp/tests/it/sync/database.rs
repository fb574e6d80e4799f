//! A database that a test can look into: an SQLite file, or a PostgreSQL schema of its own when
//! `TEST_DATABASE_URL` names a database where schemas may be made.

use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use tempfile::TempDir;

pub(crate) enum Database {
    Sqlite { folder: TempDir },
    Postgres { server: String, schema: String },
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Words {
    #[diesel(sql_type = Text)]
    words: String,
}

impl Database {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) async fn postgres() -> Option<Self> {
        static SCHEMAS: AtomicUsize = AtomicUsize::new(0);
        let server = std::env::var("TEST_DATABASE_URL").ok()?;
        let number = SCHEMAS.fetch_add(1, Ordering::Relaxed);
        let schema = format!("sync_test_{}_{number}", std::process::id());
        let mut owner = AsyncPgConnection::establish(&server).await.unwrap();
        let make = format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}");
        owner.batch_execute(&make).await.unwrap();
        Some(Self::Postgres { server, schema })
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite { folder } => format!("sqlite://{}/file.db", folder.path().display()),
            Self::Postgres { server, schema } => {
                let separator = if server.contains('?') { '&' } else { '?' };
                format!("{server}{separator}options=-csearch_path%3D{schema}")
            }
        }
    }

    pub(crate) async fn execute(&self, statements: &str) {
        match self {
            Self::Sqlite { .. } => self.file().batch_execute(statements).unwrap(),
            Self::Postgres { .. } => self.server().await.batch_execute(statements).await.unwrap(),
        }
    }

    /// The number that a query calls `number`.
    pub(crate) async fn number(&self, query: &str) -> i64 {
        let query = diesel::sql_query(query);
        let found: Number = match self {
            Self::Sqlite { .. } => query.get_result(&mut self.file()).unwrap(),
            Self::Postgres { .. } => {
                let mut server = self.server().await;
                diesel_async::RunQueryDsl::get_result(query, &mut server).await.unwrap()
            }
        };
        found.number
    }

    /// The texts that a query calls `words`.
    pub(crate) async fn words(&self, query: &str) -> Vec<String> {
        let query = diesel::sql_query(query);
        let found: Vec<Words> = match self {
            Self::Sqlite { .. } => query.load(&mut self.file()).unwrap(),
            Self::Postgres { .. } => {
                let mut server = self.server().await;
                diesel_async::RunQueryDsl::load(query, &mut server).await.unwrap()
            }
        };
        found.into_iter().map(|row| row.words).collect()
    }

    pub(crate) async fn remove(&self) {
        if let Self::Postgres { schema, .. } = self {
            self.execute(&format!("DROP SCHEMA {schema} CASCADE")).await;
        }
    }

    fn file(&self) -> SqliteConnection {
        let url = self.url();
        let mut file = SqliteConnection::establish(&url["sqlite://".len()..]).unwrap();
        file.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL;").unwrap();
        file
    }

    async fn server(&self) -> AsyncPgConnection {
        let Self::Postgres { server, schema } = self else { panic!("no server") };
        let mut connection = AsyncPgConnection::establish(server).await.unwrap();
        connection.batch_execute(&format!("SET search_path TO {schema}")).await.unwrap();
        connection
    }
}
