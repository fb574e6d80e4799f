//! One call of a browser or a program, as every handler needs it.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::app::App;
use crate::http::extract::visit::Visit;
use crate::http::middleware::RequestId;
use crate::http::respond::page::Reply;

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
        // Every route stands behind the middleware that gives the id.
        let request_id = parts.extensions.get::<RequestId>().cloned().unwrap_or_default();
        Ok(Self { app: app.clone(), request_id, visit })
    }
}

impl Call {
    /// Answers with a page.
    pub(crate) const fn reply(&self) -> Reply<'_> {
        Reply::new(&self.app, &self.visit, &self.request_id)
    }
}
