//! The answers that programs read: JSON with `no-store`, errors in the shape of
//! [RFC 6749 section 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2).

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
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
/// ([RFC 9110 section 13.1.2](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2)); compressed
/// for those who accept that.
pub(crate) fn public_json(document: &Document, asked: &HeaderMap) -> Response {
    let compressed = document.gzip().filter(|_| accepts_gzip(asked));
    let chosen = compressed.unwrap_or_else(|| document.plain());
    let known = items(asked, header::IF_NONE_MATCH)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/") == chosen.etag);
    let mut response = match known {
        true => empty(StatusCode::NOT_MODIFIED),
        false => json(StatusCode::OK, Bytes::from_owner(Arc::clone(&chosen.bytes))),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if compressed.is_some() && !known {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if let Ok(etag) = HeaderValue::from_str(&chosen.etag) {
        headers.insert(header::ETAG, etag);
    }
    response
}

/// Whether gzip is accepted, by its name or as any coding, with a weight above 0
/// ([RFC 9110 section 12.5.3](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3)).
fn accepts_gzip(asked: &HeaderMap) -> bool {
    let weight_of = |name: &str| {
        items(asked, header::ACCEPT_ENCODING).find_map(|item| {
            let (coding, weight) = item.split_once(';').unwrap_or((item, ""));
            let weight = weight.trim().trim_start_matches(['q', 'Q']).trim_start_matches('=');
            let weight = if weight.is_empty() { Ok(1.0) } else { weight.parse::<f32>() };
            coding.trim().eq_ignore_ascii_case(name).then(|| weight.unwrap_or(0.0))
        })
    };
    weight_of("gzip").or_else(|| weight_of("*")).is_some_and(|weight| weight > 0.0)
}

/// The items of a header that is a list, in all its lines.
fn items(asked: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let lines = asked.get_all(name).into_iter();
    lines.flat_map(|line| line.to_str().unwrap_or_default().split(',')).map(str::trim)
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
    use std::io::Read as _;

    use axum::body::to_bytes;
    use flate2::read::GzDecoder;

    use super::*;

    #[tokio::test]
    async fn a_public_document_is_compressed_for_those_who_accept_gzip() {
        let text = "{\"issuer\":\"https://id.example.org\"}".repeat(20);
        let document = Document::new(text.as_bytes());
        for (accepted, compressed) in [
            (None, false),
            (Some(""), false),
            (Some("gzip"), true),
            (Some("br, GZIP;q=0.5"), true),
            (Some("*"), true),
            (Some("gzip;q=0, *"), false),
            (Some("identity, *;q=0.0"), false),
            (Some("x-gzipped"), false),
        ] {
            let mut asked = HeaderMap::new();
            if let Some(accepted) = accepted {
                asked.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted));
            }
            let response = public_json(&document, &asked);
            let coding = response.headers().get(header::CONTENT_ENCODING);
            assert_eq!(coding.is_some_and(|coding| coding == "gzip"), compressed, "{accepted:?}");
            assert_eq!(response.headers()[header::VARY], "accept-encoding");
            let etag = response.headers()[header::ETAG].clone();
            let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            let mut read = String::new();
            match compressed {
                true => GzDecoder::new(&*body).read_to_string(&mut read).unwrap(),
                false => (&*body).read_to_string(&mut read).unwrap(),
            };
            assert_eq!(read, text);
            assert_eq!(body.len() < text.len(), compressed);
            asked.insert(header::IF_NONE_MATCH, etag);
            let again = public_json(&document, &asked);
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
            assert_eq!(again.headers().get(header::CONTENT_ENCODING), None);
        }
    }

    #[test]
    fn the_compressed_document_has_an_entity_tag_of_its_own() {
        let document = Document::new(b"{}");
        assert_ne!(document.plain().etag, document.gzip().unwrap().etag);
    }

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
