//! `/interaction/{id}/password`.

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::Response;

use crate::http::extract::call::Call;
use crate::http::extract::path_id::PathId;
use crate::http::interaction::{Mistakes, own_form, show};
use crate::http::respond::authorization_response::{brought, completed};
use crate::http::respond::redirect::see_other;
use crate::pages::login::Mistake;
use crate::provider::sign_in::SignIn;
use crate::secret::Secret;

/// Takes user name and password.
pub(super) async fn post(call: Call, PathId(id): PathId, body: Bytes) -> Response {
    let reply = call.reply();
    let form = match own_form(&reply, &id, &body) {
        Ok(form) => form,
        Err(response) => return *response,
    };
    let username = form.get("username").unwrap_or_default();
    let password = form.get("password").unwrap_or_default();
    let secret = Secret::new(password.to_owned());
    let outcome = call.app.provider.sign_in(&id, username, secret, &call.visit.visitor).await;
    let until;
    let (status, mistake) = match outcome {
        Ok(SignIn::Completed(done)) => return completed(&reply, &done),
        Ok(SignIn::Refused(response)) => return brought(&reply, &response),
        Ok(SignIn::Next) => return see_other(&format!("/interaction/{id}")),
        Ok(SignIn::Missing) => {
            let (no_name, no_password) = (username.trim().is_empty(), password.is_empty());
            let missing = Mistake::Missing { username: no_name, password: no_password };
            (StatusCode::UNPROCESSABLE_ENTITY, missing)
        }
        Ok(SignIn::Wrong) => (StatusCode::UNPROCESSABLE_ENTITY, Mistake::Wrong),
        Ok(SignIn::Wait(moment)) => {
            until = moment.hour_minute_and_second(call.app.zone);
            (StatusCode::TOO_MANY_REQUESTS, Mistake::Wait { until: &until })
        }
        Err(fault) => return reply.fault(&fault),
    };
    let mistakes = Mistakes { username, login: Some(mistake), status, ..Mistakes::default() };
    show(reply, &id, false, mistakes).await
}
