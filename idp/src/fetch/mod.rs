//! The only outbound HTTP client. It goes to addresses that clients name: key sets, request objects,
//! sector identifier documents, logout endpoints. So it trusts neither the address nor the answer:
//! `https` alone, no redirects, no proxies, no cookies, addresses judged when they are connected to,
//! a bound on time, on size, and on how many calls there are at once.

mod address;
mod places;
mod resolver;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE};
use reqwest::{Client, RequestBuilder, Response};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use url::{Host, Url};

use crate::config::Outbound;
use address::Reach;
use places::Places;
use resolver::{Judged, Names, Refused, is_localhost};

pub use places::Purpose;

/// Header lines of an answer.
const HEADERS: usize = 100;

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The status.
    pub status: u16,
    /// The media type as sent; empty when there is none.
    pub content_type: String,
    /// The whole body.
    pub body: Vec<u8>,
}

/// Why nothing came back. It never tells what the other side said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not `https`, or with a user name.
    #[error("the URL is not one to fetch")]
    Url,
    /// It leads to an address that is not public.
    #[error("the address is not one to connect to")]
    Address,
    /// No such name, or nobody listens.
    #[error("the host cannot be reached")]
    Unreachable,
    /// The certificate is not trusted, or no common version.
    #[error("TLS failed")]
    Tls,
    /// Too many calls are being made: nothing was asked, and nothing is said of the other side.
    #[error("too many calls are being made at once")]
    Busy,
    /// The whole exchange took too long.
    #[error("it took too long")]
    TimedOut,
    /// The body is larger than was asked for.
    #[error("the answer is too large")]
    TooLarge,
    /// What came is not HTTP, broke off, or is encoded.
    #[error("the answer cannot be read")]
    Answer,
}

/// The outbound client. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Fetch {
    client: Client,
    private_networks: bool,
    patience: Duration,
    places: Arc<Places>,
}

impl Fetch {
    /// Trusts the public certificate authorities and those of the configured file.
    ///
    /// # Errors
    /// A sentence that names the setting at fault.
    pub fn new(outbound: &Outbound) -> Result<Self, String> {
        Self::with_names(outbound, Names::System)
    }

    fn with_names(outbound: &Outbound, names: Names) -> Result<Self, String> {
        let private_networks = outbound.allow_private_networks;
        let client = Client::builder()
            .tls_backend_preconfigured(tls(outbound)?)
            .dns_resolver(Judged { private_networks, names })
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .http1_only()
            .http1_max_headers(HEADERS)
            // Each call judges its address again, and strangers' connections are not kept.
            .pool_max_idle_per_host(0)
            .build()
            .map_err(|error| format!("outbound: {error}"))?;
        Ok(Self {
            client,
            private_networks,
            patience: Duration::from_secs(outbound.timeout_seconds.into()),
            places: Arc::new(Places::new()),
        })
    }

    /// Reads a document of at most `limit` bytes.
    ///
    /// # Errors
    /// When there is no answer that can be read; a status of refusal is an answer.
    pub async fn get(
        &self,
        purpose: Purpose,
        url: &Url,
        accept: &str,
        limit: usize,
    ) -> Result<Fetched, Error> {
        let request = self.client.get(self.check_url(url)?).header(ACCEPT, accept);
        let exchange = async { read(send(request).await?, limit).await };
        self.in_time(purpose, url, exchange).await
    }

    /// Sends a form and tells the status; the body of the answer is not read.
    ///
    /// # Errors
    /// When there is no answer; a status of refusal is an answer.
    pub async fn post_form(
        &self,
        purpose: Purpose,
        url: &Url,
        fields: &[(&str, &str)],
    ) -> Result<u16, Error> {
        let request = self.client.post(self.check_url(url)?).form(fields);
        let exchange = async { Ok(send(request).await?.status().as_u16()) };
        self.in_time(purpose, url, exchange).await
    }

    /// `https` to a name or an address that is allowed, without user name and fragment. An address
    /// in the URL never passes the resolver, so it is judged here. Plain `http` is for tests and
    /// demonstrations on one machine.
    fn check_url(&self, url: &Url) -> Result<Url, Error> {
        let host = url.host().ok_or(Error::Url)?;
        let loopback = match &host {
            Host::Domain(name) => is_localhost(name),
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        };
        match url.scheme() {
            "https" => {}
            "http" if loopback && self.private_networks => {}
            _ => return Err(Error::Url),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Error::Url);
        }
        let reach = match host {
            Host::Domain(_) => Reach::Public,
            Host::Ipv4(address) => Reach::of(address.into()),
            Host::Ipv6(address) => Reach::of(address.into()),
        };
        if !reach.is_allowed(self.private_networks) {
            return Err(Error::Address);
        }
        let mut url = url.clone();
        url.set_fragment(None);
        Ok(url)
    }

    /// One place and one time limit for the whole exchange. The wait for the place has a limit of
    /// its own: it says nothing of the other side, and takes none of its time.
    async fn in_time<T>(
        &self,
        purpose: Purpose,
        url: &Url,
        exchange: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let place = self.places.take(purpose, url.host_str().unwrap_or_default());
        let place = tokio::time::timeout(self.patience / 2, place).await;
        let Ok(Some(_place)) = place else { return Err(Error::Busy) };
        tokio::time::timeout(self.patience, exchange).await.unwrap_or(Err(Error::TimedOut))
    }
}

async fn send(request: RequestBuilder) -> Result<Response, Error> {
    let sent = request.header(ACCEPT_ENCODING, "identity").send().await;
    sent.map_err(|error| reason(&error))
}

async fn read(mut response: Response, limit: usize) -> Result<Fetched, Error> {
    let encoding = response.headers().get(CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(Error::Answer);
    }
    let too_large = |length: u64| usize::try_from(length).map_or(true, |length| length > limit);
    if response.content_length().is_some_and(too_large) {
        return Err(Error::TooLarge);
    }
    let content_type = response.headers().get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (status, content_type) = (response.status().as_u16(), content_type.to_owned());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| reason(&error))? {
        if body.len() + chunk.len() > limit {
            return Err(Error::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Fetched { status, content_type, body })
}

/// What went wrong, from the chain of causes: the last words of it are ours, rustls' or the
/// machine's.
fn reason(error: &reqwest::Error) -> Error {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<Refused>() {
            return Error::Address;
        }
        if error.is::<rustls::Error>() {
            return Error::Tls;
        }
        // An I/O error does not name what it wraps as its source.
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    match error {
        error if error.is_timeout() => Error::TimedOut,
        error if error.is_connect() => Error::Unreachable,
        _ => Error::Answer,
    }
}

/// TLS 1.3, and 1.2 with the ECDHE suites of ring.
fn tls(outbound: &Outbound) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    if let Some(file) = &outbound.extra_ca_file {
        let name = file.display();
        let fault = |why: String| format!("outbound.extra_ca_file: {name} cannot be used: {why}");
        let further = CertificateDer::pem_file_iter(file)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| fault(error.to_string()))?;
        if further.is_empty() {
            return Err(fault("it holds no certificate".to_owned()));
        }
        for certificate in further {
            roots.add(certificate).map_err(|error| fault(error.to_string()))?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("outbound: {error}"))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
