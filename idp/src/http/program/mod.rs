//! What programs call: the endpoints of the protocol that answer with JSON or a token.

mod caller;
mod device_authorization;
mod discovery;
mod introspection;
mod pushed_authorization;
mod registration;
mod revocation;
mod token;
mod userinfo;

use axum::Router;
use axum::handler::Handler;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, get, post};

use crate::app::App;
use crate::http::fallback::method_not_allowed;
use crate::http::middleware;
use crate::http::program::caller::ClientForm;

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
        .route("/audit/jwks.json", get(discovery::audit_jwks))
        .route("/token", of_client(token::post))
        .route("/device_authorization", of_client(device_authorization::post))
        .route("/par", of_client(pushed_authorization::post))
        .route("/introspect", of_client(introspection::post))
        .route("/revoke", of_client(revocation::post))
        .merge(resources(app))
        // Before the layer: set after it, this would answer what browsers ask beforehand.
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn(middleware::one_authorization))
        .layer(middleware::cross_origin())
}

/// Takes no handler that does without a client's credentials.
fn of_client<M: 'static>(handler: impl Handler<(M, ClientForm), App>) -> MethodRouter<App> {
    post(handler)
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
