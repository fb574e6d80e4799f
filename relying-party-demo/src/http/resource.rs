//! `GET /resource/party-parameters/{party}`: the protected resource as JSON, for a session of ours
//! and for whoever presents an access token of the provider. Its challenges are those of RFC 6750
//! section 3 and RFC 9470 section 3.

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::bearer::Credentials;
use super::failure::Failure;
use super::visitor::Visitor;
use crate::app::{App, Shared};
use crate::assurance::Shortfall;
use crate::party_parameters::Typed;
use crate::provider::Unusable;
use crate::resource::{self, DEMAND, Refusal, SCOPES};
use crate::store::Party;

pub(super) async fn read(
    State(app): State<Shared>,
    visitor: Result<Visitor, Failure>,
    Path(party): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Ok(visitor) = visitor else {
        return refused(StatusCode::BAD_REQUEST, "invalid_request");
    };
    let presented = match Credentials::of(&headers) {
        Credentials::None => None,
        Credentials::Unknown => {
            return challenged(StatusCode::UNAUTHORIZED, "login_required", "Bearer");
        }
        Credentials::Bearer(token) => match resource::bearer(&app, token).await {
            Ok(identity) => Some(identity),
            Err(unusable) => return token_refused(&unusable),
        },
    };
    match resource::read(&app, presented.as_ref().or(visitor.identity()), &party).await {
        Ok(party) => answer(StatusCode::OK, &as_json(&party)),
        Err(refusal) => resource_refused(&app, &refusal),
    }
}

/// An access token that we cannot take (RFC 6750 section 3.1).
fn token_refused(unusable: &Unusable) -> Response {
    match unusable {
        Unusable::Invalid => challenged(
            StatusCode::UNAUTHORIZED,
            "invalid_token",
            "Bearer error=\"invalid_token\", error_description=\"The access token is not active, \
             is for another resource, or is bound to a key\"",
        ),
        Unusable::Scope => challenged(
            StatusCode::FORBIDDEN,
            "insufficient_scope",
            &format!("Bearer error=\"insufficient_scope\", scope=\"{}\"", SCOPES.join(" ")),
        ),
        Unusable::Fault(error) => {
            tracing::warn!(%error, "an access token could not be looked into");
            let mut response = refused(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable");
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("10"));
            response
        }
    }
}

fn resource_refused(app: &App, refusal: &Refusal) -> Response {
    match refusal {
        Refusal::InsufficientUserAuthentication(shortfall) => {
            let error = match shortfall {
                Shortfall::NoLogin => "login_required",
                Shortfall::Class | Shortfall::Age => "insufficient_user_authentication",
            };
            let challenge = DEMAND.challenge(&app.config.issuer, *shortfall);
            challenged(StatusCode::UNAUTHORIZED, error, &challenge)
        }
        Refusal::Forbidden => refused(StatusCode::FORBIDDEN, "access_denied"),
        Refusal::Unknown => refused(StatusCode::NOT_FOUND, "not_found"),
        Refusal::Fault(error) => {
            tracing::error!(%error, "the database failed");
            refused(StatusCode::INTERNAL_SERVER_ERROR, "server_error")
        }
    }
}

fn challenged(status: StatusCode, error: &str, challenge: &str) -> Response {
    let mut response = refused(status, error);
    if let Ok(challenge) = challenge.parse() {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}

fn refused(status: StatusCode, error: &str) -> Response {
    answer(status, &json!({ "error": error }))
}

fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

fn as_json(party: &Party) -> Value {
    json!({
        "party": party.party,
        "organisation": party.organisation,
        "updated_at": party.updated_at,
        "parameters": Typed::from(&party.parameters),
    })
}
