//! The reader of the party-parameters database, which belongs to another application: read only,
//! by a mapping of names, one state of it at a time. It hands over what stands there
//! ([`Incoming`]); `contact` judges it.
//!
//! - A reading is one transaction on a connection of its own, so that a source that was away is
//!   found again without help. It waits no longer than [`DEADLINE`].
//! - [`Source::changes`] looks back [`OVERLAP`] seconds behind the watermark: a row whose writer
//!   committed late carries an earlier time than rows that were read before it. What was read twice
//!   changes nothing. A writer slower than that is seen by the next [`Source::snapshot`], and so is
//!   an account tied to a party whose own row did not change.
//! - A cell is cut off a little beyond `contact::party_parameters::LONGEST_CELL` by the database,
//!   and a table of more than [`MOST_ROWS`] rows is refused, so that no source can exhaust us. More
//!   changes than [`MOST_CHANGES`] are not read as changes.
//! - Bad bytes, wrong types in SQLite's cells and missing values are a matter of their row. A missing
//!   table or column, another column type and a lost permission fail the reading, by name.

use std::fmt;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::config::party_parameters::{Columns, PartyParameters};
use crate::contact::reconcile::Incoming;
use crate::contact::reconcile::differences::Differences;
use crate::contact::reconcile::unchanged::Known;
use crate::source::postgres::Postgres;
use crate::source::sqlite::Sqlite;
use crate::source::statement::{Dialect, Reach, Statement};

pub use error::Error;
pub use postgres::Notifications;
pub use row::Canonical;
pub use statement::{MOST_CHANGES, MOST_ROWS};

mod error;
mod postgres;
mod row;
mod sqlite;
mod statement;

/// How far behind the watermark changes are read again, in seconds.
pub const OVERLAP: i64 = 60;

/// How long one reading may take.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// The party-parameters database.
pub struct Source {
    back_end: BackEnd,
    columns: Columns,
}

enum BackEnd {
    Sqlite(Sqlite),
    Postgres(Box<Postgres>),
}

impl Source {
    /// Reads the URL; connects at each reading.
    ///
    /// # Errors
    /// When the URL names neither an SQLite file nor a PostgreSQL database.
    pub fn open(settings: &PartyParameters) -> Result<Self, Error> {
        let url = settings.url.as_str();
        let back_end = if let Some(path) = url.strip_prefix("sqlite://") {
            BackEnd::Sqlite(Sqlite::open(path)?)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            BackEnd::Postgres(Box::new(Postgres::open(url)?))
        } else {
            return Err(Error::Url("must begin with sqlite:// or postgres://".to_owned()));
        };
        Ok(Self { back_end, columns: settings.columns.clone() })
    }

    /// Everything there is.
    ///
    /// # Errors
    /// When the source cannot be reached or read; nothing of it is returned then.
    pub async fn snapshot(&self) -> Result<Incoming, Error> {
        self.read(Reach::All).await
    }

    /// Everything that is not as our copy has it. Login names are compared as `canonical` writes them.
    ///
    /// # Errors
    /// As [`Source::snapshot`].
    pub async fn differences(
        &self,
        known: Known,
        canonical: Canonical,
        now: Timestamp,
    ) -> Result<Differences, Error> {
        let by = (canonical, now);
        let comparing = async {
            match &self.back_end {
                BackEnd::Sqlite(sqlite) => {
                    let statement = Statement::new(Dialect::Sqlite, &self.columns, Reach::All);
                    sqlite.compare(statement, known, by).await
                }
                BackEnd::Postgres(postgres) => {
                    let statement = Statement::new(Dialect::Postgres, &self.columns, Reach::All);
                    postgres.compare(&statement, known, by).await
                }
            }
        };
        match tokio::time::timeout(DEADLINE, comparing).await {
            Ok(differences) => differences,
            Err(_) => Err(Error::Unavailable("it has not answered in time".to_owned())),
        }
    }

    /// The parties changed or deleted since the watermark, and a little before; each with all its
    /// rows and all its accounts. None when there are more of them than [`MOST_CHANGES`].
    ///
    /// # Errors
    /// As [`Source::snapshot`].
    pub async fn changes(&self, watermark: Timestamp) -> Result<Option<Incoming>, Error> {
        match self.read(Reach::Since(watermark.plus(-OVERLAP))).await {
            Err(Error::TooManyRows { .. }) => Ok(None),
            read => read.map(Some),
        }
    }

    /// Notifications of changes, on PostgreSQL: a writer sends `NOTIFY party_parameters`. None on
    /// SQLite, where the poll is all there is.
    ///
    /// # Errors
    /// When the source cannot be reached.
    pub async fn listen(&self) -> Result<Option<Notifications>, Error> {
        match &self.back_end {
            BackEnd::Sqlite(_) => Ok(None),
            BackEnd::Postgres(postgres) => Ok(Some(postgres.listen().await?)),
        }
    }

    async fn read(&self, reach: Reach) -> Result<Incoming, Error> {
        let reading = async {
            match &self.back_end {
                BackEnd::Sqlite(sqlite) => {
                    sqlite.read(Statement::new(Dialect::Sqlite, &self.columns, reach)).await
                }
                BackEnd::Postgres(postgres) => {
                    postgres.read(&Statement::new(Dialect::Postgres, &self.columns, reach)).await
                }
            }
        };
        match tokio::time::timeout(DEADLINE, reading).await {
            Ok(incoming) => incoming,
            Err(_) => Err(Error::Unavailable("it has not answered in time".to_owned())),
        }
    }
}

impl fmt::Debug for Source {
    /// Without the URL, which may carry a password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.back_end {
            BackEnd::Sqlite(_) => "Source::Sqlite",
            BackEnd::Postgres(_) => "Source::Postgres",
        })
    }
}

#[cfg(test)]
mod tests;
