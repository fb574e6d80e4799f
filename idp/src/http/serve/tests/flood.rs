//! Hundreds of connections that say nothing, to each kind of listener.

use tokio::net::TcpStream;

use super::*;

/// More than any listener of these tests has room for.
const SILENT: usize = 300;

/// Each kind of listener, with little room and time.
fn listeners(folder: &Path, patience: Patience, all: usize) -> Vec<(&'static str, Service)> {
    let (tls, mtls) = settings(folder, None);
    let secure = Renewable::new(server_config(&tls, None).unwrap());
    let mutual = Mutual::new(&tls, &mtls, clock()).unwrap();
    let routes = || Router::new().route("/", get(|| async { "nothing" }));
    [
        ("plain", Transport::Plain),
        ("TLS", Transport::Tls(secure)),
        ("client certificates", Transport::Mutual(mutual)),
    ]
    .map(|(name, transport)| {
        let room = Room { all, per_network: all };
        (name, Service { patience, room, ..service(transport, routes()) })
    })
    .into()
}

async fn silent(place: SocketAddr) -> Vec<TcpStream> {
    let mut open = Vec::with_capacity(SILENT);
    for _ in 0..SILENT {
        open.push(TcpStream::connect(place).await.unwrap());
    }
    open
}

/// What the page says, over whatever the listener speaks.
async fn page(name: &str, place: SocketAddr) -> String {
    if name != "plain" {
        return said(place, None).await.unwrap();
    }
    let mut stream = TcpStream::connect(place).await.unwrap();
    let request = b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.rsplit("\r\n").next().unwrap().to_owned()
}

#[tokio::test]
async fn a_listener_that_is_full_of_silent_connections_still_answers() {
    let folder = tempfile::tempdir().unwrap();
    for (name, service) in listeners(folder.path(), PATIENCE, 20) {
        let (place, _stop) = start(service);
        let open = silent(place).await;
        assert_eq!(page(name, place).await, "nothing", "{name}");
        // All but those there is room for were closed, the oldest first.
        for mut silent in open.into_iter().take(SILENT - 20) {
            assert_eq!(silent.read(&mut [0; 1]).await.unwrap_or_default(), 0, "{name}");
        }
    }
}

#[tokio::test]
async fn silent_connections_are_closed_after_a_timeout_below_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let soon = Duration::from_millis(100);
    let patience = Patience { handshake: soon, first: soon, ..PATIENCE };
    for (name, service) in listeners(folder.path(), patience, 1_000) {
        let (place, _stop) = start(service);
        for mut silent in silent(place).await {
            assert_eq!(silent.read(&mut [0; 1]).await.unwrap_or_default(), 0, "{name}");
        }
    }
}

#[tokio::test]
async fn a_connection_silent_after_the_tls_handshake_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let patience = Patience { first: Duration::from_millis(100), ..PATIENCE };
    for (name, service) in listeners(folder.path(), patience, 1_000) {
        if name == "plain" {
            continue;
        }
        let (place, _stop) = start(service);
        let mut stream = handshake(place, None).await;
        let mut answer = Vec::new();
        let _broken = stream.read_to_end(&mut answer).await;
        assert!(answer.is_empty(), "{name}");
    }
}
