//! The client against servers that mean it ill.

#![expect(clippy::disallowed_methods, reason = "a test starts the servers it talks to")]
use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;

const JSON: &str = "application/json";

/// A server that gives one answer to everybody and keeps what it was asked.
struct Server {
    place: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    connected: Arc<AtomicUsize>,
    /// The authority that signed its certificate.
    authority: tempfile::NamedTempFile,
}

#[derive(Clone)]
enum Answer {
    Text(String),
    /// Sends a head and then a byte now and then, for ever.
    Trickle,
    Nothing,
}

impl Server {
    async fn start(name: &str, answer: Answer) -> Self {
        let (authority, config) = certified(name);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let place = listener.local_addr().unwrap();
        let (asked, connected) = (Arc::default(), Arc::new(AtomicUsize::new(0)));
        let server = Self { place, asked, connected, authority };
        let acceptor = TlsAcceptor::from(config);
        let (asked, connected) = (Arc::clone(&server.asked), Arc::clone(&server.connected));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connected.fetch_add(1, Ordering::Relaxed);
                let (acceptor, asked, answer) =
                    (acceptor.clone(), Arc::clone(&asked), answer.clone());
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        speak(stream, &asked, answer).await;
                    }
                });
            }
        });
        server
    }

    async fn says(text: &str) -> Self {
        Self::start("localhost", Answer::Text(text.to_owned())).await
    }

    fn url(&self, path: &str) -> Url {
        format!("https://localhost:{}{path}", self.place.port()).parse().unwrap()
    }

    /// Trusts this server, and may reach it.
    fn friend(&self) -> Fetch {
        Fetch::new(&self.outbound()).unwrap()
    }

    fn outbound(&self) -> Outbound {
        Outbound {
            extra_ca_file: Some(self.authority.path().to_owned()),
            allow_private_networks: true,
            timeout_seconds: 5,
        }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn certified(name: &str) -> (tempfile::NamedTempFile, Arc<rustls::ServerConfig>) {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(authority.pem().as_bytes()).unwrap();
    let private = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)
        .unwrap();
    (file, Arc::new(config))
}

