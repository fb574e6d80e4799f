//! What stands beside a login: the pages of the classes, and the files of all pages.

mod acr;
mod assets;

use axum::Router;
use axum::routing::get;

use crate::app::App;

/// The routes of pages that belong to no login.
pub(super) fn router() -> Router<App> {
    Router::new().route("/acr/{name}", get(acr::get)).route("/static/{name}", get(assets::get))
}
