//! Redirects. Always 303, so that a form with a password is never sent on
//! ([RFC 9700 section 4.12](https://www.rfc-editor.org/rfc/rfc9700#section-4.12)).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::http::extract::cookies::{Change, Cookies};

/// A redirect to an address that the provider made or found registered.
pub(crate) fn see_other(location: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    match HeaderValue::from_str(location) {
        Ok(location) => {
            response.headers_mut().insert(header::LOCATION, location);
            response
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Has the browser go on from a page by itself, after so many seconds.
pub(crate) fn refreshed(mut response: Response, seconds: u32, location: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(&format!("{seconds}; url={location}")) {
        response.headers_mut().insert(header::REFRESH, value);
    }
    response
}

/// Adds cookies to a response.
pub(crate) fn with_cookies(
    mut response: Response,
    cookies: Cookies,
    set: &[Change<'_>],
) -> Response {
    for change in set {
        if let Ok(value) = HeaderValue::from_str(&cookies.set(change)) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}
