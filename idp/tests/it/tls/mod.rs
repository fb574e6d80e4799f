//! The listeners as they stand in the network: which TLS they speak, and what they bear.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, Response, Version};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use idp::config::{Mtls, Tls};
use idp::http::serve::{Listeners, Places};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CipherSuite, ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::support::{Setup, TestProvider};

/// A provider that listens, and the authority of its certificate.
struct Served {
    listeners: Listeners,
    public: SocketAddr,
    mutual: SocketAddr,
    management: SocketAddr,
    tls: Tls,
    mtls: Mtls,
    folder: tempfile::TempDir,
}

impl Served {
    async fn start() -> Self {
        Self::start_with("").await
    }

    async fn start_with(settings: &str) -> Self {
        let provider = Setup::new().settings(settings).start().await;
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let tls = Tls { cert_file: at("cert.pem"), key_file: at("key.pem") };
        let listen = ([127, 0, 0, 1], 0).into();
        let mtls = Mtls { listen, url: "https://localhost".to_owned(), client_ca_file: None };
        certify(&tls, at("authority.pem"));
        let listeners = Listeners::new(provider.app.clone(), Some(&tls), Some(&mtls)).unwrap();
        let bind = || {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            listener.set_nonblocking(true).unwrap();
            let place = listener.local_addr().unwrap();
            (listener, place)
        };
        let ((public, public_at), (mutual, mutual_at)) = (bind(), bind());
        let (management, management_at) = bind();
        let places = Places { public, management, mutual: Some(mutual) };
        let served = listeners.clone();
        tokio::spawn(async move { served.serve(places).await });
        let (public, mutual, management) = (public_at, mutual_at, management_at);
        Self { listeners, public, mutual, management, tls, mtls, folder }
    }

