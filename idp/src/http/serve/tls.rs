//! What the listeners say in the handshake.

use std::sync::{Arc, PoisonError, RwLock};

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};

use crate::config::Tls;

/// Certificate and key of a listener, which can be replaced while it serves. Cloning shares them.
#[derive(Clone)]
pub(super) struct Renewable(Arc<RwLock<Arc<ServerConfig>>>);

impl Renewable {
    pub(super) fn new(config: Arc<ServerConfig>) -> Self {
        Self(Arc::new(RwLock::new(config)))
    }

    /// What the next handshake begins with.
    pub(super) fn current(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn replace(&self, config: Arc<ServerConfig>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = config;
    }
}

/// TLS 1.3, and 1.2 with the four ECDHE AES-GCM suites alone
/// ([RFC 9325 section 4.2](https://www.rfc-editor.org/rfc/rfc9325#section-4.2)).
pub(super) fn provider() -> Arc<CryptoProvider> {
    let mut provider = rustls::crypto::ring::default_provider();
    provider.cipher_suites.retain(|suite| {
        let name = format!("{:?}", suite.suite());
        name.starts_with("TLS13_") || name.contains("_AES_")
    });
    Arc::new(provider)
}

/// Reads certificate and key; `clients` says what is asked of those who connect, if anything.
pub(super) fn server_config(
    config: &Tls,
    clients: Option<Arc<dyn ClientCertVerifier>>,
) -> Result<Arc<ServerConfig>, String> {
    let (cert, key) = (config.cert_file.display(), config.key_file.display());
    let chain = CertificateDer::pem_file_iter(&config.cert_file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| format!("tls.cert_file: {cert} cannot be read: {error}"))?;
    let private = PrivateKeyDer::from_pem_file(&config.key_file)
        .map_err(|error| format!("tls.key_file: {key} cannot be read: {error}"))?;
    let builder = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("tls: {error}"))?;
    let builder = match clients {
        Some(verifier) => builder.with_client_cert_verifier(verifier),
        None => builder.with_no_client_auth(),
    };
    let mut server = builder
        .with_single_cert(chain, private)
        .map_err(|error| format!("tls: {cert} and {key} do not fit: {error}"))?;
    server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(server))
}

/// The certificates of a PEM file, at least one, as anchors of trust.
pub(super) fn anchors(setting: &str, file: &std::path::Path) -> Result<RootCertStore, String> {
    let fault = |why: String| format!("{setting}: {} cannot be used: {why}", file.display());
    let found = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| fault(error.to_string()))?;
    let mut anchors = RootCertStore::empty();
    for certificate in found {
        anchors.add(certificate).map_err(|error| fault(error.to_string()))?;
    }
    if anchors.is_empty() {
        return Err(fault("it holds no certificate".to_owned()));
    }
    Ok(anchors)
}
