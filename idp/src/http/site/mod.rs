//! What stands beside a login: the pages of the classes, those that every page's foot
//! links to, and the files of all pages.

mod about;
mod acr;
mod assets;

use axum::Router;
use axum::routing::get;

use crate::app::App;
use crate::pages::about::{ACCESSIBILITY, PRIVACY};

/// The routes of pages that belong to no login.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/acr/{name}", get(acr::get))
        .route(ACCESSIBILITY, get(about::accessibility))
        .route(PRIVACY, get(about::privacy))
        .route("/static/{name}", get(assets::get))
}
