//! What a browser shows: a page, or an address of another site that it was sent to.

use std::ops::Deref;

use anyhow::{bail, ensure};
use url::Url;

use crate::answer::Answer;
use crate::html::{Document, Element};

/// A page that was shown: an answer, and what it reads as.
#[derive(Clone, Debug)]
pub struct Page {
    answer: Answer,
    /// The page, parsed.
    pub document: Document,
}

impl Deref for Page {
    type Target = Answer;

    fn deref(&self) -> &Answer {
        &self.answer
    }
}

impl Page {
    /// The language the page says it is in.
    #[must_use]
    pub fn language(&self) -> Option<&str> {
        self.document.all("html").next().and_then(|html| html.attribute("lang"))
    }

    /// All text a person reads.
    #[must_use]
    pub fn text(&self) -> String {
        self.document.all("body").map(Element::text).collect()
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
    /// Where a browser is with an answer that leads no further within the site.
    pub fn at(answer: Answer) -> anyhow::Result<Self> {
        let Some(target) = answer.target()? else {
            let document = Document::parse(&answer.body);
            return Ok(Self::Page(Box::new(Page { answer, document })));
        };
        // RFC 9700 section 4.12: it would hand the form on.
        ensure!(!matches!(answer.status, 307 | 308), "{} to {target}", answer.status);
        Ok(Self::Elsewhere(target))
    }

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
                let (url, status, text) = (&page.url, page.status, page.text());
                bail!("page {url} ({status}) where a redirect was due: {text}")
            }
        }
    }
}
