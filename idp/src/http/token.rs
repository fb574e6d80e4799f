//! `/token`.

use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::app::App;
use crate::http::extract::form::form;
use crate::http::extract::visit::Visit;
use crate::http::middleware::RequestId;
use crate::http::respond::fault;
use crate::http::respond::json::{json, oauth_error};
use crate::provider::token::TokenError;

/// Answers a token request.
pub(super) async fn post(
    State(app): State<App>,
    Extension(request_id): Extension<RequestId>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let form = match form(&visit.headers, &body) {
        Ok(form) => form,
        Err(error) => return oauth_error(&error),
    };
    match app.provider.token(visit.authorization(), &form).await {
        Ok(tokens) => json(StatusCode::OK, serde_json::json!(tokens).to_string().into_bytes()),
        Err(TokenError::Refused(error)) => oauth_error(&error),
        Err(TokenError::Fault(fault)) => fault::to_program(&fault, request_id.as_str()),
    }
}
