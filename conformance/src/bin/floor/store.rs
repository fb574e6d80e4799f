//! The rows of a provider in SQLite: readers that read on the task that asks, and one thread that
//! writes what has come meanwhile in one transaction.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension as _, Params, Row};
use tokio::sync::oneshot;

const SCHEMA: &str = "
    CREATE TABLE sessions (digest TEXT PRIMARY KEY, account TEXT NOT NULL, proofs TEXT NOT NULL);
    CREATE TABLE interactions (id TEXT PRIMARY KEY, request TEXT NOT NULL, expires_at INTEGER NOT NULL);
    CREATE INDEX interactions_end ON interactions (expires_at);
    CREATE TABLE grants (id TEXT PRIMARY KEY, code TEXT UNIQUE, client TEXT NOT NULL,
        facts TEXT NOT NULL, used_at INTEGER, review_at INTEGER NOT NULL);
    CREATE INDEX grants_review ON grants (review_at);
    CREATE TABLE access_tokens (digest TEXT PRIMARY KEY, grant_id TEXT NOT NULL, scope TEXT NOT NULL,
        expires_at INTEGER NOT NULL);
    CREATE INDEX access_tokens_grant ON access_tokens (grant_id);
    CREATE INDEX access_tokens_end ON access_tokens (expires_at);
    CREATE TABLE refresh_tokens (digest TEXT PRIMARY KEY, grant_id TEXT NOT NULL,
        idle_expires_at INTEGER NOT NULL);
    CREATE INDEX refresh_tokens_idle ON refresh_tokens (idle_expires_at);
    CREATE TABLE used_ids (key TEXT PRIMARY KEY, expires_at INTEGER NOT NULL);
    CREATE INDEX used_ids_end ON used_ids (expires_at);";

/// What a transaction of the writer does.
type Write = Box<dyn FnOnce(&Connection) -> rusqlite::Result<()> + Send>;

pub(crate) struct Store {
    file: PathBuf,
    readers: Mutex<Vec<Connection>>,
    writes: Sender<(Write, oneshot::Sender<bool>)>,
}

impl Store {
    /// Makes the file anew.
    pub(crate) fn create(file: &Path) -> anyhow::Result<Self> {
        let connection = connect(file)?;
        connection.execute_batch(SCHEMA)?;
        let (writes, inbox) = channel();
        std::thread::spawn(move || write_all(&connection, &inbox));
        Ok(Self { file: file.to_owned(), readers: Mutex::default(), writes })
    }

    /// One row, found by a statement that is compiled once.
    pub(crate) fn row<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> anyhow::Result<Option<T>> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = idle.map_or_else(|| connect(&self.file), Ok)?;
        let found = connection.prepare_cached(sql)?.query_row(values, read).optional()?;
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(found)
    }

    /// Returns once what was written is committed.
    pub(crate) async fn write(
        &self,
        write: impl FnOnce(&Connection) -> rusqlite::Result<()> + Send + 'static,
    ) -> anyhow::Result<()> {
        let (answer, answered) = oneshot::channel();
        anyhow::ensure!(
            self.writes.send((Box::new(write), answer)).is_ok(),
            "the writer has stopped"
        );
        anyhow::ensure!(answered.await?, "a write failed");
        Ok(())
    }
}

/// Runs one statement of a write.
pub(crate) fn run(connection: &Connection, sql: &str, values: impl Params) -> rusqlite::Result<()> {
    let changed = connection.prepare_cached(sql)?.execute(values)?;
    if changed == 1 { Ok(()) } else { Err(rusqlite::Error::StatementChangedRows(changed)) }
}

fn write_all(connection: &Connection, inbox: &Receiver<(Write, oneshot::Sender<bool>)>) {
    let step = |sql| connection.prepare_cached(sql).and_then(|mut step| step.execute([])).is_ok();
    while let Ok(first) = inbox.recv() {
        let mut written = step("BEGIN IMMEDIATE");
        let mut answers = Vec::new();
        for (write, answer) in std::iter::once(first).chain(inbox.try_iter().take(63)) {
            written &= write(connection).is_ok();
            answers.push(answer);
        }
        written &= step("COMMIT");
        for answer in answers {
            let _gone = answer.send(written);
        }
    }
}

fn connect(file: &Path) -> anyhow::Result<Connection> {
    let connection = Connection::open(file)?;
    connection.execute_batch(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;",
    )?;
    Ok(connection)
}
