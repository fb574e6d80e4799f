//! One call of a browser, as the handlers of pages need it.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::app::App;
use crate::http::extract::request_id::RequestId;
use crate::http::extract::visit::Visit;

/// Who calls, and what answers.
pub(crate) struct Call {
    pub(crate) app: App,
    pub(crate) request_id: RequestId,
    pub(crate) visit: Visit,
}

impl FromRequestParts<App> for Call {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let visit = Visit::from_request_parts(parts, app).await?;
        Ok(Self { app: app.clone(), request_id: RequestId::of(parts), visit })
    }
}
