//! The listener that asks for a client's certificate
//! ([RFC 8705](https://www.rfc-editor.org/rfc/rfc8705)).
//!
//! Any certificate passes the handshake once its key has signed it: a self-signed one is as good as
//! the key that the client has registered (section 2.2). Whether an authority of the operator has
//! issued it (section 2.1) is noted beside it, and decided on by the client's authentication method.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ParsedCertificate, WebPkiClientVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme};

use crate::clock::Clock;
use crate::config::{Mtls, Tls};
use crate::http::serve::tls::{Renewable, anchors, provider, server_config};
use crate::oauth::mutual_tls::{Certificate, Presented};

/// The authorities that issue certificates to clients; replaced when their file is read again.
type Authorities = Arc<RwLock<Option<Arc<dyn ClientCertVerifier>>>>;

/// TLS with client certificates. Cloning shares it.
#[derive(Clone)]
pub(super) struct Mutual {
    config: Renewable,
    authorities: Authorities,
    clock: Clock,
}

/// What a reload takes into use, once all of it was read.
pub(super) struct Renewed {
    config: Arc<ServerConfig>,
    authorities: Option<Arc<dyn ClientCertVerifier>>,
}

impl Renewed {
    /// Reads the certificate of the listener and the authorities of its clients.
    pub(super) fn read(tls: &Tls, mtls: &Mtls) -> Result<Self, String> {
        let config = server_config(tls, Some(Arc::new(AnyCertificate(provider()))))?;
        let authorities = mtls.client_ca_file.as_deref().map(authorities).transpose()?;
        Ok(Self { config, authorities })
    }
}

fn authorities(file: &std::path::Path) -> Result<Arc<dyn ClientCertVerifier>, String> {
    let anchors = Arc::new(anchors("mtls.client_ca_file", file)?);
    WebPkiClientVerifier::builder_with_provider(anchors, provider())
        .build()
        .map_err(|error| format!("mtls.client_ca_file: {error}"))
}

impl Mutual {
    pub(super) fn new(tls: &Tls, mtls: &Mtls, clock: Clock) -> Result<Self, String> {
        let Renewed { config, authorities } = Renewed::read(tls, mtls)?;
        let authorities = Arc::new(RwLock::new(authorities));
        Ok(Self { config: Renewable::new(config), authorities, clock })
    }

    /// What the next handshake begins with.
    pub(super) fn current(&self) -> Arc<ServerConfig> {
        self.config.current()
    }

    pub(super) fn replace(&self, renewed: Renewed) {
        self.config.replace(renewed.config);
        *self.authorities.write().unwrap_or_else(PoisonError::into_inner) = renewed.authorities;
    }

    /// The certificate of a finished handshake, judged. A resumed session brings its certificate
    /// along, so it is judged by today's authorities and clock as well.
    pub(super) fn judge(&self, chain: Option<&[CertificateDer<'_>]>) -> Option<Arc<Presented>> {
        let (leaf, intermediates) = chain?.split_first()?;
        let authorities = self.authorities.read().unwrap_or_else(PoisonError::into_inner).clone();
        let seconds = u64::try_from(self.clock.now().0).unwrap_or_default();
        let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let is_trusted = authorities.is_some_and(|authorities| {
            authorities.verify_client_cert(leaf, intermediates, now).is_ok()
        });
        // One that rustls can read and we cannot is as good as none.
        let certificate = Certificate::parse(leaf).ok()?;
        Some(Arc::new(Presented { certificate, is_trusted }))
    }
}

/// Takes any certificate whose key has signed the handshake, and those who show none.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ClientCertVerifier for AnyCertificate {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    /// None: a client that holds a self-signed certificate is to show it, too.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        ParsedCertificate::try_from(end_entity).map(|_| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
