//! The discovery document, rendered once, and again when the keys of the configuration change.

use std::sync::{Arc, PoisonError, RwLock};

use crate::account::assurance::Class;
use crate::provider::Provider;

/// The bytes of the document; replaced as a whole.
#[derive(Debug)]
pub struct Document(RwLock<Arc<[u8]>>);

impl Document {
    /// Takes the document to begin with.
    #[must_use]
    pub fn new(document: Vec<u8>) -> Self {
        Self(RwLock::new(document.into()))
    }

    pub(crate) fn replace(&self, document: Vec<u8>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = document.into();
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
    pub fn discovery(&self) -> Arc<[u8]> {
        Arc::clone(&self.discovery.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}
