//! What the provider answers: at the redirect URI, and to direct requests.

use std::collections::HashMap;

use anyhow::{Context as _, bail, ensure};
use http_body_util::BodyExt as _;
use hyper::Response;
use hyper::body::Body;
use reqwest::header::HeaderMap;
use serde_json::Value;
use url::Url;

use crate::request::AuthorizationRequest;

/// An authorization response that passed the checks every relying party makes.
#[derive(Clone, Debug)]
pub struct Callback {
    parameters: HashMap<String, String>,
}

impl Callback {
    /// Reads the response. The state must come back byte for byte, `iss` must be the issuer
    /// (RFC 9207 section 2.4), nothing may come twice, and an error keeps to the characters of
    /// RFC 6749 section 4.1.2.1.
    pub fn read(url: &Url, request: &AuthorizationRequest, issuer: &str) -> anyhow::Result<Self> {
        let registered = request.value("redirect_uri").unwrap_or_default();
        ensure!(url.as_str().starts_with(registered), "sent to {url}, registered is {registered}");
        let mut parameters = HashMap::new();
        let fragment = url.fragment().unwrap_or_default().as_bytes();
        for (name, value) in url.query_pairs().chain(url::form_urlencoded::parse(fragment)) {
            let earlier = parameters.insert(name.clone().into_owned(), value.into_owned());
            ensure!(earlier.is_none(), "{name} comes twice in {url}");
        }
        let callback = Self { parameters };
        ensure!(callback.value("state") == request.value("state"), "another state in {url}");
        ensure!(callback.value("iss") == Some(issuer), "iss is missing or wrong in {url}");
        callback.keeps_to_the_alphabet()?;
        Ok(callback)
    }

    /// The value of a parameter.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// The code, or an error that tells what came instead.
    pub fn code(&self) -> anyhow::Result<&str> {
        self.value("code").with_context(|| format!("no code in {:?}", self.parameters))
    }

    /// The error, or a complaint that there is none.
    pub fn error(&self) -> anyhow::Result<&str> {
        if self.value("code").is_some() {
            bail!("a code where an error was due");
        }
        self.value("error").with_context(|| format!("no error in {:?}", self.parameters))
    }

    fn keeps_to_the_alphabet(&self) -> anyhow::Result<()> {
        let known = ["code", "state", "iss", "error", "error_description", "error_uri"];
        for (name, value) in &self.parameters {
            ensure!(known.contains(&name.as_str()), "unexpected parameter {name}");
            let described = name.starts_with("error");
            ensure!(
                !described || value.bytes().all(allowed),
                "{name} with a bad character: {value}"
            );
        }
        Ok(())
    }
}

/// `%x20-21 / %x23-5B / %x5D-7E`.
const fn allowed(byte: u8) -> bool {
    matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E)
}

/// An answer to one request.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was asked for.
    pub url: Url,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Answer {
    /// Takes a response of the HTTP client.
    pub async fn read(response: reqwest::Response) -> anyhow::Result<Self> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let url = response.url().clone();
        Ok(Self { url, status, headers, body: response.text().await? })
    }

    /// Takes a response of a service in this process.
    pub async fn collect<B>(url: Url, response: Response<B>) -> anyhow::Result<Self>
    where
        B: Body,
        B::Error: std::error::Error + Send + Sync + 'static,
    {
        let (head, body) = response.into_parts();
        let body = String::from_utf8_lossy(&body.collect().await?.to_bytes()).into_owned();
        Ok(Self { url, status: head.status.as_u16(), headers: head.headers, body })
    }

    /// Where a browser goes on by itself: by a redirect, or by `Refresh` without delay, which it
    /// follows as soon as the page is there (HTML section 4.2.5.3).
    pub fn target(&self) -> anyhow::Result<Option<Url>> {
        let refresh = self.header("refresh").and_then(|value| value.strip_prefix("0; url="));
        if let (200, Some(target)) = (self.status, refresh) {
            return Ok(Some(self.url.join(target)?));
        }
        if !matches!(self.status, 301 | 302 | 303 | 307 | 308) {
            return Ok(None);
        }
        let location = self.headers.get("location").context("a redirect without an address")?;
        Ok(Some(self.url.join(location.to_str()?)?))
    }

    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as JSON, which the content type must say too.
    pub fn json(&self) -> anyhow::Result<Value> {
        let kind = self.header("content-type").unwrap_or_default();
        ensure!(kind.starts_with("application/json"), "{kind} is no JSON: {}", self.body);
        Ok(serde_json::from_str(&self.body)?)
    }

    /// Fails unless this is the OAuth error with that status (RFC 6749 section 5.2).
    pub fn refused(&self, status: u16, error: &str) -> anyhow::Result<()> {
        let found = self.json()?;
        ensure!(self.status == status && found["error"] == error, "{} {found}", self.status);
        let description = found["error_description"].as_str().unwrap_or_default();
        ensure!(description.bytes().all(allowed), "bad character in {description}");
        self.uncached()
    }

    /// Fails unless nobody may keep the answer (RFC 6749 section 5.1).
    pub fn uncached(&self) -> anyhow::Result<()> {
        let control = self.header("cache-control").unwrap_or_default();
        ensure!(control.contains("no-store"), "Cache-Control is {control:?}");
        Ok(())
    }
}
