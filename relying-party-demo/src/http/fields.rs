//! The parameters of a query or form. None may come twice (RFC 6749 section 3.1), which is why
//! axum's own extractors are not used.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;

use super::failure::Failure;

/// Decoded parameters by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(BTreeMap<String, String>);

impl Fields {
    /// Decodes `application/x-www-form-urlencoded` text.
    pub(crate) fn parse(encoded: &[u8]) -> Result<Self, Failure> {
        let mut fields = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(encoded) {
            if fields.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(Failure::BadRequest);
            }
        }
        Ok(Self(fields))
    }

    /// The value of one parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All of them.
    pub(crate) const fn all(&self) -> &BTreeMap<String, String> {
        &self.0
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let form = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"));
        if !form {
            return Err(Failure::BadRequest);
        }
        let body = Bytes::from_request(request, state).await.map_err(|_| Failure::BadRequest)?;
        Self::parse(&body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_that_comes_twice_is_refused() {
        let fields = Fields::parse(b"state=a%20b&code=c%C3%A5").unwrap();
        assert_eq!((fields.get("state"), fields.get("code")), (Some("a b"), Some("cå")));
        assert!(Fields::parse(b"state=a&state=a").is_err());
    }
}
