//! Documents that are the same for everyone: rendered once, and again when what they say changes.

use std::io::{self, Write as _};
use std::sync::{Arc, PoisonError, RwLock};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::account::assurance::Class;
use crate::provider::Provider;
use crate::secret::fingerprint;

/// A JSON document, ready to be sent.
#[derive(Debug)]
pub struct Document {
    plain: Representation,
    gzip: Option<Representation>,
}

/// The bytes of a document, as they are or compressed.
#[derive(Debug)]
pub struct Representation {
    /// The bytes.
    pub bytes: Arc<[u8]>,
    /// Their entity tag, which changes with them
    /// ([RFC 9110 section 8.8.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3)).
    pub etag: String,
}

impl Document {
    /// Takes the bytes of a document.
    #[must_use]
    pub fn new(json: &[u8]) -> Self {
        let fingerprint = fingerprint(&[&String::from_utf8_lossy(json)]);
        let of = |bytes: &[u8], suffix| Representation {
            bytes: bytes.into(),
            etag: format!("\"{fingerprint}{suffix}\""),
        };
        Self { plain: of(json, ""), gzip: gzip(json).ok().map(|bytes| of(&bytes, "-gzip")) }
    }

    /// The document as it is.
    #[must_use]
    pub const fn plain(&self) -> &Representation {
        &self.plain
    }

    /// The document compressed with gzip.
    #[must_use]
    pub const fn gzip(&self) -> Option<&Representation> {
        self.gzip.as_ref()
    }
}

fn gzip(json: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(json)?;
    encoder.finish()
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
