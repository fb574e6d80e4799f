//! A source in PostgreSQL.

use std::pin::pin;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use futures_util::{StreamExt as _, TryStreamExt as _};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::clock::Timestamp;
use crate::contact::reconcile::Incoming;
use crate::contact::reconcile::differences::Differences;
use crate::contact::reconcile::unchanged::Known;
use crate::source::row::{AccountRow, Comparison, PartyRow, incoming};
use crate::source::statement::Statement;
use crate::source::{Canonical, Error};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// The server gives up before we do.
const LIMITS: &str = "SET lock_timeout = '5s'; SET statement_timeout = '25s'; \
                      SET idle_in_transaction_session_timeout = '60s';";

/// Where and how to connect.
pub(super) struct Postgres {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

/// A connection that hears of changes.
pub struct Notifications {
    connection: AsyncPgConnection,
}

impl Postgres {
    /// Reads `postgres://…`. With `sslmode=require` or `verify-full` TLS is used and the
    /// certificate is checked, against `sslrootcert` or else against the public issuers.
    pub(super) fn open(url: &str) -> Result<Self, Error> {
        let (url, root_file) = take_root_file(url);
        let url = url.replace("sslmode=verify-full", "sslmode=require");
        let mut config = Config::from_str(&url)
            .map_err(|error| Error::Url(format!("is not a PostgreSQL address: {error}")))?;
        config.application_name("idp party parameters").connect_timeout(CONNECT);
        let tls = match config.get_ssl_mode() {
            SslMode::Require => Some(MakeRustlsConnect::new(trust(root_file.as_deref())?)),
            _ => {
                config.ssl_mode(SslMode::Disable);
                None
            }
        };
        Ok(Self { config, tls })
    }

    pub(super) async fn read(&self, statement: &Statement) -> Result<Incoming, Error> {
        let mut connection = self.connect().await?;
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
        let mut connection = self.connect().await?;
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
        let mut connection = self.connect().await?;
        let listening = connection.batch_execute("LISTEN party_parameters").await;
        listening.map_err(|error| Error::of_query(&error, ""))?;
        Ok(Notifications { connection })
    }

    async fn connect(&self) -> ConnectionResult<AsyncPgConnection> {
        let fault = |error: tokio_postgres::Error| ConnectionError::BadConnection(chain(&error));
        let mut connection = match &self.tls {
            Some(tls) => {
                let (client, driver) = self.config.connect(tls.clone()).await.map_err(fault)?;
                AsyncPgConnection::try_from_client_and_connection(client, driver).await?
            }
            None => {
                let (client, driver) = self.config.connect(NoTls).await.map_err(fault)?;
                AsyncPgConnection::try_from_client_and_connection(client, driver).await?
            }
        };
        let limits = connection.batch_execute(LIMITS).await;
        limits.map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(connection)
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

/// A failure inside the transaction, which is given back whatever it is.
struct Failed(Error);

impl From<diesel::result::Error> for Failed {
    fn from(error: diesel::result::Error) -> Self {
        Self(Error::of_query(&error, ""))
    }
}

/// The URL without libpq's `sslrootcert`, which the driver does not know, and its value.
fn take_root_file(url: &str) -> (String, Option<String>) {
    let Some((head, query)) = url.split_once('?') else { return (url.to_owned(), None) };
    let (taken, kept): (Vec<_>, Vec<_>) =
        query.split('&').partition(|pair| pair.starts_with("sslrootcert="));
    let file = taken.into_iter().next().map(|pair| pair["sslrootcert=".len()..].to_owned());
    let mark = if kept.is_empty() { "" } else { "?" };
    (format!("{head}{mark}{}", kept.join("&")), file)
}

fn trust(file: Option<&str>) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    match file {
        Some(file) => {
            let fault = |why: String| Error::Url(format!("names sslrootcert {file}: {why}"));
            let certificates = CertificateDer::pem_file_iter(file);
            for certificate in certificates.map_err(|error| fault(error.to_string()))? {
                let certificate = certificate.map_err(|error| fault(error.to_string()))?;
                roots.add(certificate).map_err(|error| fault(error.to_string()))?;
            }
        }
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| Error::Url(error.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// The driver's own text says only *error connecting to server*; the cause is below it.
fn chain(error: &dyn std::error::Error) -> String {
    let below = std::iter::successors(error.source(), |error| error.source());
    below.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
