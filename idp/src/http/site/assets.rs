//! `/static/{name}`: style sheet, script and icon, kept by browsers until their content changes.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::app::App;

/// An embedded or replaced asset.
pub(super) async fn get(State(app): State<App>, Path(name): Path<String>) -> Response {
    let Some(asset) = app.pages.asset(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut response = Response::new(Body::from(asset.bytes.clone()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    let year = HeaderValue::from_static("public, max-age=31536000, immutable");
    headers.insert(header::CACHE_CONTROL, year);
    response
}
