//! What browsers ask for: the pages of a login, of a device and of a logout.

mod authorization;
mod check_session;
mod consent;
mod device;
mod email_step;
mod end_session;
mod events;
mod interaction;
mod link;
mod own_form;
mod sign_in;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};

use crate::app::App;
use crate::http::middleware;

/// The routes of a login, but for the stream of [`streams`].
pub(super) fn router() -> Router<App> {
    pages()
        .route("/device", get(device::get).post(device::post))
        .route("/check_session", get(check_session::get))
}

/// What a page listens to for as long as it is open.
pub(super) fn streams() -> Router<App> {
    Router::new().route("/interaction/{id}/events", get(events::get))
}

/// The pages of a login and of a logout, which applications may open in a window of their own.
fn pages() -> Router<App> {
    Router::new()
        .route("/authorize", get(authorization::get).post(authorization::post))
        .route("/interaction/{id}", get(interaction::get))
        .merge(forms())
        .merge(links())
        .route("/end_session", get(end_session::get).post(end_session::post))
        .layer(from_fn(middleware::keep_opener))
}

/// The forms of an interaction. A browser may ask for the address of each by GET.
fn forms() -> Router<App> {
    let forms = [
        ("/interaction/{id}/password", post(sign_in::post)),
        ("/interaction/{id}/email", post(email_step::email)),
        ("/interaction/{id}/resend", post(email_step::resend)),
        ("/interaction/{id}/consent", post(consent::post)),
        ("/interaction/{id}/cancel", post(interaction::cancel)),
    ];
    forms.into_iter().fold(Router::new(), |routes, (address, form)| {
        routes.route(address, form.get(interaction::go_to_step))
    })
}

/// The mailed link, at its address and at what mail programs and people make of it: characters
/// behind it, a doubled slash, capitals, nothing left behind the slash.
fn links() -> Router<App> {
    let addresses = ["/l", "/l/", "/l/{*token}", "//l/{*token}", "/L/{*token}"];
    addresses.into_iter().fold(Router::new(), |routes, address| {
        routes.route(address, get(link::get).post(link::post))
    })
}
