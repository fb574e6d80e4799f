//! `/par`.

use axum::http::StatusCode;
use axum::response::Response;

use crate::http::program::caller::ClientForm;
use crate::http::respond::json::{json, oauth_error};
use crate::provider::client::client_authentication::Denied;

/// Answers a pushed authorization request
/// ([RFC 9126 section 2](https://www.rfc-editor.org/rfc/rfc9126#section-2)).
pub(super) async fn post(form: ClientForm) -> Response {
    let sender = form.caller.sender("POST", "par");
    let credentials = form.credentials();
    let response = match form.caller.app.provider.push_request(credentials, &sender).await {
        Ok(pushed) => json(StatusCode::CREATED, serde_json::json!(pushed).to_string().into_bytes()),
        Err(Denied::Refused(error)) => oauth_error(&error),
        Err(Denied::Fault(fault)) => form.caller.fault(&fault),
    };
    form.caller.with_nonce(response)
}
