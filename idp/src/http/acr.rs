//! `/acr/{name}`: what an authentication context class means, at the address that is its value.

use axum::extract::{Extension, Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::account::assurance::Class;
use crate::app::App;
use crate::http::extract::cookies::Change;
use crate::http::extract::visit::Visit;
use crate::http::middleware::RequestId;
use crate::http::respond::page::Reply;
use crate::http::respond::redirect::with_cookies;
use crate::oauth::error::Error;
use crate::pages::acr::{self, Acr};
use crate::pages::error::Kind;

/// Shows the definition of a class.
pub(super) async fn get(
    State(app): State<App>,
    Extension(request_id): Extension<RequestId>,
    Path(name): Path<String>,
    visit: Visit,
) -> Response {
    let reply = Reply::new(&app, &visit, &request_id);
    let Some(class) = Class::named(&name) else {
        return reply.error(Kind::NotFound, &Error::invalid_request("no such class"));
    };
    let page = Acr {
        class: match class {
            Class::Password => acr::Class::Pwd,
            Class::PasswordEmailRemembered => acr::Class::PwdEmailRemembered,
            Class::PasswordEmail => acr::Class::PwdEmail,
        },
        value: &class.acr(app.provider.issuer()),
        link_minutes: app.step_up.link_minutes,
        remember_days: app.step_up.remember_days,
    };
    let response = reply.page(StatusCode::OK, &page);
    let chosen = visit.chosen.map(|language| Change::Language(language.as_str()));
    with_cookies(response, visit.cookies, chosen.as_slice())
}
