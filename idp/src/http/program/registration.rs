//! `/register` and `/register/{client_id}`.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::account::event::Actor;
use crate::http::extract::path_id::PathId;
use crate::http::program::caller::Caller;
use crate::http::respond::json::{bearer_error, empty, json, oauth_error};
use crate::oauth::bearer::{Scheme, www_authenticate};
use crate::oauth::error::{Error, ErrorCode};
use crate::provider::client::registration::RegistrationError;

/// Registers a client.
pub(super) async fn post(caller: Caller, body: Bytes) -> Response {
    if let Err(error) = is_json(&caller.headers) {
        return oauth_error(&error);
    }
    let (authorization, networks) = (caller.authorization(), caller.networks);
    let by = caller.acting(Actor::Visitor);
    match caller.app.provider.register(authorization, networks, &body, &by).await {
        Ok(document) => json(StatusCode::CREATED, document.to_string().into_bytes()),
        Err(error) => refuse(&caller, error),
    }
}

/// Shows what a client has registered.
pub(super) async fn get(caller: Caller, PathId(id): PathId) -> Response {
    match caller.app.provider.registration(caller.authorization(), &id).await {
        Ok(document) => json(StatusCode::OK, document.to_string().into_bytes()),
        Err(error) => refuse(&caller, error),
    }
}

/// Replaces what a client has registered.
pub(super) async fn put(caller: Caller, PathId(id): PathId, body: Bytes) -> Response {
    if let Err(error) = is_json(&caller.headers) {
        return oauth_error(&error);
    }
    let by = caller.acting(Actor::Client(id.to_string()));
    let (authorization, from) = (caller.authorization(), (caller.networks, &by));
    match caller.app.provider.change_registration(authorization, from, &id, &body).await {
        Ok(document) => json(StatusCode::OK, document.to_string().into_bytes()),
        Err(error) => refuse(&caller, error),
    }
}

/// Removes a client.
pub(super) async fn delete(caller: Caller, PathId(id): PathId) -> Response {
    let by = caller.acting(Actor::Client(id.to_string()));
    match caller.app.provider.end_registration(caller.authorization(), &id, &by).await {
        Ok(()) => empty(StatusCode::NO_CONTENT),
        Err(error) => refuse(&caller, error),
    }
}

fn refuse(caller: &Caller, error: RegistrationError) -> Response {
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
            let seconds = until.since(caller.now).max(1);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            response
        }
        RegistrationError::Fault(fault) => caller.fault(&fault),
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
