//! The routes of all groups together.

use axum::Router;
use axum::response::Response;

use crate::app::App;
use crate::http::extract::call::Call;
use crate::http::{login, middleware, program, site};
use crate::oauth::error::Error;
use crate::pages::error::Kind;

/// The public routes.
pub fn router(app: App) -> Router {
    let answered = program::router(&app).merge(login::router()).merge(site::router());
    whole(middleware::timed(answered, &app).merge(login::streams()), app)
}

/// The routes of the listener for client certificates: no browser has business there.
pub(super) fn mutual(app: App) -> Router {
    whole(middleware::timed(program::router(&app), &app), app)
}

fn whole(routes: Router<App>, app: App) -> Router {
    let routes = routes.fallback(not_found).method_not_allowed_fallback(method_not_allowed);
    middleware::around(routes, &app).with_state(app)
}

async fn not_found(call: Call) -> Response {
    let error = Error::invalid_request("there is nothing at this address");
    call.reply().error(Kind::NotFound, &error)
}

/// The answer to a method that an address does not take.
pub(super) async fn method_not_allowed(call: Call) -> Response {
    let error = Error::invalid_request("this address does not take this method");
    call.reply().error(Kind::MethodNotAllowed, &error)
}