async fn speak(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    asked: &Mutex<Vec<String>>,
    answer: Answer,
) {
    let mut request = Vec::new();
    let mut buffer = [0; 4_096];
    while !request.windows(4).any(|four| four == b"\r\n\r\n") {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(read) => request.extend_from_slice(&buffer[..read]),
        }
    }
    asked.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
    match answer {
        Answer::Text(text) => {
            let _ = stream.write_all(text.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        Answer::Trickle => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            while stream.write_all(b" ").await.is_ok() {
                let _ = stream.flush().await;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Answer::Nothing => tokio::time::sleep(Duration::from_secs(60)).await,
    }
}

fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {JSON}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn a_document_is_fetched_without_cookies_and_without_content_encoding() {
    let server = Server::says(&ok("{\"keys\":[]}")).await;
    let fetched =
        server.friend().get(Purpose::Keys, &server.url("/jwks?a=b#part"), JSON, 11).await.unwrap();
    let body = b"{\"keys\":[]}".to_vec();
    assert_eq!(fetched, Fetched { status: 200, content_type: JSON.to_owned(), body });
    let asked = server.asked().concat().to_lowercase();
    assert!(asked.starts_with("get /jwks?a=b http/1.1"), "{asked}");
    assert!(asked.contains("accept: application/json\r\n"), "{asked}");
    assert!(asked.contains("accept-encoding: identity\r\n"), "{asked}");
    for absent in ["cookie:", "authorization:", "referer:", "user-agent:"] {
        assert!(!asked.contains(absent), "{asked}");
    }
}

#[tokio::test]
async fn a_form_is_posted_and_the_response_status_returned() {
    let server = Server::says("HTTP/1.1 400 Bad\r\ncontent-length: 0\r\n\r\n").await;
    let fields = [("logout_token", "a b&c")];
    assert_eq!(
        server.friend().post_form(Purpose::Logouts, &server.url("/out"), &fields).await,
        Ok(400)
    );
    let asked = server.asked().concat();
    assert!(asked.contains("application/x-www-form-urlencoded"), "{asked}");
}

#[tokio::test]
async fn a_redirect_response_is_returned_and_not_followed() {
    let text =
        "HTTP/1.1 302 Found\r\nlocation: /other\r\nset-cookie: a=b\r\ncontent-length: 0\r\n\r\n";
    let server = Server::says(text).await;
    let fetch = server.friend();
    for _ in 0..2 {
        assert_eq!(fetch.get(Purpose::Keys, &server.url("/"), JSON, 9).await.unwrap().status, 302);
    }
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    assert!(!asked.concat().to_lowercase().contains("cookie"));
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_given_up_announced_or_not() {
    let chunked =
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n";
    for text in [ok("abcdef").as_str(), "HTTP/1.1 200 OK\r\n\r\nabcdef", chunked] {
        let server = Server::says(text).await;
        let fetch = server.friend();
        assert_eq!(
            fetch.get(Purpose::Keys, &server.url("/"), JSON, 5).await,
            Err(Error::TooLarge),
            "{text}"
        );
        assert_eq!(
            fetch.get(Purpose::Keys, &server.url("/"), JSON, 6).await.unwrap().body,
            b"abcdef",
            "{text}"
        );
    }
    let endless = Server::start("localhost", Answer::Trickle).await;
    assert_eq!(
        endless.friend().get(Purpose::Keys, &endless.url("/"), JSON, 3).await,
        Err(Error::TooLarge)
    );
}

#[tokio::test]
async fn the_time_limit_is_for_the_whole_exchange() {
    for answer in [Answer::Trickle, Answer::Nothing] {
        let server = Server::start("localhost", answer).await;
        let mut fetch = server.friend();
        fetch.patience = Duration::from_millis(300);
        assert_eq!(
            fetch.get(Purpose::Keys, &server.url("/"), JSON, 1_000_000).await,
            Err(Error::TimedOut)
        );
    }
}

#[tokio::test]
async fn a_fetch_without_a_free_place_is_busy_and_sends_no_request() {
    let server = Server::start("localhost", Answer::Nothing).await;
    let mut fetch = server.friend();
    fetch.patience = Duration::from_millis(600);
    let url = server.url("/");
    let calls = (0..6).map(|_| fetch.get(Purpose::Keys, &url, JSON, 9));
    let mut ends = futures_util::future::join_all(calls).await;
    ends.sort_by_key(|end| *end == Err(Error::Busy));
    assert_eq!(ends[..4], vec![Err(Error::TimedOut); 4]);
    assert_eq!(ends[4..], vec![Err(Error::Busy); 2]);
    assert_eq!(server.connected.load(Ordering::Relaxed), 4);
}

#[tokio::test]
async fn a_server_certificate_must_be_trusted_and_match_the_host_name() {
    let server = Server::says(&ok("")).await;
    let stranger = Outbound { extra_ca_file: None, ..server.outbound() };
    let fetch = Fetch::new(&stranger).unwrap();
    assert_eq!(fetch.get(Purpose::Keys, &server.url("/"), JSON, 9).await, Err(Error::Tls));
    let other = Server::start("other.example", Answer::Text(ok(""))).await;
    assert_eq!(other.friend().get(Purpose::Keys, &other.url("/"), JSON, 9).await, Err(Error::Tls));
    assert_eq!((server.asked().len(), other.asked().len()), (0, 0));
}

#[tokio::test]
async fn private_addresses_are_refused_by_default_however_they_are_written() {
    let server = Server::says(&ok("")).await;
    let fetch =
        Fetch::new(&Outbound { allow_private_networks: false, ..server.outbound() }).unwrap();
    for host in [
        "localhost",
        "127.0.0.1",
        "127.1",
        "0x7f000001",
        "2130706433",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "10.0.0.1",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "0.0.0.0",
        "[::]",
    ] {
        let url = format!("https://{host}:{}/", server.place.port()).parse().unwrap();
        assert_eq!(fetch.get(Purpose::Keys, &url, JSON, 9).await, Err(Error::Address), "{host}");
        assert_eq!(
            fetch.post_form(Purpose::Logouts, &url, &[]).await,
            Err(Error::Address),
            "{host}"
        );
    }
    assert_eq!(server.connected.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn metadata_services_stay_refused_when_private_networks_are_allowed() {
    let fetch = Server::says(&ok("")).await.friend();
    for host in ["169.254.169.254", "100.100.100.200", "[fd00:ec2::254]", "[fe80::1]", "0.0.0.0"] {
        let url = format!("https://{host}/").parse().unwrap();
        assert_eq!(fetch.get(Purpose::Keys, &url, JSON, 9).await, Err(Error::Address), "{host}");
    }
}

#[tokio::test]
async fn after_dns_rebinding_the_address_connected_to_is_checked() {
    let server = Server::start("rebind.example", Answer::Text(ok("secret"))).await;
    let url: Url = format!("https://rebind.example:{}/", server.place.port()).parse().unwrap();
    let local: IpAddr = [127, 0, 0, 1].into();
    let public: IpAddr = [9, 9, 9, 9].into();
    let outbound = Outbound { allow_private_networks: false, ..server.outbound() };
    // Whatever a first look-up would have said, this one is what counts; one bad address among
    // good ones is enough.
    for answers in [vec![vec![local]], vec![vec![local, public]], vec![vec![public, local]]] {
        let names = Names::Scripted(Arc::new(Mutex::new(answers)));
        let fetch = Fetch::with_names(&outbound, names).unwrap();
        assert_eq!(fetch.get(Purpose::Keys, &url, JSON, 9).await, Err(Error::Address));
    }
    assert_eq!(server.connected.load(Ordering::Relaxed), 0);
    // Each call looks up again, since no connection is kept.
    let names = Names::Scripted(Arc::new(Mutex::new(vec![vec![local], vec![[0; 4].into()]])));
    let fetch = Fetch::with_names(&server.outbound(), names).unwrap();
    assert_eq!(fetch.get(Purpose::Keys, &url, JSON, 9).await.unwrap().body, b"secret");
    assert_eq!(fetch.get(Purpose::Keys, &url, JSON, 9).await, Err(Error::Address));
    assert_eq!(server.connected.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn localhost_must_resolve_to_a_loopback_address() {
    let server = Server::says(&ok("")).await;
    let names = Names::Scripted(Arc::new(Mutex::new(vec![vec![[10, 0, 0, 1].into()]])));
    let fetch = Fetch::with_names(&server.outbound(), names).unwrap();
    assert_eq!(fetch.get(Purpose::Keys, &server.url("/"), JSON, 9).await, Err(Error::Address));
}

#[tokio::test]
async fn only_https_is_allowed_except_http_to_localhost_by_setting() {
    let server = Server::says(&ok("")).await;
    let (friend, default) = (server.friend(), Fetch::new(&Outbound::default()).unwrap());
    for url in [
        "http://example.com/",
        "http://10.0.0.1/",
        "ftp://localhost/",
        "file:///etc/passwd",
        "data:,x",
    ] {
        let url: Url = url.parse().unwrap();
        assert_eq!(friend.get(Purpose::Keys, &url, JSON, 9).await, Err(Error::Url), "{url}");
    }
    for url in
        ["https://user@localhost/", "https://user:word@localhost/", "https://:word@localhost/"]
    {
        let url: Url = url.parse().unwrap();
        assert_eq!(friend.get(Purpose::Keys, &url, JSON, 9).await, Err(Error::Url), "{url}");
    }
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: Url = format!("http://{}/", plain.local_addr().unwrap()).parse().unwrap();
    assert_eq!(default.get(Purpose::Keys, &url, JSON, 9).await, Err(Error::Url));
    tokio::spawn(async move {
        let (stream, _) = plain.accept().await.unwrap();
        speak(stream, &Mutex::default(), Answer::Text(ok("plain"))).await;
    });
    assert_eq!(friend.get(Purpose::Keys, &url, JSON, 9).await.unwrap().body, b"plain");
}

#[tokio::test]
async fn a_response_that_is_not_http_encoded_or_truncated_is_an_error() {
    let encoded = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc";
    let broken = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc";
    for text in ["SSH-2.0-x\r\n\r\n", encoded, broken] {
        let server = Server::says(text).await;
        let got = server.friend().get(Purpose::Keys, &server.url("/"), JSON, 99).await;
        assert_eq!(got, Err(Error::Answer), "{text}");
    }
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let server = Server::says("").await;
    let url: Url = format!("https://localhost:{}/", closed.port()).parse().unwrap();
    assert_eq!(server.friend().get(Purpose::Keys, &url, JSON, 9).await, Err(Error::Unreachable));
}

#[test]
fn an_unusable_extra_ca_file_is_named() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"no certificate").unwrap();
    for path in ["/nowhere".into(), file.path().to_owned()] {
        let outbound = Outbound { extra_ca_file: Some(path), ..Outbound::default() };
        let error = Fetch::new(&outbound).unwrap_err();
        assert!(error.starts_with("outbound.extra_ca_file: /"), "{error}");
    }
}
