//! The listeners: plain or TLS, with limits on headers and time, drained when they are told to
//! stop.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::config::Tls;

/// Seconds to send the headers of a request.
const HEADER_SECONDS: u64 = 10;
/// Bytes of all headers together; a `state` of a thousand characters fits many times.
const HEADER_BYTES: usize = 64 * 1_024;

/// The two listeners of a node. Cloning shares them.
#[derive(Clone)]
pub struct Listeners {
    handle: Handle<SocketAddr>,
    tls: Option<RustlsConfig>,
}

impl Listeners {
    /// Reads the certificate of the public listener, if it has its own.
    ///
    /// # Errors
    /// A sentence that names the file at fault.
    pub fn new(tls: Option<&Tls>) -> Result<Self, String> {
        let tls = tls.map(server_config).transpose()?.map(RustlsConfig::from_config);
        Ok(Self { handle: Handle::new(), tls })
    }

    /// Serves the public and the management routes until [`Listeners::drain`] is done.
    ///
    /// # Errors
    /// When a listener fails.
    pub async fn serve(
        &self,
        public: (TcpListener, Router),
        management: (TcpListener, Router),
    ) -> std::io::Result<()> {
        let public = serve(public, self.tls.clone(), self.handle.clone());
        let management = serve(management, None, self.handle.clone());
        tokio::try_join!(public, management).map(|_| ())
    }

    /// Takes no further connections, and gives requests under way so many seconds.
    pub fn drain(&self, seconds: u64) {
        self.handle.graceful_shutdown(Some(Duration::from_secs(seconds)));
    }

    /// Takes a renewed certificate into use; connections under way keep theirs.
    ///
    /// # Errors
    /// A sentence that names the file at fault; the old certificate stays in use.
    pub fn reload(&self, tls: &Tls) -> Result<(), String> {
        let renewed = server_config(tls)?;
        if let Some(running) = &self.tls {
            running.reload_from_config(renewed);
        }
        Ok(())
    }
}

async fn serve(
    (listener, routes): (TcpListener, Router),
    tls: Option<RustlsConfig>,
    handle: Handle<SocketAddr>,
) -> std::io::Result<()> {
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    match tls {
        Some(tls) => {
            let mut server = axum_server::from_tcp_rustls(listener, tls)?.handle(handle);
            limit(server.http_builder());
            server.serve(service).await
        }
        None => {
            let mut server = axum_server::from_tcp(listener)?.handle(handle);
            limit(server.http_builder());
            server.serve(service).await
        }
    }
}

fn limit(builder: &mut hyper_util::server::conn::auto::Builder<hyper_util::rt::TokioExecutor>) {
    builder
        .http1()
        .timer(hyper_util::rt::TokioTimer::new())
        .header_read_timeout(Duration::from_secs(HEADER_SECONDS))
        .max_buf_size(HEADER_BYTES);
    builder
        .http2()
        .timer(hyper_util::rt::TokioTimer::new())
        .max_header_list_size(u32::try_from(HEADER_BYTES).unwrap_or(u32::MAX))
        .keep_alive_interval(Duration::from_secs(30));
}

/// TLS 1.3, and 1.2 with the four ECDHE AES-GCM suites alone.
fn server_config(config: &Tls) -> Result<Arc<ServerConfig>, String> {
    let (cert, key) = (config.cert_file.display(), config.key_file.display());
    let chain = CertificateDer::pem_file_iter(&config.cert_file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| format!("tls.cert_file: {cert} cannot be read: {error}"))?;
    let private = PrivateKeyDer::from_pem_file(&config.key_file)
        .map_err(|error| format!("tls.key_file: {key} cannot be read: {error}"))?;
    let mut provider = rustls::crypto::ring::default_provider();
    provider.cipher_suites.retain(|suite| {
        let name = format!("{:?}", suite.suite());
        name.starts_with("TLS13_") || name.contains("_AES_")
    });
    let mut server = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, private))
        .map_err(|error| format!("tls: {cert} and {key} do not fit: {error}"))?;
    server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(server))
}
