//! Forms and queries, with doubled parameters refused
//! ([RFC 6749 section 3.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1)).

use axum::body::Bytes;
use axum::http::{HeaderMap, Uri, header};

use crate::oauth::error::Error;
use crate::oauth::parameters::Parameters;

/// The pairs of the query.
pub(crate) fn query(uri: &Uri) -> Result<Parameters, Error> {
    Parameters::parse_query(uri.query().unwrap_or_default())
}

/// The pairs of a form body; any other body is refused, an empty one is an empty form.
pub(crate) fn form(headers: &HeaderMap, body: &Bytes) -> Result<Parameters, Error> {
    if !body.is_empty() && !is_form(headers) {
        return Err(Error::invalid_request(
            "the body must be sent as application/x-www-form-urlencoded",
        ));
    }
    Parameters::parse_form(body)
}

/// Whether the body says that it is a form.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|content_type| {
        let essence = content_type.split(';').next().unwrap_or_default();
        essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}
