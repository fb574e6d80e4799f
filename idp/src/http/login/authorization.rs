//! `/authorize`.

use axum::http::Uri;
use axum::response::Response;

use crate::http::extract::call::Call;
use crate::http::extract::cookies::Change;
use crate::http::extract::form::query;
use crate::http::login::own_form::PostedForm;
use crate::http::respond::authorization_response::{offer_response, redirected};
use crate::http::respond::page::Reply;
use crate::http::respond::redirect::{see_other, with_cookies};
use crate::pages::error::Kind;
use crate::provider::authorize::authorization::Outcome;

/// Answers an authorization request.
pub(super) async fn get(call: Call, uri: Uri) -> Response {
    let reply = Reply::new(&call);
    let parameters = match query(&uri) {
        Ok(parameters) => parameters,
        Err(error) => return reply.error(Kind::BadRequest, &error),
    };
    match call.app.provider.authorize(&parameters, &call.visit.visitor).await {
        Ok(Outcome::Respond { response, remembered }) => {
            let set: Vec<_> = remembered.iter().map(Change::Remembered).collect();
            with_cookies(redirected(&reply, &response), call.visit.cookies, &set)
        }
        Ok(Outcome::Interact { id, browser, remembered }) => {
            let response = see_other(&format!("/interaction/{id}"));
            let mut set = vec![Change::Browser(&browser)];
            set.extend(remembered.iter().map(Change::Remembered));
            with_cookies(response, call.visit.cookies, &set)
        }
        Ok(Outcome::Page(error)) => reply.error(Kind::BadRequest, &error),
        Ok(Outcome::Ask { error, host, response }) => {
            offer_response(&reply, &error, &host, &response)
        }
        Err(fault) => reply.fault(&fault),
    }
}

/// Turns a posted request into a GET, since a form from another site brings no cookies along
/// ([OpenID Connect Core section 3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)).
pub(super) async fn post(posted: PostedForm) -> Response {
    match posted.of_any_site() {
        Ok(parameters) => see_other(&format!("/authorize?{}", parameters.to_query())),
        Err(error) => Reply::new(&posted.call).error(Kind::BadRequest, error),
    }
}
