//! What the provider answers.

use anyhow::{Context as _, ensure};
use http_body_util::BodyExt as _;
use hyper::Response;
use hyper::body::Body;
use reqwest::header::HeaderMap;
use serde_json::Value;
use url::Url;

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
        ensure!(is_error_text(description), "bad character in {description}");
        self.uncached()
    }

    /// Fails unless nobody may keep the answer (RFC 6749 section 5.1).
    pub fn uncached(&self) -> anyhow::Result<()> {
        let control = self.header("cache-control").unwrap_or_default();
        ensure!(control.contains("no-store"), "Cache-Control is {control:?}");
        Ok(())
    }
}

/// The characters of an error's texts: `%x20-21 / %x23-5B / %x5D-7E` (RFC 6749 section 4.1.2.1).
#[must_use]
pub fn is_error_text(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}
