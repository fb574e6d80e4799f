//! The route table.

use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};

use crate::app::App;
use crate::http::extract::call::Call;
use crate::http::middleware;
use crate::http::{
    acr, assets, authorization, discovery, email_step, end_session, interaction, link, sign_in,
    token, userinfo,
};
use crate::oauth::error::Error;
use crate::pages::error::Kind;

/// The public routes.
pub fn router(app: App) -> Router {
    let programs = Router::new()
        .route("/.well-known/openid-configuration", get(discovery::metadata))
        .route("/.well-known/oauth-authorization-server", get(discovery::metadata))
        .route("/jwks.json", get(discovery::jwks))
        .route("/token", post(token::post))
        .route("/userinfo", get(userinfo::any).post(userinfo::any))
        // Before the layer: set after it, this would answer what browsers ask beforehand.
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::cross_origin());
    let browsers = Router::new()
        .route("/authorize", get(authorization::get).post(authorization::post))
        .route("/interaction/{id}", get(interaction::get))
        .route("/interaction/{id}/password", post(sign_in::post))
        .route("/interaction/{id}/email", post(email_step::email))
        .route("/interaction/{id}/resend", post(email_step::resend))
        .route("/interaction/{id}/cancel", post(interaction::cancel))
        .route("/l/{token}", get(link::get).post(link::post))
        .route("/end_session", get(end_session::get).post(end_session::post))
        .route("/acr/{name}", get(acr::get))
        .route("/static/{name}", get(assets::get));
    let streams = Router::new().route("/interaction/{id}/events", get(interaction::events));
    let routes = middleware::timed(programs.merge(browsers), &app)
        .merge(streams)
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed);
    middleware::around(routes, &app).with_state(app)
}

async fn not_found(call: Call) -> Response {
    let error = Error::invalid_request("there is nothing at this address");
    call.reply().error(Kind::NotFound, &error)
}

async fn method_not_allowed(call: Call) -> Response {
    let error = Error::invalid_request("this address does not take this method");
    call.reply().error(Kind::MethodNotAllowed, &error)
}
