//! `/authorize`.

use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::Uri;
use axum::response::Response;

use crate::app::App;
use crate::http::extract::cookies::Change;
use crate::http::extract::form::{form, query};
use crate::http::extract::visit::Visit;
use crate::http::middleware::RequestId;
use crate::http::respond::page::Reply;
use crate::http::respond::redirect::{see_other, with_cookies};
use crate::pages::error::Kind;
use crate::provider::authorization::Outcome;

/// Answers an authorization request.
pub(super) async fn get(
    State(app): State<App>,
    Extension(request_id): Extension<RequestId>,
    visit: Visit,
    uri: Uri,
) -> Response {
    let reply = Reply::new(&app, &visit, &request_id);
    let parameters = match query(&uri) {
        Ok(parameters) => parameters,
        Err(error) => return reply.error(Kind::BadRequest, &error),
    };
    match app.provider.authorize(&parameters, &visit.visitor).await {
        Ok(Outcome::Redirect(location)) => see_other(&location),
        Ok(Outcome::Interact { id, browser }) => {
            let response = see_other(&format!("/interaction/{id}"));
            with_cookies(response, visit.cookies, &[Change::Browser(browser.expose())])
        }
        Ok(Outcome::Page(error)) => reply.error(Kind::BadRequest, &error),
        Err(fault) => reply.fault(&fault),
    }
}

/// Turns a posted request into a GET, since a form from another site brings no cookies along
/// ([OpenID Connect Core section 3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)).
pub(super) async fn post(
    State(app): State<App>,
    Extension(request_id): Extension<RequestId>,
    visit: Visit,
    body: Bytes,
) -> Response {
    match form(&visit.headers, &body) {
        Ok(parameters) => see_other(&format!("/authorize?{}", parameters.to_query())),
        Err(error) => Reply::new(&app, &visit, &request_id).error(Kind::BadRequest, &error),
    }
}
