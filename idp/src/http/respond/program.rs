//! What every endpoint of programs adds to its answers.

use axum::http::HeaderValue;
use axum::response::Response;

use crate::http::extract::call::Call;
use crate::http::respond::fault;
use crate::http::respond::json::oauth_error;
use crate::provider::token::TokenError;

/// Why an endpoint of programs did not do as it was asked.
pub(crate) fn refused(error: &TokenError, call: &Call) -> Response {
    match error {
        TokenError::Refused(error) => oauth_error(error),
        TokenError::Fault(fault) => fault::to_program(fault, call.request_id.as_str()),
    }
}

/// With the nonce for the next proof, if the request held a proof and proofs must hold nonces
/// ([RFC 9449 section 8](https://www.rfc-editor.org/rfc/rfc9449#section-8)).
pub(crate) fn with_nonce(mut response: Response, call: &Call) -> Response {
    if call.visit.headers.contains_key("dpop")
        && let Some(nonce) = call.app.provider.dpop_nonce(call.visit.visitor.now)
        && let Ok(nonce) = HeaderValue::from_str(&nonce)
    {
        response.headers_mut().insert("dpop-nonce", nonce);
    }
    response
}
