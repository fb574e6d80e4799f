//! The values that members of client metadata may have.

use serde::{Deserialize, Serialize};

/// How a client authenticates: [OpenID Connect Core section 9](https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication)
/// and [RFC 8705 section 2](https://www.rfc-editor.org/rfc/rfc8705#section-2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenEndpointAuthMethod {
    /// HTTP Basic.
    #[default]
    ClientSecretBasic,
    /// `client_id` and `client_secret` in the form.
    ClientSecretPost,
    /// An assertion made with the secret.
    ClientSecretJwt,
    /// An assertion signed with a key of the client's own.
    PrivateKeyJwt,
    /// A certificate that a certificate authority has issued to it.
    TlsClientAuth,
    /// A certificate of its own making, whose key it has registered.
    SelfSignedTlsClientAuth,
    /// A public client.
    None,
}

impl TokenEndpointAuthMethod {
    /// Whether it rests on a secret that client and provider share.
    #[must_use]
    pub const fn uses_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost | Self::ClientSecretJwt)
    }
}

/// [OpenID Connect Dynamic Client Registration section 2](https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationType {
    /// An application on the user's own machine (RFC 8252).
    Native,
    /// A web application.
    #[default]
    Web,
}

/// [OpenID Connect Core section 8](https://openid.net/specs/openid-connect-core-1_0.html#SubjectIDTypes)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    /// Clients of different sectors get different names for one End-User.
    Pairwise,
    /// All clients get the same.
    #[default]
    Public,
}

/// [FAPI 2.0](https://openid.net/specs/fapi-security-profile-2_0-final.html)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fapi {
    /// The Security Profile.
    Security,
    /// Message Signing on top of it: signed requests and signed responses.
    MessageSigning,
}

/// What an access token is to the client's resource servers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessTokenFormat {
    /// A random text, to be introspected ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)).
    #[default]
    Opaque,
    /// A signed statement ([RFC 9068](https://www.rfc-editor.org/rfc/rfc9068)).
    Jwt,
}
