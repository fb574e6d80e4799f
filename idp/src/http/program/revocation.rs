//! `/revoke`.

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use crate::http::extract::call::Call;
use crate::http::extract::form::form;
use crate::http::respond::json::oauth_error;
use crate::http::respond::program::refused;

/// Answers a revocation request: the status says it all.
pub(super) async fn post(call: Call, body: Bytes) -> Response {
    let form = match form(&call.visit.headers, &body) {
        Ok(form) => form,
        Err(error) => return oauth_error(&error),
    };
    match call.app.provider.revoke(call.credentials(&form)).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => refused(&error, &call),
    }
}
