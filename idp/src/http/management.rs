//! The management listener: health for the machine that watches, measures for the operator. Never
//! on the public listener.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use crate::app::App;
use crate::measures;
use crate::telemetry;

/// Its routes.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/health/live", get(|| async { "live\n" }))
        .route("/health/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(app)
}

/// Ready to take requests: the database takes writes. A mail relay or source that is down does not
/// make the provider unready, since remembered browsers still log in.
async fn ready(State(app): State<App>) -> Response {
    match app.provider.is_ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(reason) => {
            (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {reason}\n")).into_response()
        }
    }
}

async fn metrics(State(app): State<App>) -> Response {
    // Without the database the rest is still worth reading.
    if let Ok(readings) = app.provider.readings().await {
        app.measures.set(&readings);
    }
    app.measures.log_lines_dropped(telemetry::dropped_lines());
    let content_type = HeaderValue::from_static(measures::CONTENT_TYPE);
    ([(header::CONTENT_TYPE, content_type)], app.measures.render()).into_response()
}
