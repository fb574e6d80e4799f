//! `/register` and `/register/{client_id}`.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::http::extract::call::Call;
use crate::http::extract::path_id::PathId;
use crate::http::respond::fault;
use crate::http::respond::json::{bearer_error, empty, json, oauth_error};
use crate::oauth::bearer::{Scheme, www_authenticate};
use crate::oauth::error::{Error, ErrorCode};
use crate::provider::client::registration::RegistrationError;

/// Registers a client.
pub(super) async fn post(call: Call, body: Bytes) -> Response {
    if let Err(error) = is_json(&call.visit.headers) {
        return oauth_error(&error);
    }
    let (authorization, visitor) = (call.visit.authorization(), &call.visit.visitor);
    let register = call.app.provider.register(authorization, visitor.source, &body, visitor.now);
    match register.await {
        Ok(document) => json(StatusCode::CREATED, document.to_string().into_bytes()),
        Err(error) => refuse(&call, error),
    }
}

/// Shows what a client has registered.
pub(super) async fn get(call: Call, PathId(id): PathId) -> Response {
    match call.app.provider.registration(call.visit.authorization(), &id).await {
        Ok(document) => json(StatusCode::OK, document.to_string().into_bytes()),
        Err(error) => refuse(&call, error),
    }
}

/// Replaces what a client has registered.
pub(super) async fn put(call: Call, PathId(id): PathId, body: Bytes) -> Response {
    if let Err(error) = is_json(&call.visit.headers) {
        return oauth_error(&error);
    }
    let (authorization, visitor) = (call.visit.authorization(), &call.visit.visitor);
    let (provider, from) = (&call.app.provider, (visitor.source, visitor.now));
    match provider.change_registration(authorization, from, &id, &body).await {
        Ok(document) => json(StatusCode::OK, document.to_string().into_bytes()),
        Err(error) => refuse(&call, error),
    }
}

/// Removes a client.
pub(super) async fn delete(call: Call, PathId(id): PathId) -> Response {
    match call
        .app
        .provider
        .end_registration(call.visit.authorization(), &id, call.visit.visitor.now)
        .await
    {
        Ok(()) => empty(StatusCode::NO_CONTENT),
        Err(error) => refuse(&call, error),
    }
}

fn refuse(call: &Call, error: RegistrationError) -> Response {
    match error {
        RegistrationError::Unauthorized(error) => {
            bearer_error(error.as_ref(), &www_authenticate(Some(Scheme::Bearer), error.as_ref()))
        }
        RegistrationError::Refused(error) => oauth_error(&error),
        RegistrationError::TooMany(until) => {
            let error = Error::new(
                ErrorCode::TemporarilyUnavailable,
                "too many clients were registered from this network",
            );
            let body = serde_json::json!(error).to_string().into_bytes();
            let mut response = json(StatusCode::TOO_MANY_REQUESTS, body);
            let seconds = until.since(call.visit.visitor.now).max(1);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            response
        }
        RegistrationError::Fault(fault) => fault::to_program(&fault, call.request_id.as_str()),
    }
}

/// [RFC 7591 section 3.1](https://www.rfc-editor.org/rfc/rfc7591#section-3.1)
fn is_json(headers: &HeaderMap) -> Result<(), Error> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
    if essence.trim().eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(Error::invalid_request("the body must be sent as application/json"))
}
