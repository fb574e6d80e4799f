//! What a browser shows: a page, or an address of another site that it was sent to.

use anyhow::bail;
use reqwest::header::HeaderMap;
use url::Url;

use crate::html::Document;

/// A page that was shown.
#[derive(Clone, Debug)]
pub struct Page {
    /// Where it was shown.
    pub url: Url,
    /// The status of the answer.
    pub status: u16,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// The source of the page.
    pub body: String,
    /// The page, parsed.
    pub document: Document,
}

impl Page {
    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The language the page says it is in.
    #[must_use]
    pub fn language(&self) -> Option<&str> {
        self.document.all("html").next().and_then(|html| html.attribute("lang"))
    }

    /// All text a person reads.
    #[must_use]
    pub fn text(&self) -> String {
        self.document.all("body").map(crate::html::Element::text).collect()
    }

    /// Fails with what is there instead, unless the page has the element.
    pub fn expect(&self, id: &str) -> anyhow::Result<()> {
        if self.document.has(id) {
            return Ok(());
        }
        bail!("no #{id} on the page {} ({}): {}", self.url, self.status, self.text())
    }
}

/// Where a navigation ended.
#[derive(Clone, Debug)]
pub enum Landing {
    /// On a page of the site.
    Page(Box<Page>),
    /// At an address of another site, which is not visited.
    Elsewhere(Url),
}

impl Landing {
    /// The page, or an error that says where the browser was sent.
    pub fn page(self) -> anyhow::Result<Page> {
        match self {
            Self::Page(page) => Ok(*page),
            Self::Elsewhere(url) => bail!("sent to {url} where a page was due"),
        }
    }

    /// The address outside, or an error that tells the page.
    pub fn elsewhere(self) -> anyhow::Result<Url> {
        match self {
            Self::Elsewhere(url) => Ok(url),
            Self::Page(page) => {
                bail!(
                    "page {} ({}) where a redirect was due: {}",
                    page.url,
                    page.status,
                    page.text()
                )
            }
        }
    }
}
