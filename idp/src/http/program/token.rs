//! `/token`.

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::Response;

use crate::http::extract::call::Call;
use crate::http::extract::form::form;
use crate::http::respond::json::{json, oauth_error};
use crate::http::respond::program::{refused, with_nonce};

/// Answers a token request.
pub(super) async fn post(call: Call, body: Bytes) -> Response {
    let form = match form(&call.visit.headers, &body) {
        Ok(form) => form,
        Err(error) => return oauth_error(&error),
    };
    let sender = call.sender("POST", "token");
    let response = match call.app.provider.token(call.credentials(&form), &sender).await {
        Ok(tokens) => json(StatusCode::OK, serde_json::json!(tokens).to_string().into_bytes()),
        Err(error) => refused(&error, &call),
    };
    with_nonce(response, &call)
}
