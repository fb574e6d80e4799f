//! What every request passes, in one place: id, log and measures, security headers, panic guard,
//! size, time.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use tower_http::cors::{Any as AnyOrigin, CorsLayer};
use tower_http::timeout::TimeoutLayer;

use crate::app::App;
use crate::http::extract::request_id::RequestId;
use crate::http::respond::fault::RETRY_AFTER;
use crate::http::respond::json::bearer_error;
use crate::oauth::bearer::www_authenticate;
use crate::oauth::error::Error;

/// Ties an answer to its request, across the two parties' logs.
const INTERACTION_ID: HeaderName = HeaderName::from_static("x-fapi-interaction-id");
/// A proof, and what the next one must hold
/// ([RFC 9449 section 8](https://www.rfc-editor.org/rfc/rfc9449#section-8)).
const DPOP: HeaderName = HeaderName::from_static("dpop");
const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Marks a response that pages of other sites may show in a frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frameable;

/// Wraps all routes.
pub(super) fn around(routes: Router<App>, app: &App) -> Router<App> {
    routes
        .layer(DefaultBodyLimit::max(app.limits.body_bytes))
        .layer(from_fn_with_state(app.clone(), answer))
}

/// Gives up on requests that take too long.
pub(super) fn timed(routes: Router<App>, app: &App) -> Router<App> {
    let limit = Duration::from_secs(app.limits.request_seconds);
    routes.layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, limit))
}

/// Endpoints for programs may be called by programs that run in a browser; they take no cookies.
pub(super) fn cross_origin() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AnyOrigin)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, DPOP, INTERACTION_ID])
        .expose_headers([header::WWW_AUTHENTICATE, header::RETRY_AFTER, DPOP_NONCE, INTERACTION_ID])
        .max_age(Duration::from_secs(3_600))
}

/// Refuses a request with several `Authorization` headers, or one that cannot be read: who reads
/// the first and who reads the last would take it for different callers
/// ([RFC 9110 section 5.3](https://www.rfc-editor.org/rfc/rfc9110#section-5.3),
/// [RFC 6749 section 2.3](https://www.rfc-editor.org/rfc/rfc6749#section-2.3)).
pub(super) async fn one_authorization(request: Request, next: Next) -> Response {
    let mut headers = request.headers().get_all(header::AUTHORIZATION).iter();
    let readable = headers.next().is_none_or(|only| only.to_str().is_ok());
    if readable && headers.next().is_none() {
        return next.run(request).await;
    }
    let error = Error::invalid_request(
        "there must be one Authorization header, of printable ASCII characters",
    );
    bearer_error(Some(&error), &www_authenticate(None, Some(&error)))
}

/// Keeps the tie between a window that an application opened for a login and the window that
/// opened it, through which the login's end is sent: any value but `unsafe-none`, on any page on
/// the way, cuts it, `same-origin-allow-popups` too, which keeps only the windows that a page opens
/// ([HTML section 7.1.3](https://html.spec.whatwg.org/multipage/browsers.html#cross-origin-opener-policies)).
/// What an opener can do with the tie, frames have always been refused: it sees nothing of the
/// page; it can close it or lead it elsewhere, as it could before the page came.
pub(super) async fn keep_opener(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let value = HeaderValue::from_static("unsafe-none");
    response.headers_mut().insert(OPENER_POLICY, value);
    response
}

/// What every answer has: an id, a log line and a measure; security headers; and a status, though
/// its handler panicked. The line holds the route's pattern, never the address: addresses hold links
/// and requests.
async fn answer(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let now = app.provider.clock().now();
    let id = app.entropy.id(now);
    let method = method_name(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    request.extensions_mut().insert(now);
    request.extensions_mut().insert(RequestId::new(id.clone()));
    let mut response = catch_panic(next.run(request)).await;
    add_headers(&mut response, app.https);
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let (status, took) = (response.status().as_u16(), began.elapsed());
    app.measures.request(route, method, status, took);
    let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    tracing::info!(request_id = id, method, route, status, microseconds, "answered a request");
    response
}

/// A handler that panics costs its own request, and nothing else.
async fn catch_panic(handling: impl Future<Output = Response>) -> Response {
    AssertUnwindSafe(handling).catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!("a handler panicked");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}

/// The name under which a method is logged and counted. Any token is a method
/// ([RFC 9110 section 9.1](https://www.rfc-editor.org/rfc/rfc9110#section-9.1)): strangers' own
/// would each be kept as a measure of its own.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Sends the client's `x-fapi-interaction-id` back, or one of our own when it has sent no UUID
/// ([FAPI 1.0 Part 1 section 6.2.1](https://openid.net/specs/openid-financial-api-part-1-1_0.html#section-6.2.1)).
pub(super) async fn interaction_id(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Response {
    let sent = request.headers().get(INTERACTION_ID).filter(|id| is_uuid(id.as_bytes())).cloned();
    let mut response = next.run(request).await;
    let own = || HeaderValue::from_str(&uuid(app.entropy.bytes())).ok();
    if let Some(id) = sent.or_else(own) {
        response.headers_mut().insert(INTERACTION_ID, id);
    }
    response
}

/// The text form of [RFC 9562 section 4](https://www.rfc-editor.org/rfc/rfc9562#section-4).
fn is_uuid(text: &[u8]) -> bool {
    let hyphens = [8, 13, 18, 23];
    let fits = |(at, byte): (usize, &u8)| match hyphens.contains(&at) {
        true => *byte == b'-',
        false => byte.is_ascii_hexdigit(),
    };
    text.len() == 36 && text.iter().enumerate().all(fits)
}

/// A UUID of random bytes
/// ([RFC 9562 section 5.4](https://www.rfc-editor.org/rfc/rfc9562#section-5.4)).
fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let text = data_encoding::HEXLOWER.encode(&bytes);
    [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]].join("-")
}

/// Headers that every answer carries, unless its handler has set them.
fn add_headers(response: &mut Response, https: bool) {
    let status = response.status();
    let framed = response.extensions_mut().remove::<Frameable>().is_some();
    let headers = response.headers_mut();
    headers.reserve(12);
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (OPENER_POLICY, "same-origin"),
        (PERMISSIONS_POLICY, "camera=(), geolocation=(), microphone=()"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if !framed {
        headers.entry(header::X_FRAME_OPTIONS).or_insert(HeaderValue::from_static("DENY"));
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.entry(header::RETRY_AFTER).or_insert(HeaderValue::from(RETRY_AFTER));
    }
    if https {
        let two_years = HeaderValue::from_static("max-age=63072000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, two_years);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_handler_that_panics_is_answered_with_an_internal_server_error() {
        let panicking = async { panic!("on purpose") };
        assert_eq!(catch_panic(panicking).await.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let answering = async { StatusCode::NO_CONTENT.into_response() };
        assert_eq!(catch_panic(answering).await.status(), StatusCode::NO_CONTENT);
    }

    #[test]
    fn rfc_9562_section_4_a_uuid_is_recognised_by_its_form() {
        assert_eq!(uuid([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        for (text, good) in [
            (uuid([0; 16]).as_str(), true),
            ("C770AEF3-6784-41F7-8E0E-FF5F97BDDB3A", true),
            ("c770aef3-6784-41f7-8e0e-ff5f97bddb3", false),
            ("c770aef3-6784-41f7-8e0e-ff5f97bddb3g", false),
            ("c770aef3678441f78e0eff5f97bddb3a----", false),
            ("", false),
        ] {
            assert_eq!(is_uuid(text.as_bytes()), good, "{text}");
        }
    }
}
