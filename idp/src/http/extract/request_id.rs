//! The id of a request.

/// The id of a request: in its log line, on its error page, in its answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestId(String);

impl RequestId {
    /// Takes the id that was drawn for the request.
    pub(crate) const fn new(id: String) -> Self {
        Self(id)
    }

    /// The id as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}
