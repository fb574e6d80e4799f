//! A source in PostgreSQL.

use std::pin::pin;

use diesel_async::{AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use futures_util::{StreamExt as _, TryStreamExt as _};

use crate::clock::Timestamp;
use crate::contact::reconcile::Incoming;
use crate::contact::reconcile::differences::Differences;
use crate::contact::reconcile::unchanged::Known;
use crate::database::PostgresServer;
use crate::source::error::Error;
use crate::source::row::{AccountRow, Canonical, Comparison, PartyRow, incoming};
use crate::source::statement::Statement;

/// The server gives up before we do.
const LIMITS: &str = "SET lock_timeout = '5s'; SET statement_timeout = '25s'; \
                      SET idle_in_transaction_session_timeout = '60s';";

/// The server that holds the source.
pub(super) struct Postgres {
    server: PostgresServer,
}

/// A connection that hears of changes.
pub struct Notifications {
    connection: AsyncPgConnection,
}

impl Postgres {
    /// Reads `postgres://…`.
    pub(super) fn open(url: &str) -> Result<Self, Error> {
        let server = PostgresServer::parse(url, "idp party parameters", LIMITS);
        Ok(Self { server: server.map_err(Error::Url)? })
    }

    pub(super) async fn read(&self, statement: &Statement) -> Result<Incoming, Error> {
        let mut connection = self.server.connect().await?;
        let (parties, accounts) = connection
            .build_transaction()
            .read_only()
            .repeatable_read()
            .run::<_, Failed, _>(async |connection| {
                let parties = diesel::sql_query(&statement.parties)
                    .load::<PartyRow>(connection)
                    .await
                    .map_err(|error| Failed(Error::of_query(&error, &statement.parties)))?;
                let accounts = diesel::sql_query(&statement.accounts)
                    .load::<AccountRow>(connection)
                    .await
                    .map_err(|error| Failed(Error::of_query(&error, &statement.accounts)))?;
                Ok((parties, accounts))
            })
            .await
            .map_err(|Failed(error)| error)?;
        incoming(parties, &accounts, statement)
    }

    /// The same, row by row.
    pub(super) async fn compare(
        &self,
        statement: &Statement,
        known: Known,
        by: (Canonical, Timestamp),
    ) -> Result<Differences, Error> {
        let mut connection = self.server.connect().await?;
        connection
            .build_transaction()
            .read_only()
            .repeatable_read()
            .run::<_, Failed, _>(async |connection| {
                let mut comparison = Comparison::new(statement, known, by);
                let failed = failed_at(&statement.accounts);
                let mut rows = diesel::sql_query(&statement.accounts)
                    .load_stream::<AccountRow>(connection)
                    .await
                    .map_err(failed)?;
                while let Some(row) = rows.try_next().await.map_err(failed)? {
                    comparison.first_tie(&row).map_err(Failed)?;
                }
                drop(rows);
                let failed = failed_at(&statement.parties);
                let mut rows = diesel::sql_query(&statement.parties)
                    .load_stream::<PartyRow>(connection)
                    .await
                    .map_err(failed)?;
                while let Some(row) = rows.try_next().await.map_err(failed)? {
                    comparison.party(row).map_err(Failed)?;
                }
                drop(rows);
                let failed = failed_at(&statement.accounts);
                let mut rows = diesel::sql_query(&statement.accounts)
                    .load_stream::<AccountRow>(connection)
                    .await
                    .map_err(failed)?;
                while let Some(row) = rows.try_next().await.map_err(failed)? {
                    comparison.second_tie(&row);
                }
                drop(rows);
                Ok(comparison.differences())
            })
            .await
            .map_err(|Failed(error)| error)
    }

    pub(super) async fn listen(&self) -> Result<Notifications, Error> {
        let mut connection = self.server.connect().await?;
        let listening = connection.batch_execute("LISTEN party_parameters").await;
        listening.map_err(|error| Error::of_query(&error, ""))?;
        Ok(Notifications { connection })
    }
}

impl Notifications {
    /// Waits until someone says that the party parameters have changed.
    ///
    /// # Errors
    /// When the connection is lost; the poll goes on, and another [`super::Source::listen`] may
    /// succeed.
    pub async fn changed(&mut self) -> Result<(), Error> {
        match pin!(self.connection.notifications_stream()).next().await {
            Some(Ok(_)) => Ok(()),
            Some(Err(error)) => Err(Error::Unavailable(error.to_string())),
            None => Err(Error::Unavailable("the connection was closed".to_owned())),
        }
    }
}

/// A failure of a query.
fn failed_at(query: &str) -> impl Fn(diesel::result::Error) -> Failed + Copy + '_ {
    move |error| Failed(Error::of_query(&error, query))
}

/// A failure inside the transaction, which is returned as it is.
struct Failed(Error);

impl From<diesel::result::Error> for Failed {
    fn from(error: diesel::result::Error) -> Self {
        Self(Error::of_query(&error, ""))
    }
}
