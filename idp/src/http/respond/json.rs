//! The answers that programs read: JSON with `no-store`, errors in the shape of
//! [RFC 6749 section 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2).

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::oauth::error::{Error, ErrorCode};
use crate::provider::discovery::Document;

/// A JSON document.
pub(crate) fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// An answer that says nothing: no text is no JSON
/// ([RFC 8259 section 2](https://www.rfc-editor.org/rfc/rfc8259#section-2)).
pub(crate) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// A JSON document that anyone may keep for a while, unless it is known already
/// ([RFC 9110 section 13.1.2](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2)).
pub(crate) fn public_json(document: &Document, asked: &HeaderMap) -> Response {
    let known = asked.get_all(header::IF_NONE_MATCH).iter().any(|tags| {
        let mut tags = tags.to_str().unwrap_or_default().split(',').map(str::trim);
        tags.any(|tag| tag == "*" || tag.trim_start_matches("W/") == document.etag())
    });
    let mut response = match known {
        true => empty(StatusCode::NOT_MODIFIED),
        false => json(StatusCode::OK, Bytes::from_owner(document.json())),
    };
    let hour = HeaderValue::from_static("public, max-age=3600");
    response.headers_mut().insert(header::CACHE_CONTROL, hour);
    if let Ok(etag) = HeaderValue::from_str(document.etag()) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}

/// An error of the token endpoint: 401 with a challenge for `invalid_client`, else 400.
pub(crate) fn oauth_error(error: &Error) -> Response {
    let status = match error.code {
        ErrorCode::InvalidClient => StatusCode::UNAUTHORIZED,
        _ => StatusCode::BAD_REQUEST,
    };
    let mut response = json(status, serde_json::json!(error).to_string().into_bytes());
    if status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Basic realm=\"token\", charset=\"UTF-8\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// A signed document of that type, for programs.
pub(crate) fn signed(media_type: &'static str, text: String) -> Response {
    let mut response = json(StatusCode::OK, text.into_bytes());
    let media_type = HeaderValue::from_static(media_type);
    response.headers_mut().insert(header::CONTENT_TYPE, media_type);
    response
}

/// An error of a protected resource
/// ([RFC 6750 section 3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)).
pub(crate) fn bearer_error(error: Option<&Error>, challenges: &[String]) -> Response {
    let status = match error.map(|error| error.code) {
        Some(ErrorCode::InvalidRequest) => StatusCode::BAD_REQUEST,
        Some(ErrorCode::InsufficientScope) => StatusCode::FORBIDDEN,
        _ => StatusCode::UNAUTHORIZED,
    };
    let mut response = match error {
        Some(error) => json(status, serde_json::json!(error).to_string().into_bytes()),
        None => empty(status),
    };
    for challenge in challenges {
        if let Ok(challenge) = HeaderValue::from_str(challenge) {
            response.headers_mut().append(header::WWW_AUTHENTICATE, challenge);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_6750_section_3_1_a_response_without_error_has_no_content_type() {
        let error_sent = Error::new(ErrorCode::InvalidToken, "the access token is unknown");
        for (error, kind) in [(None, None), (Some(&error_sent), Some("application/json"))] {
            let response = bearer_error(error, &["Bearer".to_owned()]);
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
            let header = response.headers().get(header::CONTENT_TYPE);
            assert_eq!(header.map(|value| value.to_str().unwrap()), kind);
        }
    }
}
