//! `/par`.

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::Response;

use crate::http::extract::call::Call;
use crate::http::extract::form::form;
use crate::http::respond::fault;
use crate::http::respond::json::{json, oauth_error};
use crate::http::respond::program::with_nonce;
use crate::provider::client::client_authentication::Denied;

/// Answers a pushed authorization request
/// ([RFC 9126 section 2](https://www.rfc-editor.org/rfc/rfc9126#section-2)).
pub(super) async fn post(call: Call, body: Bytes) -> Response {
    let form = match form(&call.visit.headers, &body) {
        Ok(form) => form,
        Err(error) => return oauth_error(&error),
    };
    let sender = call.sender("POST", "par");
    let credentials = call.credentials(&form);
    let response = match call.app.provider.push_request(credentials, &sender).await {
        Ok(told) => json(StatusCode::CREATED, serde_json::json!(told).to_string().into_bytes()),
        Err(Denied::Refused(error)) => oauth_error(&error),
        Err(Denied::Fault(fault)) => fault::to_program(&fault, call.request_id.as_str()),
    };
    with_nonce(response, &call)
}
