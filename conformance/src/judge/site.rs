//! The judge's own site over TLS: what a relying party publishes (`jwks_uri`, `request_uri`,
//! `sector_identifier_uri`), and what it is called back at (back-channel and front-channel logout).

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, bail};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use url::Url;

use crate::judge::certificates::Certificate;

/// A request that arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// The method.
    pub method: String,
    /// The path below the module's area.
    pub path: String,
    /// The query, as it was sent.
    pub query: String,
    /// The headers; names in lower case.
    pub headers: HashMap<String, String>,
    /// The body.
    pub body: String,
    /// The version of TLS, as `TLSv1_3`.
    pub tls: String,
}

impl Received {
    /// The fields of a form.
    #[must_use]
    pub fn form(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
    }

    /// The parameters of the query.
    #[must_use]
    pub fn parameters(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()
    }
}

#[derive(Clone, Debug)]
struct Published {
    status: u16,
    kind: String,
    body: String,
}

#[derive(Debug, Default)]
struct State {
    published: HashMap<String, Published>,
    received: Vec<Received>,
}

/// The site; a clone is the same site.
#[derive(Clone, Debug)]
pub struct Site {
    base: Url,
    state: Arc<Mutex<State>>,
}

impl Site {
    /// Listens, and answers for as long as the tasks live.
    pub async fn start(
        listen: SocketAddr,
        base: Option<Url>,
        certificate: &Certificate,
        tasks: &mut JoinSet<()>,
    ) -> anyhow::Result<Self> {
        let chain: Vec<_> =
            CertificateDer::pem_slice_iter(certificate.pem.as_bytes()).collect::<Result<_, _>>()?;
        let key = PrivateKeyDer::from_pem_slice(certificate.key.as_bytes())?;
        let tls = rustls::ServerConfig::builder().with_no_client_auth();
        let acceptor = TlsAcceptor::from(Arc::new(tls.with_single_cert(chain, key)?));
        let listener = TcpListener::bind(listen).await.context("the judge's own site")?;
        let port = listener.local_addr()?.port();
        let base = match base {
            Some(base) => base,
            // Clients with the implicit grant may not be at localhost (OpenID Connect Dynamic Client
            // Registration section 2).
            None => Url::parse(&format!("https://127.0.0.1:{port}/"))?,
        };
        let site = Self { base, state: Arc::default() };
        let served = site.clone();
        tasks.spawn(async move { served.accept(listener, acceptor).await });
        Ok(site)
    }

    /// The part of the site that belongs to one module. It ends without a slash.
    #[must_use]
    pub fn area(&self, name: &str) -> Area {
        Area { site: self.clone(), prefix: format!("/test/{name}/") }
    }

    /// Scheme, host and port.
    #[must_use]
    pub const fn base(&self) -> &Url {
        &self.base
    }

    async fn accept(&self, listener: TcpListener, acceptor: TlsAcceptor) {
        let mut connections = JoinSet::new();
        loop {
            while connections.try_join_next().is_some() {}
            let Ok((stream, _)) = listener.accept().await else { continue };
            let (site, acceptor) = (self.clone(), acceptor.clone());
            connections.spawn(async move {
                // A peer that does not trust the certificate goes away; its side says so.
                let _ = site.serve(stream, acceptor).await;
            });
        }
    }

    async fn serve(&self, stream: TcpStream, acceptor: TlsAcceptor) -> anyhow::Result<()> {
        let stream = acceptor.accept(stream).await?;
        let version = stream.get_ref().1.protocol_version();
        let tls = version.map(|version| format!("{version:?}")).unwrap_or_default();
        let service = service_fn(|request| async {
            Ok::<_, Infallible>(self.answer(request, tls.clone()).await)
        });
        http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(stream), service)
            .await?;
        Ok(())
    }

    async fn answer(&self, request: Request<Incoming>, tls: String) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map(http_body_util::Collected::to_bytes);
        let header = |value: &hyper::header::HeaderValue| {
            String::from_utf8_lossy(value.as_bytes()).into_owned()
        };
        let headers = head.headers.iter();
        let received = Received {
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            headers: headers.map(|(name, value)| (name.to_string(), header(value))).collect(),
            body: String::from_utf8_lossy(&body.unwrap_or_default()).into_owned(),
            tls,
        };
        let mut state = self.state();
        let found = state.published.get(&received.path).cloned();
        state.received.push(received);
        drop(state);
        let page = found.unwrap_or(Published {
            status: 404,
            kind: "text/plain".to_owned(),
            body: "nothing is published here".to_owned(),
        });
        let response = Response::builder()
            .status(page.status)
            .header("content-type", page.kind)
            .header("cache-control", "no-store")
            .body(Full::from(page.body));
        response.unwrap_or_default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The part of the site that belongs to one module.
#[derive(Clone, Debug)]
pub struct Area {
    site: Site,
    prefix: String,
}

impl Area {
    /// The address of a page here.
    pub fn url(&self, page: &str) -> anyhow::Result<Url> {
        Ok(self.site.base.join(&format!("{}{page}", self.prefix))?)
    }

    /// The origin of all its addresses.
    #[must_use]
    pub const fn base(&self) -> &Url {
        &self.site.base
    }

    /// Answers at an address from now on.
    pub fn publish(&self, page: &str, kind: &str, body: &str) -> anyhow::Result<Url> {
        self.publish_status(page, 200, kind, body)
    }

    /// Answers at an address with a status of choice.
    pub fn publish_status(
        &self,
        page: &str,
        status: u16,
        kind: &str,
        body: &str,
    ) -> anyhow::Result<Url> {
        let published = Published { status, kind: kind.to_owned(), body: body.to_owned() };
        self.site.state().published.insert(format!("{}{page}", self.prefix), published);
        self.url(page)
    }

    /// The requests that have arrived at an address.
    #[must_use]
    pub fn received(&self, page: &str) -> Vec<Received> {
        let path = format!("{}{page}", self.prefix);
        self.site.state().received.iter().filter(|one| one.path == path).cloned().collect()
    }

    /// Waits until something has arrived at an address.
    pub async fn wait_for(&self, page: &str, limit: Duration) -> anyhow::Result<Received> {
        let started = tokio::time::Instant::now();
        while started.elapsed() < limit {
            if let Some(received) = self.received(page).into_iter().next_back() {
                return Ok(received);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("nothing came to {} within {} s", self.url(page)?, limit.as_secs())
    }
}
