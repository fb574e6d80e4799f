//! `/check_session`: the frame that an application's page asks whether the login state has changed.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::app::App;
use crate::http::middleware::Frameable;

/// A document with one script, the same for everyone: a cookie says who is logged in,
/// which the script reads
/// ([Session Management section 3.2](https://openid.net/specs/openid-connect-session-1_0.html#OPiframe)).
pub(super) async fn get(State(app): State<App>) -> Response {
    let script = app.pages.asset_path("check_session.js").filter(|_| app.session_management);
    let Some(script) = script else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let document = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Session</title>\
         <script src=\"{script}\"></script></html>"
    );
    let mut response = Response::new(Body::from(document));
    // Any application may show it: it tells nothing but whether a state is the present one.
    response.extensions_mut().insert(Frameable);
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; script-src 'self'"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
