//! Reaching a PostgreSQL server, with TLS when the URL asks for it. The store and the reader of the
//! party parameters connect in the same way, each with limits and a name of its own.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// Where and how to connect.
pub struct PostgresServer {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    limits: &'static str,
}

impl PostgresServer {
    /// Reads `postgres://…`. Beside the parameters of libpq that the driver knows, `sslmode` may
    /// be `verify-full`, which means the same as `require` here: TLS is never taken without a
    /// checked certificate. `sslrootcert` names a PEM file with the issuers to trust in place of
    /// the public ones. `application` is the name that the server shows, and `limits` the
    /// statements that every connection begins with.
    ///
    /// # Errors
    /// What the URL is or does that it must not, as the rest of a sentence about it.
    pub fn parse(url: &str, application: &str, limits: &'static str) -> Result<Self, String> {
        let (url, root_file) = take_parameter(url, "sslrootcert");
        let url = url.replace("sslmode=verify-full", "sslmode=require");
        let mut config = Config::from_str(&url)
            .map_err(|error| format!("is not a PostgreSQL address: {}", chain(&error)))?;
        config.application_name(application).connect_timeout(CONNECT);
        let tls = match config.get_ssl_mode() {
            SslMode::Require => Some(MakeRustlsConnect::new(trust(root_file.as_deref())?)),
            _ => {
                config.ssl_mode(SslMode::Disable);
                None
            }
        };
        Ok(Self { config, tls, limits })
    }

    /// A new connection.
    ///
    /// # Errors
    /// When the server cannot be reached, or refuses.
    pub async fn connect(&self) -> ConnectionResult<AsyncPgConnection> {
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
        let limits = connection.batch_execute(self.limits).await;
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

fn trust(file: Option<&str>) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    match file {
        Some(file) => {
            let fault = |why: String| format!("names sslrootcert {file}: {why}");
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
    let config = config.map_err(|error| error.to_string())?;
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
            assert_eq!(PostgresServer::parse(url, "test", "").unwrap().tls.is_some(), tls, "{url}");
        }
    }

    #[test]
    fn a_wrong_sslmode_or_missing_root_certificate_file_is_named() {
        let fault_of = |url: &str| PostgresServer::parse(url, "test", "").err().unwrap();
        assert!(fault_of("postgres://a@b/c?sslmode=often").contains("sslmode"));
        let missing = fault_of("postgres://a@b/c?sslmode=require&sslrootcert=/nowhere/ca.pem");
        assert!(missing.contains("/nowhere/ca.pem"), "{missing}");
    }

    #[test]
    fn sslrootcert_is_removed_from_the_url_and_returned() {
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
