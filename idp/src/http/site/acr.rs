//! `/acr/{name}`: what an authentication context class means, at the address that is its value.

use axum::http::StatusCode;
use axum::response::Response;

use crate::account::assurance::Class;
use crate::http::extract::call::Call;
use crate::http::extract::cookies::Change;
use crate::http::extract::path_id::PathId;
use crate::http::respond::page::Reply;
use crate::http::respond::redirect::with_cookies;
use crate::oauth::error::Error;
use crate::pages::acr::Acr;
use crate::pages::error::Kind;

/// Shows the definition of a class.
pub(super) async fn get(call: Call, PathId(name): PathId) -> Response {
    let reply = Reply::new(&call);
    let Some(class) = Class::named(&name) else {
        return reply.error(Kind::NotFound, &Error::invalid_request("no such class"));
    };
    let page = Acr {
        class: class.name(),
        value: &class.acr(call.app.provider.issuer()),
        link_minutes: call.app.step_up.link_minutes,
        remember_days: call.app.step_up.remember_days,
    };
    let response = reply.page(StatusCode::OK, &page);
    let chosen = call.visit.chosen.map(|language| Change::Language(language.as_str()));
    with_cookies(response, call.visit.cookies, chosen.as_slice())
}
