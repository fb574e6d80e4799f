//! A database for one test, on either back end, that the test can look into.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection, sql_query};
use tempfile::TempDir;

/// Where a provider keeps its data; gone with the test.
pub(crate) struct Place {
    pub(crate) url: String,
    pub(crate) folder: TempDir,
    /// Its schema on PostgreSQL.
    schema: Option<String>,
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

impl Place {
    /// An SQLite file.
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/idp.db", folder.path().display());
        Self { url, folder, schema: None }
    }

    /// A schema of its own in the PostgreSQL database of `TEST_DATABASE_URL`. Without the variable
    /// there is none, which is an error where `TEST_DATABASE_REQUIRED` is 1.
    pub(crate) async fn postgres() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let Ok(base) = std::env::var("TEST_DATABASE_URL") else {
            let required = std::env::var("TEST_DATABASE_REQUIRED").is_ok_and(|value| value == "1");
            assert!(!required, "TEST_DATABASE_URL is not set");
            return None;
        };
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let schema = format!("it_{}_{number}", std::process::id());
        let create = format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}");
        connect(&base).await.batch_execute(&create).await.unwrap();
        let joint = if base.contains('?') { '&' } else { '?' };
        let url = format!("{base}{joint}options=-csearch_path%3D{schema}");
        Some(Self { url, folder: tempfile::tempdir().unwrap(), schema: Some(schema) })
    }

    /// One on each back end; PostgreSQL where there is one.
    pub(crate) async fn both() -> Vec<Self> {
        [Some(Self::sqlite()), Self::postgres().await].into_iter().flatten().collect()
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.schema.is_none()
    }

    /// Runs SQL on it.
    pub(crate) async fn execute(&self, sql: &str) {
        if self.is_sqlite() {
            self.file().batch_execute(sql).unwrap();
        } else {
            connect(&self.url).await.batch_execute(sql).await.unwrap();
        }
    }

    /// The number that a query calls `number`.
    pub(crate) async fn number(&self, query: &str) -> i64 {
        if self.is_sqlite() {
            return sql_query(query).get_result::<Number>(&mut self.file()).unwrap().number;
        }
        connect(&self.url).await.query_one(query, &[]).await.unwrap().get("number")
    }

    /// The texts that a query calls `words`.
    pub(crate) async fn words(&self, query: &str) -> Vec<String> {
        if self.is_sqlite() {
            let rows: Vec<Words> = sql_query(query).load(&mut self.file()).unwrap();
            return rows.into_iter().map(|row| row.words).collect();
        }
        let rows = connect(&self.url).await.query(query, &[]).await.unwrap();
        rows.iter().map(|row| row.get("words")).collect()
    }

    /// Drops its schema.
    pub(crate) async fn remove(&self) {
        if let Some(schema) = &self.schema {
            self.execute(&format!("DROP SCHEMA {schema} CASCADE")).await;
        }
    }

    fn file(&self) -> SqliteConnection {
        let mut file = SqliteConnection::establish(&self.url["sqlite://".len()..]).unwrap();
        let pragmas = "PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000; \
                       PRAGMA journal_mode = WAL;";
        file.batch_execute(pragmas).unwrap();
        file
    }
}

/// A connection that ends with what is returned.
pub(super) async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
