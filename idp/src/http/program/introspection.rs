//! `/introspect`.

use axum::http::{StatusCode, header};
use axum::response::Response;

use crate::http::program::caller::{Caller, ClientForm};
use crate::http::respond::json::{json, signed};
use crate::provider::resource::introspection::Introspection;

/// The media type of a signed answer
/// ([RFC 9701 section 4](https://www.rfc-editor.org/rfc/rfc9701#section-4)).
const SIGNED: &str = "application/token-introspection+jwt";

/// Answers an introspection request.
pub(super) async fn post(form: ClientForm) -> Response {
    let ClientForm { caller, .. } = &form;
    let asking = caller.app.provider.introspect(form.credentials(), accepts_signed(caller));
    match asking.await {
        Ok(Introspection::Json(answer)) => json(StatusCode::OK, answer),
        Ok(Introspection::Jwt(answer)) => signed(SIGNED, answer),
        Err(error) => caller.refused(&error),
    }
}

/// Whether the request asks for a signed answer by name.
fn accepts_signed(caller: &Caller) -> bool {
    let accept = caller.headers.get_all(header::ACCEPT);
    let mut types = accept.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| {
        value.split(',').map(|range| range.split(';').next().unwrap_or_default().trim())
    });
    types.any(|media_type| media_type.eq_ignore_ascii_case(SIGNED))
}
