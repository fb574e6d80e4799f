//! What a client asks the authorization endpoint for.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::oauth::error::{Error, ErrorCode};

named! {
    /// [RFC 6749 section 3.1.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1.1) and
    /// [OAuth 2.0 Multiple Response Type Encoding Practices section 3](https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html).
    /// The order of the words in a value does not matter. `token` alone is not among them: without
    /// an ID token nothing ties it to a login (RFC 9700 section 2.1.2). They are published in this
    /// order.
    pub enum ResponseType {
        /// An authorization code.
        Code = "code",
        /// An ID token.
        IdToken = "id_token",
        /// An ID token and an access token.
        IdTokenToken = "id_token token",
        /// A code and an ID token.
        CodeIdToken = "code id_token",
        /// A code and an access token.
        CodeToken = "code token",
        /// All three.
        CodeIdTokenToken = "code id_token token",
    }
}

impl ResponseType {
    /// Reads a value, its words in any order.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        let sorted = |text: &str| {
            let mut words: Vec<_> = text.split(' ').map(str::to_owned).collect();
            words.sort();
            words
        };
        Self::ALL.into_iter().find(|known| sorted(known.as_str()) == sorted(text))
    }

    /// Whether it asks for a code.
    #[must_use]
    pub const fn has_code(self) -> bool {
        !matches!(self, Self::IdToken | Self::IdTokenToken)
    }

    /// Whether it asks for an ID token from the authorization endpoint.
    #[must_use]
    pub const fn has_id_token(self) -> bool {
        !matches!(self, Self::Code | Self::CodeToken)
    }

    /// Whether it asks for an access token from the authorization endpoint.
    #[must_use]
    pub const fn has_token(self) -> bool {
        matches!(self, Self::IdTokenToken | Self::CodeToken | Self::CodeIdTokenToken)
    }

    /// Reads the parameter `response_type` of a request of a client that has registered these.
    ///
    /// # Errors
    /// `invalid_request` when it is missing, `unsupported_response_type` for what is not offered,
    /// `unauthorized_client` for what the client has not registered.
    pub fn parse(
        response_type: Option<&str>,
        registered: &[Self],
        offered: Offered,
    ) -> Result<Self, Error> {
        let response_type =
            response_type.ok_or_else(|| Error::invalid_request("response_type is missing"))?;
        let found = Self::named(response_type)
            .filter(|found| offered.response_types().contains(found))
            .ok_or_else(|| {
                Error::new(
                    ErrorCode::UnsupportedResponseType,
                    "response_type is none of response_types_supported",
                )
            })?;
        if !registered.contains(&found) {
            return Err(Error::new(
                ErrorCode::UnauthorizedClient,
                "response_type is none of the response_types of this client",
            ));
        }
        Ok(found)
    }
}

/// The response types that a deployment answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Offered {
    /// A code, and no tokens from the authorization endpoint
    /// ([RFC 9700 section 2.1.2](https://www.rfc-editor.org/rfc/rfc9700#section-2.1.2)).
    #[default]
    Code,
    /// All of them, to clients that have registered them.
    All,
}

impl Offered {
    /// As configured: `[legacy] front_channel_tokens`.
    #[must_use]
    pub const fn new(front_channel_tokens: bool) -> Self {
        if front_channel_tokens { Self::All } else { Self::Code }
    }

    /// The response types, in the order in which they are published.
    #[must_use]
    pub const fn response_types(self) -> &'static [ResponseType] {
        match self {
            Self::Code => &[ResponseType::Code],
            Self::All => &ResponseType::ALL,
        }
    }
}

impl Serialize for ResponseType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ResponseType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::named(&String::deserialize(deserializer)?)
            .ok_or_else(|| serde::de::Error::custom("a response type that is not known"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::client::Client;
    use crate::oauth::client::tests::client;

    fn refused(text: Option<&str>, client: &Client, offered: Offered) -> ErrorCode {
        ResponseType::parse(text, &client.metadata().response_types, offered).unwrap_err().code
    }

    #[test]
    fn section_3_1_1_missing_unsupported_and_unregistered_response_types_have_distinct_errors() {
        let new = client("{}");
        let old = client(
            r#"{"grant_types":["authorization_code","implicit"],
                "response_types":["code","id_token","code id_token"]}"#,
        );
        for offered in [Offered::Code, Offered::All] {
            assert_eq!(
                ResponseType::parse(Some("code"), &new.metadata().response_types, offered),
                Ok(ResponseType::Code)
            );
            assert_eq!(refused(None, &old, offered), ErrorCode::InvalidRequest);
            for other in ["token", "CODE", "code code", "none", "code  id_token"] {
                let code = refused(Some(other), &old, offered);
                assert_eq!(code, ErrorCode::UnsupportedResponseType, "{other}");
            }
        }
        let hybrid = Some("id_token code");
        let found = ResponseType::parse(hybrid, &old.metadata().response_types, Offered::All);
        assert_eq!(found, Ok(ResponseType::CodeIdToken));
        assert_eq!(refused(hybrid, &old, Offered::Code), ErrorCode::UnsupportedResponseType);
        for (client, text) in [(&new, "id_token"), (&old, "code token"), (&old, "id_token token")] {
            let code = refused(Some(text), client, Offered::All);
            assert_eq!(code, ErrorCode::UnauthorizedClient, "{text}");
        }
    }

    #[test]
    fn section_3_1_1_the_order_of_the_words_does_not_matter() {
        for known in ResponseType::ALL {
            assert_eq!(ResponseType::named(known.as_str()), Some(known));
            let reversed = known.as_str().split(' ').rev().collect::<Vec<_>>().join(" ");
            assert_eq!(ResponseType::named(&reversed), Some(known), "{reversed}");
        }
        for other in ["", "token", "code  token", "code code", "Code", "none", "id_token id_token"]
        {
            assert_eq!(ResponseType::named(other), None, "{other}");
        }
    }

    #[test]
    fn each_response_type_value_determines_one_part_of_the_response() {
        for known in ResponseType::ALL {
            let has = |word| known.as_str().split(' ').any(|own| own == word);
            assert_eq!(known.has_code(), has("code"));
            assert_eq!(known.has_id_token(), has("id_token"));
            assert_eq!(known.has_token(), has("token"));
        }
    }
}
