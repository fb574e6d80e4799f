//! `/interaction/{id}/password`.

use axum::http::StatusCode;
use axum::response::Response;

use crate::http::login::interaction::{Mistakes, show};
use crate::http::login::own_form::InteractionForm;
use crate::http::respond::authorization_response::{completed, led_on};
use crate::http::respond::page::Reply;
use crate::http::respond::redirect::see_other;
use crate::pages::login::password::Mistake;
use crate::provider::login::interaction::Form;
use crate::provider::login::sign_in::SignIn;
use crate::secret::Secret;

/// Takes user name and password.
pub(super) async fn post(posted: InteractionForm) -> Response {
    let InteractionForm { call, id, form } = posted;
    let reply = Reply::new(&call);
    let username = form.get("username").unwrap_or_default();
    let password = form.get("password").unwrap_or_default();
    let secret = Secret::new(password.to_owned());
    let signing_in = call.app.provider.sign_in(&id, username, secret, &call.visit.visitor);
    let outcome = Box::pin(signing_in).await;
    let (id, outcome) = match outcome {
        Ok((id, outcome)) => (id, outcome),
        Err(fault) => return reply.fault(&fault),
    };
    let until;
    let (status, mistake) = match outcome {
        SignIn::Completed(done) => return completed(&reply, &done),
        SignIn::Refused(response) => return led_on(&reply, &response),
        SignIn::Next => return see_other(&format!("/interaction/{id}")),
        SignIn::Missing => {
            let (no_name, no_password) = (username.trim().is_empty(), password.is_empty());
            let missing = Mistake::Missing { username: no_name, password: no_password };
            (StatusCode::UNPROCESSABLE_ENTITY, missing)
        }
        SignIn::Wrong => (StatusCode::UNPROCESSABLE_ENTITY, Mistake::Wrong),
        SignIn::Wait(moment) => {
            until = moment.hour_minute_and_second(call.app.zone);
            (StatusCode::TOO_MANY_REQUESTS, Mistake::Wait { until: &until })
        }
    };
    let mistakes = Mistakes { username, login: Some(mistake), status, ..Mistakes::default() };
    show(reply, &id, Form::Password, mistakes).await
}
