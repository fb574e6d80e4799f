//! PostgreSQL: a pool of connections, each with TLS when the URL asks for it, and limits on every
//! wait.

use std::future::Future;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::store::error::{Error, Fault};

/// How long a task waits for a free connection.
const CHECKOUT: Duration = Duration::from_secs(5);
/// How often a transaction that met another one is tried.
const TRIES: u32 = 4;
/// What every connection begins with: the server gives up before the caller does.
const LIMITS: &str = "SET lock_timeout = '5s'; SET statement_timeout = '8s'; \
                      SET idle_in_transaction_session_timeout = '15s';";

/// A pool for one URL.
pub(super) struct Postgres {
    pool: Pool<AsyncPgConnection>,
    target: Arc<Target>,
}

impl Postgres {
    /// Reads the URL; connects only when the first connection is needed.
    pub(super) fn open(url: &str, size: usize) -> Result<Self, Error> {
        let target = Arc::new(Target::parse(url)?);
        let mut config = ManagerConfig::default();
        config.recycling_method = RecyclingMethod::Fast;
        let shared = Arc::clone(&target);
        config.custom_setup = Box::new(move |_| {
            let target = Arc::clone(&shared);
            Box::pin(async move { target.connect().await })
        });
        let manager = AsyncDieselConnectionManager::new_with_config("", config);
        let pool = Pool::builder(manager).max_size(size.max(1)).build();
        Ok(Self { pool: pool.map_err(|error| Error::Unavailable(error.to_string()))?, target })
    }

    /// A connection from the pool.
    pub(super) async fn connection(&self) -> Result<Object<AsyncPgConnection>, Error> {
        match tokio::time::timeout(CHECKOUT, self.pool.get()).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) => Err(Error::Unavailable(error.to_string())),
            Err(_) => Err(Error::Unavailable("every connection is in use".to_owned())),
        }
    }

    /// A connection of its own, for the migrations.
    pub(super) async fn connect(&self) -> Result<AsyncPgConnection, Error> {
        self.target.connect().await.map_err(|error| Error::Unavailable(error.to_string()))
    }

    /// Connections in use, idle, and tasks that wait for one.
    pub(super) fn connections(&self) -> (usize, usize, usize) {
        let status = self.pool.status();
        (status.size.saturating_sub(status.available), status.available, status.waiting)
    }
}

/// Cuts a transaction off that takes too long, with its repetitions; its connection is then thrown
/// away.
pub(super) async fn within<T>(
    patience: Duration,
    work: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    match tokio::time::timeout(patience, work).await {
        Ok(outcome) => outcome,
        Err(_) => {
            let late = "the database has not answered in time".to_owned();
            Err(Fault::Store(Error::Unavailable(late)))
        }
    }
}

/// Whether a transaction is tried again after it failed `tries` times.
pub(super) fn again(fault: &Fault, tries: &mut u32) -> bool {
    *tries += 1;
    *tries < TRIES && fault.may_pass()
}

/// Where and how to connect.
struct Target {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

impl Target {
    /// Reads `postgres://…`. Beside the parameters of libpq that the driver knows, `sslmode` may
    /// be `verify-full`, which means the same as `require` here: TLS is never taken without a
    /// checked certificate. `sslrootcert` names a PEM file with the issuers to trust in place of
    /// the public ones.
    fn parse(url: &str) -> Result<Self, Error> {
        let fault = |what: String| Error::Url(what);
        let (url, root_file) = take_parameter(url, "sslrootcert");
        let url = url.replace("sslmode=verify-full", "sslmode=require");
        let mut config = Config::from_str(&url)
            .map_err(|error| fault(format!("is not a PostgreSQL address: {}", chain(&error))))?;
        config.application_name("idp").connect_timeout(CHECKOUT);
        let tls = match config.get_ssl_mode() {
            SslMode::Require => Some(MakeRustlsConnect::new(trust(root_file.as_deref())?)),
            _ => {
                config.ssl_mode(SslMode::Disable);
                None
            }
        };
        Ok(Self { config, tls })
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

/// The URL without the parameter, and its value.
fn take_parameter(url: &str, name: &str) -> (String, Option<String>) {
    let Some((head, query)) = url.split_once('?') else { return (url.to_owned(), None) };
    let prefix = format!("{name}=");
    let (taken, kept): (Vec<_>, Vec<_>) =
        query.split('&').partition(|pair| pair.starts_with(&prefix));
    let value = taken.first().map(|pair| pair[prefix.len()..].to_owned());
    if kept.is_empty() {
        return (head.to_owned(), value);
    }
    (format!("{head}?{}", kept.join("&")), value)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_is_used_when_the_url_asks_for_it() {
        let cases = [
            ("postgres://a@b/c", false),
            ("postgresql://a@b/c?sslmode=disable", false),
            ("postgres://a@b/c?sslmode=require", true),
            ("postgres://a@b/c?connect_timeout=3&sslmode=verify-full", true),
        ];
        for (url, tls) in cases {
            assert_eq!(Target::parse(url).unwrap().tls.is_some(), tls, "{url}");
        }
    }

    #[test]
    fn a_wrong_address_or_root_file_is_named() {
        let told = |url: &str| Target::parse(url).err().unwrap().to_string();
        assert!(told("postgres://a@b/c?sslmode=often").contains("sslmode"));
        let missing = told("postgres://a@b/c?sslmode=require&sslrootcert=/nowhere/ca.pem");
        assert!(missing.contains("/nowhere/ca.pem"), "{missing}");
    }

    #[test]
    fn a_parameter_of_our_own_is_kept_from_the_driver() {
        let cases = [
            ("p://h/d", ("p://h/d", None)),
            ("p://h/d?sslrootcert=x", ("p://h/d", Some("x"))),
            ("p://h/d?a=1&sslrootcert=x&b=2", ("p://h/d?a=1&b=2", Some("x"))),
        ];
        for (url, (rest, value)) in cases {
            let taken = take_parameter(url, "sslrootcert");
            assert_eq!((taken.0.as_str(), taken.1.as_deref()), (rest, value), "{url}");
        }
    }
}