    /// A client that trusts the server.
    fn client(
        &self,
        versions: &[&'static SupportedProtocolVersion],
        suites: Option<&str>,
        alpn: &str,
    ) -> ClientConfig {
        let mut provider: CryptoProvider = ring::default_provider();
        if let Some(wanted) = suites {
            provider.cipher_suites.retain(|suite| format!("{:?}", suite.suite()).contains(wanted));
        }
        let mut roots = RootCertStore::empty();
        let authority = self.folder.path().join("authority.pem");
        roots.add(CertificateDer::from_pem_file(authority).unwrap()).unwrap();
        let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![alpn.as_bytes().to_vec()];
        config
    }

    fn any(&self, alpn: &str) -> ClientConfig {
        self.client(rustls::ALL_VERSIONS, None, alpn)
    }
}

/// Writes a fresh certificate with its key, and the authority that signed it.
fn certify(tls: &Tls, authority_file: PathBuf) {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    std::fs::write(&tls.cert_file, certificate.pem()).unwrap();
    std::fs::write(&tls.key_file, key.serialize_pem()).unwrap();
    std::fs::write(authority_file, authority.pem()).unwrap();
}

async fn connect(place: SocketAddr, config: ClientConfig) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(place).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// Sends a request over HTTP/2 or HTTP/1.1, whichever was agreed on.
async fn send(stream: TlsStream<TcpStream>, request: Request<Body>) -> Response<Incoming> {
    try_send(stream, request).await.unwrap()
}

async fn try_send(
    stream: TlsStream<TcpStream>,
    request: Request<Body>,
) -> hyper::Result<Response<Incoming>> {
    let second = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let io = TokioIo::new(stream);
    if second {
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await.unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await
    } else {
        let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await
    }
}

fn get(path: &str) -> Request<Body> {
    let address = format!("https://localhost{path}");
    Request::get(address).header("host", "localhost").body(Body::empty()).unwrap()
}

#[tokio::test]
async fn http_2_and_http_1_1_work_over_tls_1_3_and_every_response_has_a_date() {
    let served = Served::start().await;
    for (alpn, version) in [("h2", Version::HTTP_2), ("http/1.1", Version::HTTP_11)] {
        for place in [served.public, served.mutual] {
            let stream = connect(place, served.any(alpn)).await.unwrap();
            let spoken = stream.get_ref().1.protocol_version();
            assert_eq!(spoken, Some(ProtocolVersion::TLSv1_3));
            for path in ["/.well-known/openid-configuration", "/userinfo", "/nowhere"] {
                let stream = connect(place, served.any(alpn)).await.unwrap();
                let answer = send(stream, get(path)).await;
                assert_eq!(answer.version(), version);
                assert!(answer.headers().contains_key("date"), "{path}");
            }
        }
    }
}

#[tokio::test]
async fn hundreds_of_silent_connections_do_not_block_any_listener() {
    let served = Served::start_with("[limits]\nconnections = 20\n").await;
    let mut silent = Vec::new();
    for place in [served.public, served.mutual, served.management] {
        for _ in 0..200 {
            silent.push(TcpStream::connect(place).await.unwrap());
        }
        // Some of them fall silent only after the handshake.
        if place != served.management {
            let shaken = connect(place, served.any("h2")).await.unwrap();
            silent.push(shaken.into_inner().0);
        }
    }
    for place in [served.public, served.mutual] {
        let stream = connect(place, served.any("h2")).await.unwrap();
        assert_eq!(send(stream, get("/.well-known/openid-configuration")).await.status(), 200);
    }
    let login = "/authorize?client_id=nobody";
    let stream = connect(served.public, served.any("http/1.1")).await.unwrap();
    assert_eq!(send(stream, get(login)).await.status(), 400);
    let (mut health, watching) = hyper::client::conn::http1::handshake(TokioIo::new(
        TcpStream::connect(served.management).await.unwrap(),
    ))
    .await
    .unwrap();
    tokio::spawn(watching);
    assert_eq!(health.send_request(get("/health/ready")).await.unwrap().status(), 200);
}

#[tokio::test]
async fn rfc_9325_section_4_2_tls_1_2_is_spoken_with_ecdhe_and_aes_gcm_alone() {
    let served = Served::start().await;
    let second = [&rustls::version::TLS12];
    for place in [served.public, served.mutual] {
        let gcm = served.client(&second, Some("AES_128_GCM"), "h2");
        let stream = connect(place, gcm).await.unwrap();
        let suite = stream.get_ref().1.negotiated_cipher_suite().unwrap().suite();
        assert_eq!(suite, CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256);
        let chacha = served.client(&second, Some("CHACHA20"), "h2");
        assert!(connect(place, chacha).await.is_err());
        let third = served.client(&[&rustls::version::TLS13], Some("CHACHA20"), "h2");
        assert!(connect(place, third).await.is_ok());
    }
}

#[tokio::test]
async fn rfc_8996_tls_1_1_is_refused() {
    use openssl::ssl::{SslConnector, SslMethod, SslVerifyMode, SslVersion};

    let served = Served::start().await;
    let handshake = |place: SocketAddr, version: SslVersion| {
        tokio::task::spawn_blocking(move || {
            let mut builder = SslConnector::builder(SslMethod::tls()).unwrap();
            builder.set_cipher_list("ALL:@SECLEVEL=0").unwrap();
            builder.set_verify(SslVerifyMode::NONE);
            builder.set_min_proto_version(Some(version)).unwrap();
            builder.set_max_proto_version(Some(version)).unwrap();
            let stream = std::net::TcpStream::connect(place).unwrap();
            builder.build().connect("localhost", stream).is_ok()
        })
    };
    for place in [served.public, served.mutual] {
        assert!(!handshake(place, SslVersion::TLS1_1).await.unwrap());
        assert!(!handshake(place, SslVersion::TLS1).await.unwrap());
        assert!(handshake(place, SslVersion::TLS1_2).await.unwrap());
    }
}

#[tokio::test]
async fn a_renewed_certificate_is_used_after_reload_and_an_invalid_one_is_refused() {
    let served = Served::start().await;
    let before = served.any("h2");
    certify(&served.tls, served.folder.path().join("authority.pem"));
    let after = served.any("h2");
    assert!(connect(served.public, after.clone()).await.is_err());
    served
        .listeners
        .take_into_use(Listeners::read_again(Some(&served.tls), Some(&served.mtls)).unwrap());
    std::fs::write(&served.tls.key_file, "no key").unwrap();
    assert!(Listeners::read_again(Some(&served.tls), Some(&served.mtls)).is_err());
    for place in [served.public, served.mutual] {
        assert!(connect(place, after.clone()).await.is_ok());
        assert!(connect(place, before.clone()).await.is_err());
    }
}

#[tokio::test]
async fn headers_far_above_72_kilobytes_are_refused_and_smaller_ones_accepted() {
    let served = Served::start().await;
    for alpn in ["h2", "http/1.1"] {
        for (bytes, status) in [(40_000, 200), (66_000, 200), (400_000, 431)] {
            let mut request = get("/jwks.json");
            request.headers_mut().insert("x-long", "x".repeat(bytes).parse().unwrap());
            let stream = connect(served.public, served.any(alpn)).await.unwrap();
            // A connection that is closed while the rest is sent is a refusal as well.
            let answer = try_send(stream, request).await;
            let answered = answer.map_or(431, |answer| answer.status().as_u16());
            assert_eq!(answered, status, "{alpn} {bytes}");
        }
    }
}

#[tokio::test]
async fn rfc_8705_section_5_the_mtls_listener_has_no_browser_endpoints() {
    let served = Served::start().await;
    for (path, status) in
        [("/token", 405), ("/userinfo", 401), ("/authorize", 404), ("/end_session", 404)]
    {
        let stream = connect(served.mutual, served.any("h2")).await.unwrap();
        assert_eq!(send(stream, get(path)).await.status(), status, "{path}");
    }
}

#[tokio::test]
async fn fapi_section_6_2_1_resource_responses_echo_or_generate_the_interaction_id() {
    let provider = TestProvider::start().await;
    let mut browser = crate::support::Browser::new(&provider);
    let sent = "c770aef3-6784-41f7-8e0e-ff5f97bddb3a";
    let mut seen = Vec::new();
    for (value, same) in [(sent, true), ("no uuid", false), ("", false)] {
        let headers = [("x-fapi-interaction-id", value)];
        let answer = browser.send("GET", "/userinfo", &headers, Body::empty()).await;
        let id = answer.header("x-fapi-interaction-id").to_owned();
        assert_eq!(id == sent, same, "{value}");
        assert_eq!(id.len(), 36);
        assert!(!seen.contains(&id));
        seen.push(id);
    }
    assert_eq!(browser.get("/jwks.json").await.header("x-fapi-interaction-id"), "");
}

#[tokio::test]
async fn connections_are_limited_by_available_file_descriptors() {
    let provider = TestProvider::start().await;
    let taken = |descriptors| {
        let listeners = Listeners::new(provider.app.clone(), None, None).unwrap();
        listeners.within(descriptors).connections()
    };
    let limits = &provider.app.limits;
    assert_eq!(taken(1 << 20), limits.connections);
    // Some are kept for all else.
    assert_eq!((taken(1_024), taken(0)), (704, 1));
}
