//! A database for one test, on either back end.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use tempfile::TempDir;

/// Where a provider keeps its data; gone with the test.
pub(crate) struct Place {
    pub(crate) url: String,
    pub(crate) folder: TempDir,
}

impl Place {
    /// An SQLite file.
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/idp.db", folder.path().display());
        Self { url, folder }
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
        let (client, connection) =
            tokio_postgres::connect(&base, tokio_postgres::NoTls).await.unwrap();
        let driver = tokio::spawn(connection);
        let create = format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}");
        client.batch_execute(&create).await.unwrap();
        drop(client);
        driver.await.unwrap().unwrap();
        let joint = if base.contains('?') { '&' } else { '?' };
        let url = format!("{base}{joint}options=-csearch_path%3D{schema}");
        Some(Self { url, folder: tempfile::tempdir().unwrap() })
    }

    /// Runs SQL on it.
    pub(crate) async fn execute(&self, sql: &str) {
        if let Some(path) = self.url.strip_prefix("sqlite://") {
            let mut connection = SqliteConnection::establish(path).unwrap();
            connection.batch_execute("PRAGMA foreign_keys = ON").unwrap();
            return connection.batch_execute(sql).unwrap();
        }
        let (client, connection) =
            tokio_postgres::connect(&self.url, tokio_postgres::NoTls).await.unwrap();
        let driver = tokio::spawn(connection);
        client.batch_execute(sql).await.unwrap();
        drop(client);
        driver.await.unwrap().unwrap();
    }
}
