//! What programs call: the endpoints of the protocol that answer with JSON or a token.

mod device_authorization;
mod discovery;
mod introspection;
mod pushed_authorization;
mod registration;
mod revocation;
mod token;
mod userinfo;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

use crate::app::App;
use crate::http::fallback::method_not_allowed;
use crate::http::middleware;

/// The routes of programs.
pub(super) fn router(app: &App) -> Router<App> {
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
        .route("/device_authorization", post(device_authorization::post))
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
