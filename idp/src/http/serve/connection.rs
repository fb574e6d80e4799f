//! One connection, from its first byte to its end: no silence and no slowness of the other side
//! keeps it open for ever.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response, header};
use futures_util::future::BoxFuture;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::Instant;
use tower::ServiceExt as _;

use crate::http::serve::activity::{Activity, Due, Patience, UnderWay};
use crate::oauth::mutual_tls::Presented;

/// Bytes of all headers together; a `state` of a thousand characters fits many times.
const HEADER_BYTES: usize = 72 * 1_024;
/// Requests at once on one connection of HTTP/2.
const STREAMS: u32 = 100;
/// Seconds between two questions to the other side of HTTP/2 whether it is still there.
const PING: Duration = Duration::from_secs(30);

/// Answers the requests of one connection.
#[derive(Clone)]
pub(super) struct Answering {
    pub(super) routes: Router,
    pub(super) peer: SocketAddr,
    /// The client's certificate that the connection began with.
    pub(super) certificate: Option<Arc<Presented>>,
    pub(super) activity: Arc<Activity>,
    pub(super) patience: Patience,
}

/// Serves one connection until it ends, is idle or slow for too long, or must make way. Once `stop`
/// holds a time, the requests under way are still answered.
pub(super) async fn serve<I>(
    io: I,
    answering: Answering,
    mut stop: watch::Receiver<Option<Duration>>,
) where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (activity, patience) = (Arc::clone(&answering.activity), answering.patience);
    let builder = builder();
    let mut serving = pin!(builder.serve_connection(TokioIo::new(io), answering));
    let mut closing = None;
    loop {
        let due = activity.due(&patience, closing);
        tokio::select! {
            // How the other side ends a connection is its own business.
            _ = serving.as_mut() => return,
            () = activity.dropped() => return,
            () = activity.changed() => {}
            () = tokio::time::sleep_until(due.at()) => {
                match activity.due(&patience, closing) {
                    due if due.at() > Instant::now() => {}
                    Due::Idle(_) if closing.is_none() => {
                        serving.as_mut().graceful_shutdown();
                        closing = Some(Instant::now());
                    }
                    _ => return,
                }
            }
            _ = stop.wait_for(Option::is_some), if closing.is_none() => {
                serving.as_mut().graceful_shutdown();
                closing = Some(Instant::now());
            }
        }
    }
}

/// Time limits are those of [`Activity`]: hyper's own do not cover a connection that sends nothing.
fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(HEADER_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(HEADER_BYTES).unwrap_or(u32::MAX))
        .max_concurrent_streams(STREAMS)
        .keep_alive_interval(PING);
    builder
}

impl hyper::service::Service<Request<Incoming>> for Answering {
    type Response = Response<Answer>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(self.peer));
        if let Some(certificate) = &self.certificate {
            request.extensions_mut().insert(Arc::clone(certificate));
        }
        let under_way = self.activity.begin(self.patience.request);
        let answered = self.routes.clone().oneshot(request);
        let stream = self.patience.stream;
        Box::pin(async move {
            let response = answered.await?;
            if is_stream(&response) {
                under_way.allow(stream);
            }
            Ok(response.map(|body| Answer { body, _under_way: under_way }))
        })
    }
}

/// Whether an answer is a stream of events, which takes as long as there are events.
fn is_stream(response: &Response<Body>) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE);
    content_type.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}

/// The body of an answer. Its request is under way until the whole of it was taken.
pub(super) struct Answer {
    body: Body,
    _under_way: UnderWay,
}

impl hyper::body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
