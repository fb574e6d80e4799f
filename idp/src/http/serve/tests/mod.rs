//! What the listener for client certificates tells of a connection.
#![expect(clippy::disallowed_methods, reason = "a test starts the servers it talks to")]

mod flood;
mod silence;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Extension;
use axum::routing::get;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::clock::Clock;
use crate::oauth::mutual_tls::Presented;

type Authority = CertifiedIssuer<'static, KeyPair>;
type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate of that authority, or of its own.
fn identity(issuer: Option<&Authority>) -> Identity {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["rp.example".to_owned()]).unwrap();
    let certificate = match issuer {
        Some(issuer) => params.signed_by(&key, issuer).unwrap(),
        None => params.self_signed(&key).unwrap(),
    };
    let private = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    (vec![certificate.der().clone()], private)
}

/// Settings of a listener whose clients get their certificates from `clients`.
fn settings(folder: &Path, clients: Option<&Authority>) -> (Tls, Mtls) {
    let key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let (cert_file, key_file) = (folder.join("cert.pem"), folder.join("key.pem"));
    std::fs::write(&cert_file, own.self_signed(&key).unwrap().pem()).unwrap();
    std::fs::write(&key_file, key.serialize_pem()).unwrap();
    let client_ca_file = clients.map(|clients| {
        let file = folder.join("clients.pem");
        std::fs::write(&file, clients.pem()).unwrap();
        file
    });
    let listen = ([127, 0, 0, 1], 0).into();
    (Tls { cert_file, key_file }, Mtls { listen, url: String::new(), client_ca_file })
}

/// Generous times, none of which a test waits for.
const PATIENCE: Patience = Patience {
    handshake: Duration::from_secs(60),
    first: Duration::from_secs(60),
    idle: Duration::from_secs(60),
    request: Duration::from_secs(60),
    stream: Duration::from_secs(60),
    close: Duration::from_secs(1),
};

/// Serves routes on a free port of this machine, until the sender is told to stop.
fn start(service: Service) -> (SocketAddr, watch::Sender<Option<Duration>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(None);
    tokio::spawn(service.run(listener, stopped));
    (place, stop)
}

/// A service with room for many.
fn service(transport: Transport, routes: Router) -> Service {
    let room = Room { all: 1_000, per_network: 1_000 };
    Service { transport, routes, patience: PATIENCE, room, trusted: Arc::new([]) }
}

/// Serves one page that says what is known of the caller, for as long as the sender is kept.
fn serve(mutual: &Mutual) -> (SocketAddr, watch::Sender<Option<Duration>>) {
    let page = |presented: Option<Extension<Arc<Presented>>>| async move {
        presented.map_or_else(
            || "nothing".to_owned(),
            |shown| format!("{} {}", shown.certificate.thumbprint(), shown.is_trusted),
        )
    };
    let routes = Router::new().route("/", get(page));
    start(service(Transport::Mutual(mutual.clone()), routes))
}

/// A connection of a caller with that certificate.
async fn handshake(
    place: SocketAddr,
    identity: Option<Identity>,
) -> tokio_rustls::client::TlsStream<tokio::net::TcpStream> {
    let builder = ClientConfig::builder_with_provider(tls::provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anyone));
    let config = match identity {
        Some((chain, key)) => builder.with_client_auth_cert(chain, key).unwrap(),
        None => builder.with_no_client_auth(),
    };
    let stream = tokio::net::TcpStream::connect(place).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    connector.connect(name, stream).await.unwrap()
}

/// What the page says to a caller with that certificate.
async fn said(place: SocketAddr, identity: Option<Identity>) -> Option<String> {
    let mut stream = handshake(place, identity).await;
    let request = b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok()?;
    let answer = String::from_utf8(answer).unwrap();
    answer.starts_with("HTTP/1.1 200").then(|| answer.rsplit("\r\n").next().unwrap().to_owned())
}

fn thumbprint((chain, _): &Identity) -> String {
    crate::oauth::mutual_tls::Certificate::parse(&chain[0]).unwrap().thumbprint().to_owned()
}

fn clock() -> Clock {
    Clock::manual(crate::clock::Timestamp(1_795_438_800))
}

