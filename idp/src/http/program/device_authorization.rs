//! `/device_authorization`, where a device gets its codes.

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::Response;

use crate::http::extract::call::Call;
use crate::http::extract::form::form;
use crate::http::respond::json::{json, oauth_error};
use crate::http::respond::program::refused;

/// Gives a device its codes.
pub(super) async fn post(call: Call, body: Bytes) -> Response {
    let form = match form(&call.visit.headers, &body) {
        Ok(form) => form,
        Err(error) => return oauth_error(&error),
    };
    match call.app.provider.device_authorization(call.credentials(&form)).await {
        Ok(codes) => json(StatusCode::OK, serde_json::json!(codes).to_string().into_bytes()),
        Err(error) => refused(&error, &call),
    }
}
