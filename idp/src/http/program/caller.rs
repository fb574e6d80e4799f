//! Who calls an endpoint of programs, and with what it proves that. No cookie is read.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::account::event::{Actor, Circumstances};
use crate::account::networks::Networks;
use crate::app::App;
use crate::clock::Timestamp;
use crate::http::extract::form::form;
use crate::http::extract::request_id::RequestId;
use crate::http::extract::visit::{networks, now};
use crate::http::respond::fault;
use crate::http::respond::json::oauth_error;
use crate::oauth::client_authentication::Credentials;
use crate::oauth::mutual_tls::Presented;
use crate::oauth::parameters::Parameters;
use crate::oauth::sender_constraint::Sender;
use crate::provider::Fault;
use crate::provider::token::TokenError;

/// A program that calls.
pub(super) struct Caller {
    pub(super) app: App,
    pub(super) headers: HeaderMap,
    pub(super) networks: Networks,
    /// When the request came.
    pub(super) now: Timestamp,
    network: String,
    request_id: RequestId,
    /// The client's certificate, on the connections that ask for one.
    certificate: Option<Arc<Presented>>,
}

impl FromRequestParts<App> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let networks = networks(parts, app);
        Ok(Self {
            app: app.clone(),
            headers: parts.headers.clone(),
            networks,
            now: now(parts, app),
            network: networks.network(),
            request_id: RequestId::of(parts),
            certificate: parts.extensions.get().cloned(),
        })
    }
}

impl Caller {
    /// The `Authorization` header.
    pub(super) fn authorization(&self) -> Option<&str> {
        self.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok())
    }

    /// What the request shows of its sender beside its credentials. A header that is no text is an
    /// empty one, and so no proof.
    pub(super) fn sender<'a>(&'a self, method: &'a str, endpoint: &'static str) -> Sender<'a> {
        let proofs = self.headers.get_all("dpop").iter();
        Sender {
            method,
            endpoint,
            proofs: proofs.map(|proof| proof.to_str().unwrap_or_default()).collect(),
            certificate: self.certificate.as_deref(),
        }
    }

    /// The circumstances of what it does.
    pub(super) fn acting(&self, actor: Actor) -> Circumstances {
        Circumstances {
            request_id: Some(self.request_id.as_str().to_owned()),
            network: Some(self.network.clone()),
            ..Circumstances::of(actor, self.now)
        }
    }

    /// Why an endpoint did not do as it was asked.
    pub(super) fn refused(&self, error: &TokenError) -> Response {
        match error {
            TokenError::Refused(error) => oauth_error(error),
            TokenError::Fault(fault) => self.fault(fault),
        }
    }

    /// The answer to a fault.
    pub(super) fn fault(&self, fault: &Fault) -> Response {
        fault::to_program(fault, self.request_id.as_str())
    }

    /// With the nonce for the next proof, if the request held a proof and proofs must hold nonces
    /// ([RFC 9449 section 8](https://www.rfc-editor.org/rfc/rfc9449#section-8)).
    pub(super) fn with_nonce(&self, mut response: Response) -> Response {
        if self.headers.contains_key("dpop")
            && let Some(nonce) = self.app.provider.dpop_nonce(self.now)
            && let Ok(nonce) = HeaderValue::from_str(&nonce)
        {
            response.headers_mut().insert("dpop-nonce", nonce);
        }
        response
    }
}

/// A form of a client, with what says and proves which client it is.
pub(super) struct ClientForm {
    pub(super) caller: Caller,
    form: Parameters,
}

impl FromRequest<App> for ClientForm {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Ok(caller) = Caller::from_request_parts(&mut parts, app).await;
        let body = Bytes::from_request(Request::from_parts(parts, body), app).await;
        let body = body.map_err(IntoResponse::into_response)?;
        let form = form(&caller.headers, &body).map_err(|error| oauth_error(&error))?;
        Ok(Self { caller, form })
    }
}

impl ClientForm {
    /// What says and proves which client calls.
    pub(super) fn credentials(&self) -> Credentials<'_> {
        Credentials {
            authorization: self.caller.authorization(),
            form: &self.form,
            certificate: self.caller.certificate.as_deref(),
            network: &self.caller.network,
            request_id: self.caller.request_id.as_str(),
            now: self.caller.now,
        }
    }
}
