//! `/device_authorization`, where a device gets its codes.

use axum::http::StatusCode;
use axum::response::Response;

use crate::http::program::caller::ClientForm;
use crate::http::respond::json::json;

/// Gives a device its codes.
pub(super) async fn post(form: ClientForm) -> Response {
    match form.caller.app.provider.device_authorization(form.credentials()).await {
        Ok(codes) => json(StatusCode::OK, serde_json::json!(codes).to_string().into_bytes()),
        Err(error) => form.caller.refused(&error),
    }
}