#[tokio::test]
async fn rfc_8705_section_2_any_client_certificate_is_reported_and_only_one_of_the_ca_is_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, other) = (authority(), authority());
    let (tls, mtls) = settings(folder.path(), Some(&ours));
    let (place, _stop) = serve(&Mutual::new(&tls, &mtls, clock()).unwrap());
    assert_eq!(said(place, None).await.unwrap(), "nothing");
    for (issuer, trusted) in [(Some(&ours), true), (Some(&other), false), (None, false)] {
        let identity = identity(issuer);
        let expected = format!("{} {trusted}", thumbprint(&identity));
        assert_eq!(said(place, Some(identity)).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn rfc_8705_section_2_a_certificate_without_its_key_does_not_pass_the_handshake() {
    let folder = tempfile::tempdir().unwrap();
    let (tls, mtls) = settings(folder.path(), None);
    let (place, _stop) = serve(&Mutual::new(&tls, &mtls, clock()).unwrap());
    let (stolen, own) = (identity(None), identity(None));
    let kept = rustls::sign::CertifiedKey::new(
        stolen.0,
        rustls::crypto::ring::sign::any_supported_type(&own.1).unwrap(),
    );
    let config = ClientConfig::builder_with_provider(tls::provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anyone))
        .with_client_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(kept)));
    let stream = tokio::net::TcpStream::connect(place).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let mut stream = connector.connect(name, stream).await.unwrap();
    // In TLS 1.3 the client has finished before the server has read its certificate.
    let _ = stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    let mut answer = Vec::new();
    assert!(stream.read_to_end(&mut answer).await.is_err());
    assert!(answer.is_empty());
}

#[tokio::test]
async fn client_cas_can_be_replaced_and_removed_and_expired_certificates_are_not_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = (authority(), authority());
    let (tls, mtls) = settings(folder.path(), Some(&before));
    let clock = clock();
    let mutual = Mutual::new(&tls, &mtls, clock.clone()).unwrap();
    let (place, _stop) = serve(&mutual);
    let renew = |clients: Option<&Authority>| {
        let (tls, mtls) = settings(folder.path(), clients);
        mutual.replace(Renewed::read(&tls, &mtls).unwrap());
    };
    for (clients, issuer, trusted) in [
        (Some(&after), &before, "false"),
        (Some(&after), &after, "true"),
        (None, &after, "false"),
        (Some(&before), &before, "true"),
    ] {
        renew(clients);
        let said = said(place, Some(identity(Some(issuer)))).await.unwrap();
        assert!(said.ends_with(trusted), "{said}");
    }
    // rcgen's certificates end in the year 4096.
    clock.advance(3_000 * 365 * 86_400);
    let said = said(place, Some(identity(Some(&before)))).await.unwrap();
    assert!(said.ends_with("false"), "{said}");
}

#[test]
fn an_unusable_tls_file_is_named_with_its_setting() {
    let folder = tempfile::tempdir().unwrap();
    let (tls, mtls) = settings(folder.path(), Some(&authority()));
    let fault = |tls: &Tls, mtls: &Mtls| Renewed::read(tls, mtls).err().unwrap();
    std::fs::write(folder.path().join("clients.pem"), "nothing").unwrap();
    assert!(fault(&tls, &mtls).starts_with("mtls.client_ca_file: "));
    std::fs::remove_file(folder.path().join("clients.pem")).unwrap();
    assert!(fault(&tls, &mtls).starts_with("mtls.client_ca_file: "));
    std::fs::write(&tls.key_file, "nothing").unwrap();
    assert!(fault(&tls, &mtls).starts_with("tls.key_file: "));
    std::fs::write(&tls.cert_file, "nothing").unwrap();
    assert!(fault(&tls, &mtls).starts_with("tls"));
}

/// Trusts every server: these tests are about clients.
#[derive(Debug)]
struct Anyone;

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        tls::provider().signature_verification_algorithms.supported_schemes()
    }
}

/// The answer to a request with so many bytes of cookies of other applications.
async fn answered_with_cookies(bytes: usize) -> String {
    let routes = Router::new().route("/", get(|| async { "taken" }));
    let (place, _stop) = start(service(Transport::Plain, routes));
    let mut stream = tokio::net::TcpStream::connect(place).await.unwrap();
    let cookies =
        "other=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; ".repeat(bytes / 64);
    let request = format!(
        "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncookie: {cookies}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn requests_with_cookies_up_to_64_kb_are_answered() {
    for bytes in [4_096, 16_384, 65_536] {
        let answer = answered_with_cookies(bytes).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{bytes}: {answer}");
    }
}
