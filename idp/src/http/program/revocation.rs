//! `/revoke`.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use crate::http::program::caller::ClientForm;

/// Answers a revocation request: the status says it all.
pub(super) async fn post(form: ClientForm) -> Response {
    match form.caller.app.provider.revoke(form.credentials()).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => form.caller.refused(&error),
    }
}
