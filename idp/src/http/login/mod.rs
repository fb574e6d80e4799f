//! What browsers ask for: the pages of a login, of a device and of a logout.

mod authorization;
mod check_session;
mod consent;
mod device;
mod email_step;
mod end_session;
mod events;
mod form_token;
mod interaction;
mod link;
mod own_form;
mod sign_in;

use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn;
use axum::routing::{MethodRouter, get, post};

use crate::app::App;
use crate::http::login::own_form::InteractionForm;
use crate::http::middleware;

/// The routes of a login, except the stream of [`streams`].
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
    Router::new()
        .route("/interaction/{id}/password", form(sign_in::post))
        .route("/interaction/{id}/email", form(email_step::email))
        .route("/interaction/{id}/resend", form(email_step::resend))
        .route("/interaction/{id}/consent", form(consent::post))
        .route("/interaction/{id}/cancel", form(interaction::cancel))
}

/// Takes no handler that lets other forms in than those of our own pages.
fn form<M: 'static>(handler: impl Handler<(M, InteractionForm), App>) -> MethodRouter<App> {
    post(handler).get(interaction::go_to_step)
}

/// The mailed link, at its address and at what mail programs and people make of it: characters
/// behind it, a doubled slash, capitals, nothing left behind the slash.
fn links() -> Router<App> {
    let addresses = ["/l", "/l/", "/l/{*token}", "//l/{*token}", "/L/{*token}"];
    addresses.into_iter().fold(Router::new(), |routes, address| {
        routes.route(address, get(link::get).post(link::post))
    })
}
