//! What a client gives for a token.

use serde::{Deserialize, Serialize};

named! {
    /// The values of `grant_type` ([RFC 6749 section 4](https://www.rfc-editor.org/rfc/rfc6749#section-4)),
    /// and `implicit`, which only metadata knows, in the order in which they are published.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum GrantType {
        /// A code from the authorization endpoint.
        AuthorizationCode = "authorization_code",
        /// Nothing: tokens come from the authorization endpoint itself.
        Implicit = "implicit",
        /// A refresh token.
        RefreshToken = "refresh_token",
        /// The client's own authentication.
        ClientCredentials = "client_credentials",
        /// A code that a person has approved in a browser elsewhere
        /// ([RFC 8628 section 3.4](https://www.rfc-editor.org/rfc/rfc8628#section-3.4)).
        #[serde(rename = "urn:ietf:params:oauth:grant-type:device_code")]
        DeviceCode = "urn:ietf:params:oauth:grant-type:device_code",
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
