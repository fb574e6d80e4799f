//! SQLite: several connections that read on the task that asks, and one thread that writes.
//!
//! An SQLite read takes some 20 µs; handing it to a blocking thread and back costs 60–100 µs. So
//! reads run where they are, and never wait ([`inline`](crate::store::inline)).

use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};

use crate::config::Synchronous;
use crate::store::error::Error;
use crate::store::inline::Connection;
use crate::store::writer::Writer;

/// One database file.
pub(super) struct Sqlite {
    file: PathBuf,
    synchronous: Synchronous,
    /// Open connections that nobody reads with. Reads never wait for one another, so there are at
    /// most as many connections as threads that run tasks, and `keep` of them are kept.
    idle: Mutex<Vec<Connection>>,
    keep: usize,
    in_use: AtomicUsize,
    pub(super) writer: Writer,
}

impl Sqlite {
    /// Opens the file, and makes it and its folder if they are missing, for the owner alone.
    pub(super) fn open(file: &Path, synchronous: Synchronous, keep: usize) -> Result<Self, Error> {
        create(file)?;
        let writer = Writer::start(Connection::new(connect(file, synchronous)?))?;
        let sqlite = Self {
            file: file.to_owned(),
            synchronous,
            idle: Mutex::new(Vec::new()),
            keep: keep.max(1),
            in_use: AtomicUsize::new(0),
            writer,
        };
        drop(sqlite.reader()?);
        Ok(sqlite)
    }

    /// A connection to read with, for a task that does not wait while it holds it.
    pub(super) fn reader(&self) -> Result<Reader<'_>, Error> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => {
                let mut connection = connect(&self.file, self.synchronous)?;
                connection.batch_execute("PRAGMA query_only = ON;").map_err(unavailable)?;
                Connection::new(connection)
            }
        };
        self.in_use.fetch_add(1, Ordering::Relaxed);
        Ok(Reader { connection: Some(connection), home: self })
    }

    /// A connection of its own, for the migrations.
    pub(super) fn connect(&self) -> Result<SqliteConnection, Error> {
        connect(&self.file, self.synchronous)
    }

    pub(super) fn connections(&self) -> (usize, usize) {
        let in_use = self.in_use.load(Ordering::Relaxed);
        (in_use, self.idle.lock().unwrap_or_else(PoisonError::into_inner).len())
    }
}

/// A lent connection; it goes back when dropped.
pub(super) struct Reader<'a> {
    connection: Option<Connection>,
    home: &'a Sqlite,
}

impl Reader<'_> {
    #[expect(clippy::expect_used, reason = "only Drop takes the connection")]
    pub(super) fn connection(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("a lent connection")
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        self.home.in_use.fetch_sub(1, Ordering::Relaxed);
        let mut idle = self.home.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.home.keep {
            idle.extend(self.connection.take());
        }
    }
}

fn create(file: &Path) -> Result<(), Error> {
    let fault = |error: std::io::Error| Error::Url(format!("{}: {error}", file.display()));
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(fault)?;
    }
    // SQLite gives its -wal and -shm files the mode of this one.
    OpenOptions::new().create(true).append(true).mode(0o600).open(file).map(drop).map_err(fault)
}

fn connect(file: &Path, synchronous: Synchronous) -> Result<SqliteConnection, Error> {
    let path = file.to_str().ok_or_else(|| Error::Url("is not UTF-8".to_owned()))?;
    let mut connection = SqliteConnection::establish(path).map_err(unavailable)?;
    let synchronous = match synchronous {
        Synchronous::Normal => "NORMAL",
        Synchronous::Full => "FULL",
    };
    // The time-out comes first: changing the journal mode itself may meet a lock.
    let pragmas = format!(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = \
         {synchronous}; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"
    );
    connection.batch_execute(&pragmas).map_err(unavailable)?;
    Ok(connection)
}

fn unavailable(error: impl std::fmt::Display) -> Error {
    Error::Unavailable(error.to_string())
}
