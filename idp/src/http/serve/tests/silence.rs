//! How long one connection is waited for, told in time that does not really pass.

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::routing::post;
use futures_util::stream;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::DuplexStream;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::*;
use crate::http::serve::activity::Activity;
use crate::http::serve::connection::{self, Answering};
use crate::http::serve::connections::Connections;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const LIMITS: Patience = Patience {
    handshake: seconds(5),
    first: seconds(10),
    idle: seconds(75),
    request: seconds(60),
    stream: seconds(900),
    close: seconds(2),
};

/// A page, a form whose whole body is read, a long answer, and events every half minute.
fn routes() -> Router {
    let events = stream::unfold((), |()| async {
        tokio::time::sleep(seconds(30)).await;
        Some((Ok::<_, std::io::Error>(Bytes::from_static(b"data: x\n\n")), ()))
    });
    let events = Arc::new(std::sync::Mutex::new(Some(Body::from_stream(Box::pin(events)))));
    let events = move || {
        let body = events.lock().unwrap().take().unwrap_or_default();
        async move { ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response() }
    };
    Router::new()
        .route("/", get(|| async { "page" }))
        .route("/form", post(|body: Bytes| async move { body.len().to_string() }))
        .route("/whole", get(|| async { vec![b'x'; 1 << 20] }))
        .route(
            "/parts",
            get(|| async {
                let part = || Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; 1 << 10]));
                Body::from_stream(stream::iter((0..1_024).map(move |_| part())))
            }),
        )
        .route("/events", get(events))
}

/// The other side of a connection that is served.
struct Conversation {
    io: DuplexStream,
    server: JoinHandle<()>,
    began: Instant,
    stop: watch::Sender<Option<Duration>>,
}

fn begin_in(connections: &Connections) -> Conversation {
    let (io, ours) = tokio::io::duplex(4_096);
    let answering = Answering {
        routes: routes(),
        peer: ([127, 0, 0, 1], 1).into(),
        certificate: None,
        activity: Arc::new(Activity::new(connections.admit(None).unwrap())),
        patience: LIMITS,
    };
    let (stop, stopped) = watch::channel(None);
    let server = tokio::spawn(connection::serve(ours, answering, stopped));
    Conversation { io, server, began: Instant::now(), stop }
}

fn begin() -> Conversation {
    begin_in(&Connections::new(Room { all: 9, per_network: 9 }))
}

impl Conversation {
    async fn send(&mut self, text: &str) {
        self.io.write_all(text.as_bytes()).await.unwrap();
    }

    /// Reads until the text comes.
    async fn read_until(&mut self, text: &str) {
        let mut read = Vec::new();
        while !String::from_utf8_lossy(&read).contains(text) {
            let byte = self.io.read_u8().await.unwrap();
            read.push(byte);
        }
    }

