//! Where an authorization request led a person.

use anyhow::{Context as _, bail};
use url::Url;

use crate::html::Form;
use crate::page::Page;
use crate::request::{Parameters, value};

/// How an authorization response came (OAuth 2.0 Multiple Response Type Encoding Practices section
/// 2.1, OAuth 2.0 Form Post Response Mode).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// In the query.
    Query,
    /// In the fragment.
    Fragment,
    /// As a form.
    FormPost,
}

/// An authorization response, not yet checked.
#[derive(Clone, Debug)]
pub struct Response {
    /// The address it came to, with query and fragment.
    pub url: Url,
    /// How it came.
    pub mode: Mode,
    /// What it says. In the query mode, the registered redirect URI's own query is among it.
    pub parameters: Parameters,
    /// Whether a form sends itself.
    pub sends_itself: bool,
}

impl Response {
    /// Reads the address a browser was sent to.
    #[must_use]
    pub fn from_url(url: Url) -> Self {
        let fragment = url.fragment().unwrap_or_default().as_bytes();
        let fragment: Parameters = url::form_urlencoded::parse(fragment).into_owned().collect();
        let (mode, parameters) = match fragment.is_empty() {
            true => (Mode::Query, url.query_pairs().into_owned().collect()),
            false => (Mode::Fragment, fragment),
        };
        Self { url, mode, parameters, sends_itself: true }
    }

    /// Reads a page with a form for the client, when it is one.
    #[must_use]
    pub fn from_page(page: &Page, redirect_uri: &Url) -> Option<Self> {
        let form: Form = page.document.first_form()?;
        let url = page.url.join(&form.action).ok()?;
        if url.origin() != redirect_uri.origin() || url.path() != redirect_uri.path() {
            return None;
        }
        let mut elements = page.document.elements().iter();
        let sends_itself = form.method == "post"
            && elements
                .any(|element| element.name == "script" || element.attribute("onload").is_some());
        Some(Self { url, mode: Mode::FormPost, parameters: form.fields, sends_itself })
    }

    /// The value of a parameter.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        value(&self.parameters, name)
    }

    /// The code, or an error that tells what came instead.
    pub fn code(&self) -> anyhow::Result<&str> {
        self.value("code").with_context(|| format!("no code in {:?}", self.parameters))
    }

    /// The error, or a complaint that there is none.
    pub fn error(&self) -> anyhow::Result<&str> {
        self.value("error").with_context(|| format!("no error in {:?}", self.parameters))
    }
}

/// Where a request led.
#[derive(Clone, Debug)]
pub enum End {
    /// Back at the client.
    Response(Response),
    /// At a page that no rule of the person knows.
    Page(Box<Page>),
}

/// A request from a person's view.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The pages that were answered on the way, in order.
    pub pages: Vec<Page>,
    /// How often a login was asked for.
    pub logins: usize,
    /// Where it ended.
    pub end: End,
}

impl Visit {
    /// The response, or an error that tells the page.
    pub fn response(self) -> anyhow::Result<Response> {
        match self.end {
            End::Response(response) => Ok(response),
            End::Page(page) => {
                bail!("the page {} ({}): {}", page.url, page.status, page.text())
            }
        }
    }

    /// The page, or an error that tells where the person was sent.
    pub fn page(self) -> anyhow::Result<Page> {
        match self.end {
            End::Page(page) => Ok(*page),
            End::Response(response) => {
                bail!("sent to {} where a page was due", response.url)
            }
        }
    }
}
