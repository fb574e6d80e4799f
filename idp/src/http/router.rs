//! The routes of all groups together.

use axum::Router;

use crate::app::App;
use crate::http::fallback::{method_not_allowed, not_found};
use crate::http::{login, middleware, program, site};

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
