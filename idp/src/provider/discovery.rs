//! Documents that are the same for everyone: rendered once, and again when what they say changes.

use std::sync::{Arc, PoisonError, RwLock};

use crate::account::assurance::Class;
use crate::provider::Provider;
use crate::secret::fingerprint;

/// A JSON document, ready to be sent.
#[derive(Debug)]
pub struct Document {
    json: Arc<[u8]>,
    etag: String,
}

impl Document {
    /// Takes the bytes of a document.
    #[must_use]
    pub fn new(json: &[u8]) -> Self {
        let etag = format!("\"{}\"", fingerprint(&[&String::from_utf8_lossy(json)]));
        Self { json: json.into(), etag }
    }

    /// Its bytes.
    #[must_use]
    pub fn json(&self) -> Arc<[u8]> {
        Arc::clone(&self.json)
    }

    /// Its entity tag, which changes with its bytes
    /// ([RFC 9110 section 8.8.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3)).
    #[must_use]
    pub fn etag(&self) -> &str {
        &self.etag
    }
}

/// A document that is replaced as a whole.
#[derive(Debug)]
pub struct Replaceable(RwLock<Arc<Document>>);

impl Replaceable {
    /// Takes the document to begin with.
    #[must_use]
    pub fn new(json: &[u8]) -> Self {
        Self(RwLock::new(Arc::new(Document::new(json))))
    }

    pub(crate) fn replace(&self, json: &[u8]) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Document::new(json));
    }
}

/// The `acr` values of an issuer, weakest first.
#[must_use]
pub fn acr_values(issuer: &str) -> Vec<String> {
    Class::ALL.map(|class| class.acr(issuer)).into()
}

impl Provider {
    /// The provider's metadata
    /// ([OpenID Connect Discovery section 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)),
    /// also served as that of the authorization server
    /// ([RFC 8414](https://www.rfc-editor.org/rfc/rfc8414#section-2)).
    #[must_use]
    pub fn discovery(&self) -> Arc<Document> {
        Arc::clone(&self.discovery.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}
