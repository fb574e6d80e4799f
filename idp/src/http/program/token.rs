//! `/token`.

use axum::http::StatusCode;
use axum::response::Response;

use crate::http::program::caller::ClientForm;
use crate::http::respond::json::json;

/// Answers a token request.
pub(super) async fn post(form: ClientForm) -> Response {
    let sender = form.caller.sender("POST", "token");
    let response = match form.caller.app.provider.token(form.credentials(), &sender).await {
        Ok(tokens) => json(StatusCode::OK, serde_json::json!(tokens).to_string().into_bytes()),
        Err(error) => form.caller.refused(&error),
    };
    form.caller.with_nonce(response)
}
