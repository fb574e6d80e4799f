//! `/.well-known/…` and `/jwks.json`: the same bytes for everyone, no database.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::app::App;
use crate::http::respond::json::public_json;

/// The provider's metadata.
pub(super) async fn metadata(State(app): State<App>, asked: HeaderMap) -> Response {
    public_json(&app.provider.discovery(), &asked)
}

/// The public key with which the seals of the audit record are verified.
pub(super) async fn audit_jwks(State(app): State<App>, asked: HeaderMap) -> Response {
    public_json(&app.provider.sealing_jwks(), &asked)
}

/// The public keys.
pub(super) async fn jwks(State(app): State<App>, asked: HeaderMap) -> Response {
    public_json(&app.provider.jwks(), &asked)
}
