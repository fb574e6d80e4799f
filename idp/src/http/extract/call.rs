//! One call of a browser or a program, as every handler needs it.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::app::App;
use crate::http::extract::request_id::RequestId;
use crate::http::extract::visit::Visit;
use crate::http::respond::page::Reply;
use crate::oauth::client_authentication::Credentials;
use crate::oauth::mutual_tls::Presented;
use crate::oauth::parameters::Parameters;
use crate::oauth::sender_constraint::Sender;

/// Who calls, and what answers.
pub(crate) struct Call {
    pub(crate) app: App,
    pub(crate) request_id: RequestId,
    pub(crate) visit: Visit,
    /// The client's certificate, on the connections that ask for one.
    pub(crate) certificate: Option<Arc<Presented>>,
}

impl FromRequestParts<App> for Call {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let visit = Visit::from_request_parts(parts, app).await?;
        // Every route stands behind the middleware that gives the id.
        let request_id = parts.extensions.get::<RequestId>().cloned().unwrap_or_default();
        let certificate = parts.extensions.get::<Arc<Presented>>().cloned();
        Ok(Self { app: app.clone(), request_id, visit, certificate })
    }
}

impl Call {
    /// What says and proves which client calls.
    pub(crate) fn credentials<'a>(&'a self, form: &'a Parameters) -> Credentials<'a> {
        Credentials {
            authorization: self.visit.authorization(),
            form,
            certificate: self.certificate.as_deref(),
            network: &self.visit.visitor.network,
            now: self.visit.visitor.now,
        }
    }

    /// What the request shows of its sender beside that. A header that is no text is an empty one,
    /// and so no proof.
    pub(crate) fn sender<'a>(&'a self, method: &'a str, endpoint: &'static str) -> Sender<'a> {
        let proofs = self.visit.headers.get_all("dpop").iter();
        Sender {
            method,
            endpoint,
            proofs: proofs.map(|proof| proof.to_str().unwrap_or_default()).collect(),
            certificate: self.certificate.as_deref(),
        }
    }

    /// Answers with a page.
    pub(crate) const fn reply(&self) -> Reply<'_> {
        Reply::new(&self.app, &self.visit, &self.request_id)
    }
}
