//! `GET /resource/party-parameters/{party}`: the protected resource as JSON, so that a developer
//! can see its challenge (RFC 9470 section 3) with any HTTP client.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::failure::Failure;
use super::visitor::Visitor;
use crate::app::Shared;
use crate::party_parameters::Typed;
use crate::resource::{self, DEMAND, Refusal};
use crate::store::Party;

pub(super) async fn read(
    State(app): State<Shared>,
    visitor: Result<Visitor, Failure>,
    Path(party): Path<String>,
) -> Response {
    let Ok(visitor) = visitor else {
        return refused(StatusCode::BAD_REQUEST, "invalid_request");
    };
    match resource::read(&app, visitor.identity(), &party).await {
        Ok(party) => answer(StatusCode::OK, &as_json(&party)),
        Err(Refusal::InsufficientUserAuthentication(shortfall)) => {
            let challenge = DEMAND.challenge(&app.config.issuer, shortfall);
            let mut response =
                refused(StatusCode::UNAUTHORIZED, "insufficient_user_authentication");
            if let Ok(challenge) = challenge.parse() {
                response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
            }
            response
        }
        Err(Refusal::Forbidden) => refused(StatusCode::FORBIDDEN, "access_denied"),
        Err(Refusal::Unknown) => refused(StatusCode::NOT_FOUND, "not_found"),
        Err(Refusal::Fault(error)) => {
            tracing::error!(%error, "the database failed");
            refused(StatusCode::INTERNAL_SERVER_ERROR, "server_error")
        }
    }
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
