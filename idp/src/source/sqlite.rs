//! A source in an SQLite file.

use diesel::connection::{DefaultLoadingMode, SimpleConnection as _};
use diesel::prelude::*;

use crate::clock::Timestamp;
use crate::contact::reconcile::Incoming;
use crate::contact::reconcile::differences::Differences;
use crate::contact::reconcile::unchanged::Known;
use crate::source::error::Error;
use crate::source::row::{AccountRow, Canonical, Comparison, PartyRow, incoming};
use crate::source::statement::Statement;

/// Writing is refused twice: by the file's mode and by the connection.
const SETTINGS: &str = "PRAGMA busy_timeout = 5000; PRAGMA query_only = ON;";

/// A file that is opened for reading alone.
#[derive(Clone)]
pub(super) struct Sqlite {
    uri: String,
}

impl Sqlite {
    pub(super) fn open(path: &str) -> Result<Self, Error> {
        if path.is_empty() || path.contains('\0') {
            return Err(Error::Url("names no file".to_owned()));
        }
        let path = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
        Ok(Self { uri: format!("file:{path}?mode=ro") })
    }

    /// One hop to a thread that may wait, one transaction there.
    pub(super) async fn read(&self, statement: Statement) -> Result<Incoming, Error> {
        let file = self.clone();
        tokio::task::spawn_blocking(move || file.read_in_place(&statement))
            .await
            .map_err(|error| Error::Unavailable(error.to_string()))?
    }

    fn read_in_place(&self, statement: &Statement) -> Result<Incoming, Error> {
        let (parties, accounts) = self
            .connect()?
            .transaction(|connection| {
                let parties = diesel::sql_query(&statement.parties)
                    .load::<PartyRow>(connection)
                    .map_err(|error| Failed(Error::of_query(&error, &statement.parties)))?;
                let accounts = diesel::sql_query(&statement.accounts)
                    .load::<AccountRow>(connection)
                    .map_err(|error| Failed(Error::of_query(&error, &statement.accounts)))?;
                Ok((parties, accounts))
            })
            .map_err(|Failed(error)| error)?;
        incoming(parties, &accounts, statement)
    }

    /// The same, row by row.
    pub(super) async fn compare(
        &self,
        statement: Statement,
        known: Known,
        by: (Canonical, Timestamp),
    ) -> Result<Differences, Error> {
        let file = self.clone();
        tokio::task::spawn_blocking(move || file.compare_in_place(&statement, known, by))
            .await
            .map_err(|error| Error::Unavailable(error.to_string()))?
    }

    fn compare_in_place(
        &self,
        statement: &Statement,
        known: Known,
        by: (Canonical, Timestamp),
    ) -> Result<Differences, Error> {
        let mut comparison = Comparison::new(statement, known, by);
        self.connect()?
            .transaction(|connection| {
                each(connection, &statement.accounts, |row| comparison.first_tie(&row))?;
                each(connection, &statement.parties, |row| comparison.party(row))?;
                each(connection, &statement.accounts, |row| {
                    comparison.second_tie(&row);
                    Ok(())
                })
            })
            .map_err(|Failed(error)| error)?;
        Ok(comparison.differences())
    }

    pub(super) fn connect(&self) -> Result<SqliteConnection, Error> {
        let mut connection = SqliteConnection::establish(&self.uri)?;
        connection.batch_execute(SETTINGS).map_err(|error| Error::of_query(&error, SETTINGS))?;
        Ok(connection)
    }
}

/// Hands over the rows of a query one by one.
fn each<R>(
    connection: &mut SqliteConnection,
    query: &str,
    mut take: impl FnMut(R) -> Result<(), Error>,
) -> Result<(), Failed>
where
    R: QueryableByName<diesel::sqlite::Sqlite> + 'static,
{
    let failed = |error| Failed(Error::of_query(&error, query));
    let rows =
        diesel::sql_query(query).load_iter::<R, DefaultLoadingMode>(connection).map_err(failed)?;
    for row in rows {
        take(row.map_err(failed)?).map_err(Failed)?;
    }
    Ok(())
}

/// A failure inside the transaction, which is returned as it is.
struct Failed(Error);

impl From<diesel::result::Error> for Failed {
    fn from(error: diesel::result::Error) -> Self {
        Self(Error::of_query(&error, ""))
    }
}
