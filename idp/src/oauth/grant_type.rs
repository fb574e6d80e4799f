//! What a client gives for a token.

use serde::{Deserialize, Serialize};

/// The values of `grant_type` ([RFC 6749 section 4](https://www.rfc-editor.org/rfc/rfc6749#section-4)),
/// and `implicit`, which only metadata knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// A code from the authorization endpoint.
    AuthorizationCode,
    /// Nothing: tokens come from the authorization endpoint itself.
    Implicit,
    /// A refresh token.
    RefreshToken,
    /// The client's own authentication.
    ClientCredentials,
    /// A code that a person has approved in a browser elsewhere
    /// ([RFC 8628 section 3.4](https://www.rfc-editor.org/rfc/rfc8628#section-3.4)).
    #[serde(rename = "urn:ietf:params:oauth:grant-type:device_code")]
    DeviceCode,
}

impl GrantType {
    /// All of them, in the order in which they are published.
    pub const ALL: [Self; 5] = [
        Self::AuthorizationCode,
        Self::Implicit,
        Self::RefreshToken,
        Self::ClientCredentials,
        Self::DeviceCode,
    ];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::Implicit => "implicit",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_type_is_serialized_by_its_registered_name() {
        for grant_type in GrantType::ALL {
            let json = serde_json::to_value(grant_type).unwrap();
            assert_eq!(json, grant_type.as_str());
        }
        assert!(serde_json::from_str::<GrantType>("\"password\"").is_err());
    }
}