    /// Reads all that still comes; then whole seconds since the beginning.
    async fn end(mut self) -> u64 {
        let mut rest = Vec::new();
        let _broken = self.io.read_to_end(&mut rest).await;
        self.server.await.unwrap();
        self.began.elapsed().as_secs()
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_a_complete_first_request_is_closed_after_its_timeout() {
    for sent in [
        "",
        "G",
        "GET / HTTP/1.1\r\nhost: a\r\nx: ",
        "PRI * HTTP/2.0\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let mut conversation = begin();
        conversation.send(sent).await;
        let end = conversation.end().await;
        assert!((10..=12).contains(&end), "{sent:?} ended after {end} s");
    }
}

#[tokio::test(start_paused = true)]
async fn headers_sent_byte_by_byte_do_not_extend_the_timeout() {
    let Conversation { io, server, began, stop: _stop } = begin();
    let (_reading, mut writing) = tokio::io::split(io);
    let slow = tokio::spawn(async move {
        while writing.write_all(b"G").await.is_ok() {
            tokio::time::sleep(seconds(1)).await;
        }
    });
    server.await.unwrap();
    assert!((10..=12).contains(&began.elapsed().as_secs()));
    slow.abort();
}

#[tokio::test(start_paused = true)]
async fn an_idle_http_1_1_connection_is_reused_and_closed_after_the_idle_timeout() {
    let mut conversation = begin();
    for _ in 0..3 {
        conversation.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
        conversation.read_until("page").await;
        tokio::time::sleep(seconds(70)).await;
    }
    let end = conversation.end().await;
    assert!((215..=218).contains(&end), "{end}");
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_of_http_2_is_closed_although_it_answers_pings() {
    let Conversation { io, server, began, stop: _stop } = begin();
    let (mut sender, client) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(io))
            .await
            .unwrap();
    let client = tokio::spawn(client);
    for _ in 0..2 {
        let request = axum::http::Request::get("http://a/").body(Body::empty()).unwrap();
        assert_eq!(sender.send_request(request).await.unwrap().status(), 200);
        tokio::time::sleep(seconds(60)).await;
    }
    client.await.unwrap().unwrap();
    server.await.unwrap();
    let end = began.elapsed().as_secs();
    assert!((135..=138).contains(&end), "{end}");
}

#[tokio::test(start_paused = true)]
async fn a_body_sent_byte_by_byte_ends_with_the_request_timeout() {
    let mut conversation = begin();
    conversation.send("POST /form HTTP/1.1\r\nhost: a\r\ncontent-length: 999\r\n\r\n").await;
    let Conversation { io, server, began, stop: _stop } = conversation;
    let (_reading, mut writing) = tokio::io::split(io);
    let slow = tokio::spawn(async move {
        while writing.write_all(b"x").await.is_ok() {
            tokio::time::sleep(seconds(5)).await;
        }
    });
    server.await.unwrap();
    assert_eq!(began.elapsed().as_secs(), 60);
    slow.abort();
}

#[tokio::test(start_paused = true)]
async fn an_unread_response_ends_with_the_request_timeout_or_idle_timeout() {
    for (path, end) in [("parts", 60), ("whole", 77)] {
        let mut conversation = begin();
        conversation.send(&format!("GET /{path} HTTP/1.1\r\nhost: a\r\n\r\n")).await;
        conversation.read_until("HTTP/1.1 200").await;
        conversation.server.await.unwrap();
        assert_eq!(conversation.began.elapsed().as_secs(), end, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_stream_is_not_idle_and_has_its_own_timeout() {
    let mut conversation = begin();
    conversation.send("GET /events HTTP/1.1\r\nhost: a\r\n\r\n").await;
    for _ in 0..20 {
        conversation.read_until("data: x").await;
    }
    assert_eq!(conversation.began.elapsed().as_secs(), 600);
    assert_eq!(conversation.end().await, 900);
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_closed_for_a_new_one_and_a_served_one_is_not() {
    let connections = Connections::new(Room { all: 2, per_network: 9 });
    let mut served = begin_in(&connections);
    served.send("GET /events HTTP/1.1\r\nhost: a\r\n\r\n").await;
    served.read_until("200").await;
    let idle = begin_in(&connections);
    let newer = begin_in(&connections);
    assert_eq!(idle.end().await, 0);
    served.read_until("data: x").await;
    drop(newer);
}

#[tokio::test(start_paused = true)]
async fn a_connection_finishes_the_current_request_on_shutdown_and_closes() {
    let mut conversation = begin();
    conversation.send("POST /form HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nab").await;
    tokio::time::sleep(seconds(5)).await;
    conversation.stop.send_replace(Some(seconds(20)));
    tokio::time::sleep(seconds(5)).await;
    conversation.send("c").await;
    conversation.read_until("\r\n\r\n3").await;
    assert_eq!(conversation.end().await, 10);
    let idle = begin();
    idle.stop.send_replace(Some(seconds(20)));
    assert_eq!(idle.end().await, 0);
}
