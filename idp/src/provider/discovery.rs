//! The discovery document, rendered once.

use crate::provider::Provider;

impl Provider {
    /// The provider's metadata
    /// ([OpenID Connect Discovery section 3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata)),
    /// also served as that of the authorization server
    /// ([RFC 8414](https://www.rfc-editor.org/rfc/rfc8414#section-2)).
    #[must_use]
    pub fn discovery(&self) -> &[u8] {
        &self.discovery
    }
}
