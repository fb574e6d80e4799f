//! The id of a request.

use axum::http::request::Parts;

/// The id of a request: in its log line, on its error page, in its answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestId(String);

impl RequestId {
    /// Takes the id that was drawn for the request.
    pub(crate) const fn new(id: String) -> Self {
        Self(id)
    }

    /// The id of a request: every route stands behind the middleware that gives it.
    pub(crate) fn of(parts: &Parts) -> Self {
        parts.extensions.get::<Self>().cloned().unwrap_or_default()
    }

    /// The id as text of one's own.
    pub(crate) fn into_text(self) -> String {
        self.0
    }

    /// The id as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}
