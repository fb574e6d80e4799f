//! What came back.

use std::ops::Deref;

use conformance::answer;
use conformance::html::{Document, Form};
use serde_json::Value;
use url::{Position, Url};

/// An answer, read whole.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// Path and query that were asked for.
    pub(crate) path: String,
    inner: answer::Answer,
}

impl From<answer::Answer> for Answer {
    fn from(inner: answer::Answer) -> Self {
        Self { path: inner.url[Position::BeforePath..].to_owned(), inner }
    }
}

impl Deref for Answer {
    type Target = answer::Answer;

    fn deref(&self) -> &answer::Answer {
        &self.inner
    }
}

impl Answer {
    pub(crate) fn into_inner(self) -> answer::Answer {
        self.inner
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn cookies(&self) -> Vec<&str> {
        let set = self.headers.get_all("set-cookie").iter();
        set.map(|value| value.to_str().unwrap()).collect()
    }

    /// Where it leads by itself, by a redirect or by a page that goes on at once; empty when
    /// nowhere.
    pub(crate) fn location(&self) -> &str {
        let refresh = self.header("refresh").strip_prefix("0; url=");
        refresh.unwrap_or_else(|| self.header("location"))
    }

    /// A parameter of the query that it leads to.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let url = Url::parse(self.location()).ok()?;
        let found = url.query_pairs().find(|(other, _)| other == name);
        found.map(|(_, value)| value.into_owned())
    }

    /// The code, or what came in its place.
    #[track_caller]
    pub(crate) fn code(&self) -> String {
        let code = self.parameter("code");
        code.unwrap_or_else(|| {
            panic!("no code: {} {}\n{}", self.status, self.location(), self.body)
        })
    }

    /// The error that goes back to the application.
    #[track_caller]
    pub(crate) fn error(&self) -> String {
        let error = self.parameter("error");
        error.unwrap_or_else(|| panic!("no error: {} {}", self.status, self.location()))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    pub(crate) fn document(&self) -> Document {
        Document::parse(&self.body)
    }

    /// Whether the page has an element with this id.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.document().has(id)
    }

    /// An attribute of the element with this id.
    pub(crate) fn attribute(&self, id: &str, name: &str) -> Option<String> {
        self.document().element(id)?.attribute(name).map(ToOwned::to_owned)
    }

    /// Whether it is the page with this element, at this status.
    #[track_caller]
    pub(crate) fn is(&self, status: u16, id: &str) -> &Self {
        assert!(
            self.status == status && self.has(id),
            "expected {status} {id}, got {} {} {}\n{}",
            self.status,
            self.path,
            self.location(),
            self.body
        );
        self
    }

    pub(crate) fn text(&self, id: &str) -> String {
        self.document().text(id).unwrap_or_default()
    }

    /// The form around an element.
    #[track_caller]
    pub(crate) fn form(&self, id: &str) -> Form {
        let form = self.document().form_of(id).filter(|form| form.method == "post");
        form.unwrap_or_else(|| {
            panic!("no form around {id}: {} {}\n{}", self.status, self.path, self.body)
        })
    }

    /// The page without what differs from one request to the next: request ids, form tokens, and
    /// the given texts.
    pub(crate) fn neutral(&self, texts: &[&str]) -> String {
        let mut body = self.body.clone();
        for text in texts {
            body = body.replace(text, "…");
        }
        if self.has("login-submit") {
            body = body.replace(&self.form("login-submit").fields[0].1, "…");
        }
        body.replace(self.header("x-request-id"), "…")
    }
}
