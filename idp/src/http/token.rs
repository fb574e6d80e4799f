//! `/token`.

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::Response;

use crate::http::extract::call::Call;
use crate::http::extract::form::form;
use crate::http::respond::fault;
use crate::http::respond::json::{json, oauth_error};
use crate::provider::token::TokenError;

/// Answers a token request.
pub(super) async fn post(call: Call, body: Bytes) -> Response {
    let form = match form(&call.visit.headers, &body) {
        Ok(form) => form,
        Err(error) => return oauth_error(&error),
    };
    match call.app.provider.token(call.credentials(&form)).await {
        Ok(tokens) => json(StatusCode::OK, serde_json::json!(tokens).to_string().into_bytes()),
        Err(TokenError::Refused(error)) => oauth_error(&error),
        Err(TokenError::Fault(fault)) => fault::to_program(&fault, call.request_id.as_str()),
    }
}
