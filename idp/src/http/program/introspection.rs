//! `/introspect`.

use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::Response;

use crate::http::extract::call::Call;
use crate::http::extract::form::form;
use crate::http::respond::json::{json, oauth_error, signed};
use crate::http::respond::program::refused;
use crate::provider::resource::introspection::Introspection;

/// The media type of a signed answer
/// ([RFC 9701 section 4](https://www.rfc-editor.org/rfc/rfc9701#section-4)).
const SIGNED: &str = "application/token-introspection+jwt";

/// Answers an introspection request.
pub(super) async fn post(call: Call, body: Bytes) -> Response {
    let form = match form(&call.visit.headers, &body) {
        Ok(form) => form,
        Err(error) => return oauth_error(&error),
    };
    match call.app.provider.introspect(call.credentials(&form), accepts_signed(&call)).await {
        Ok(Introspection::Json(told)) => json(StatusCode::OK, told),
        Ok(Introspection::Jwt(told)) => signed(SIGNED, told),
        Err(error) => refused(&error, &call),
    }
}

/// Whether the request asks for a signed answer by name.
fn accepts_signed(call: &Call) -> bool {
    let accept = call.visit.headers.get_all(header::ACCEPT);
    let mut types = accept.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| {
        value.split(',').map(|range| range.split(';').next().unwrap_or_default().trim())
    });
    types.any(|media_type| media_type.eq_ignore_ascii_case(SIGNED))
}
