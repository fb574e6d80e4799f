//! The route table.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};

use crate::app::App;
use crate::http::extract::call::Call;
use crate::http::middleware;
use crate::http::{
    acr, assets, authorization, check_session, consent, device, discovery, email_step, end_session,
    events, interaction, introspection, link, pushed_authorization, registration, revocation,
    sign_in, token, userinfo,
};
use crate::oauth::error::Error;
use crate::pages::error::Kind;

/// The public routes.
pub fn router(app: App) -> Router {
    let streams = Router::new().route("/interaction/{id}/events", get(events::get));
    let routes = middleware::timed(programs(&app).merge(browsers()), &app).merge(streams);
    whole(routes, app)
}

/// The routes of the listener for client certificates: no browser has business there.
pub(super) fn mutual(app: App) -> Router {
    whole(middleware::timed(programs(&app), &app), app)
}

fn whole(routes: Router<App>, app: App) -> Router {
    let routes = routes.fallback(not_found).method_not_allowed_fallback(method_not_allowed);
    middleware::around(routes, &app).with_state(app)
}

fn programs(app: &App) -> Router<App> {
    let registrations = match app.provider.takes_registrations() {
        true => registrations(),
        false => Router::new(),
    };
    Router::new()
        .merge(registrations)
        .route("/.well-known/openid-configuration", get(discovery::metadata))
        .route("/.well-known/oauth-authorization-server", get(discovery::metadata))
        .route("/jwks.json", get(discovery::jwks))
        .route("/token", post(token::post))
        .route("/device_authorization", post(device::authorization))
        .route("/par", post(pushed_authorization::post))
        .route("/introspect", post(introspection::post))
        .route("/revoke", post(revocation::post))
        .merge(resources(app))
        // Before the layer: set after it, this would answer what browsers ask beforehand.
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn(middleware::one_authorization))
        .layer(middleware::cross_origin())
}

/// Only where the operator allows it.
fn registrations() -> Router<App> {
    let one = get(registration::get).put(registration::put).delete(registration::delete);
    Router::new().route("/register", post(registration::post)).route("/register/{client_id}", one)
}

/// What is asked for with an access token.
fn resources(app: &App) -> Router<App> {
    Router::new()
        .route("/userinfo", get(userinfo::any).post(userinfo::any))
        .layer(from_fn_with_state(app.clone(), middleware::interaction_id))
}

fn browsers() -> Router<App> {
    Router::new()
        .merge(logins())
        .route("/device", get(device::get).post(device::post))
        .route("/check_session", get(check_session::get))
        .route("/acr/{name}", get(acr::get))
        .route("/static/{name}", get(assets::get))
}

/// The pages of a login and of a logout, which applications may open in a window of their own.
fn logins() -> Router<App> {
    Router::new()
        .route("/authorize", get(authorization::get).post(authorization::post))
        .route("/interaction/{id}", get(interaction::get))
        .route("/interaction/{id}/password", get(interaction::go_to_step).post(sign_in::post))
        .route("/interaction/{id}/email", get(interaction::go_to_step).post(email_step::email))
        .route("/interaction/{id}/resend", get(interaction::go_to_step).post(email_step::resend))
        .route("/interaction/{id}/consent", get(interaction::go_to_step).post(consent::post))
        .route("/interaction/{id}/cancel", get(interaction::go_to_step).post(interaction::cancel))
        .merge(links())
        .route("/end_session", get(end_session::get).post(end_session::post))
        .layer(from_fn(middleware::keep_opener))
}

/// The mailed link, at its address and at what mail programs and people make of it: characters
/// behind it, a doubled slash, capitals, nothing left behind the slash.
fn links() -> Router<App> {
    let addresses = ["/l", "/l/", "/l/{*token}", "//l/{*token}", "/L/{*token}"];
    addresses.into_iter().fold(Router::new(), |routes, address| {
        routes.route(address, get(link::get).post(link::post))
    })
}

async fn not_found(call: Call) -> Response {
    let error = Error::invalid_request("there is nothing at this address");
    call.reply().error(Kind::NotFound, &error)
}

async fn method_not_allowed(call: Call) -> Response {
    let error = Error::invalid_request("this address does not take this method");
    call.reply().error(Kind::MethodNotAllowed, &error)
}
