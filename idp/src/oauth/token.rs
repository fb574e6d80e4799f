//! The token endpoint's request and response,
//! [RFC 6749 section 5](https://www.rfc-editor.org/rfc/rfc6749#section-5).

use std::fmt;

use serde::{Serialize, Serializer};

use crate::clock::Timestamp;
use crate::oauth::confirmation::Confirmation;
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::grant::authorization_code;
use crate::oauth::parameters::Parameters;
use crate::oauth::scope::Scope;
use crate::secret::{AccessToken, Secret};

/// A token request, by its grant.
#[derive(Clone, Debug)]
pub enum TokenRequest {
    /// [RFC 6749 section 4.1.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3)
    AuthorizationCode(authorization_code::Request),
}

impl TokenRequest {
    /// Reads the form of a token request, but for the client's credentials.
    ///
    /// # Errors
    /// `invalid_request` when a parameter is missing, `unsupported_grant_type` for other grants.
    pub fn parse(form: &Parameters) -> Result<Self, Error> {
        match form.get("grant_type") {
            Some("authorization_code") => {
                authorization_code::Request::parse(form).map(Self::AuthorizationCode)
            }
            Some(_) => Err(Error::new(
                ErrorCode::UnsupportedGrantType,
                "grant_type must be authorization_code",
            )),
            None => Err(Error::invalid_request("grant_type is missing")),
        }
    }
}

/// [RFC 6749 section 5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1), with the ID token of
/// [OpenID Connect Core section 3.1.3.3](https://openid.net/specs/openid-connect-core-1_0.html#TokenResponse).
#[derive(Clone, Serialize)]
pub struct TokenResponse {
    /// Shown here for the first and last time.
    #[serde(serialize_with = "expose")]
    pub access_token: Secret<AccessToken>,
    /// How it is used.
    pub token_type: TokenType,
    /// How long it lives, in seconds.
    pub expires_in: i64,
    /// What it grants.
    pub scope: Scope,
    /// Who logged in, how and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
}

/// What is known of an access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedAccessToken {
    /// What it grants.
    pub scope: Scope,
    /// The resources it is for; this provider alone when empty
    /// ([RFC 8707 section 2](https://www.rfc-editor.org/rfc/rfc8707#section-2)).
    pub audience: Vec<String>,
    /// The key it is bound to; anyone who bears it may use it when there is none.
    pub confirmation: Option<Confirmation>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// From when on it is worthless.
    pub expires_at: Timestamp,
}

/// [RFC 6749 section 7.1](https://www.rfc-editor.org/rfc/rfc6749#section-7.1)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum TokenType {
    /// RFC 6750.
    Bearer,
}

impl fmt::Debug for TokenResponse {
    /// Without the tokens.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenResponse")
            .field("expires_in", &self.expires_in)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

fn expose<S: Serializer>(token: &Secret<AccessToken>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.expose())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn section_5_2_the_grant_is_looked_at_first() {
        for (form, code) in [
            ("code=x&redirect_uri=y", ErrorCode::InvalidRequest),
            ("grant_type=", ErrorCode::InvalidRequest),
            ("grant_type=authorization_code", ErrorCode::InvalidRequest),
            ("grant_type=refresh_token", ErrorCode::UnsupportedGrantType),
            ("grant_type=client_credentials", ErrorCode::UnsupportedGrantType),
            ("grant_type=password&username=a&password=b", ErrorCode::UnsupportedGrantType),
            (
                "grant_type=Authorization_Code&code=x&redirect_uri=y",
                ErrorCode::UnsupportedGrantType,
            ),
        ] {
            let error = TokenRequest::parse(&Parameters::parse_query(form).unwrap()).unwrap_err();
            assert_eq!(error.code, code, "{form}");
        }
    }

    #[test]
    fn section_4_1_3_a_code_is_read_with_its_redirect_uri_and_verifier() {
        let form = "grant_type=authorization_code&code=Splx&redirect_uri=https%3A%2F%2Frp%2F\
                    &code_verifier=abc&extra=1";
        let TokenRequest::AuthorizationCode(request) =
            TokenRequest::parse(&Parameters::parse_query(form).unwrap()).unwrap();
        assert_eq!(request.code.expose(), "Splx");
        assert_eq!(request.redirect_uri, "https://rp/");
        assert_eq!(request.code_verifier.unwrap().expose(), "abc");
    }

    #[test]
    fn section_5_1_the_response_has_the_members_of_the_standard() {
        let response = TokenResponse {
            access_token: Secret::new("2YotnFZFEjr1zCsicMWpAA".to_owned()),
            token_type: TokenType::Bearer,
            expires_in: 600,
            scope: "openid profile".parse().unwrap(),
            id_token: Some("a.b.c".to_owned()),
        };
        assert_eq!(
            serde_json::to_string(&response).unwrap(),
            r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"Bearer","expires_in":600,"scope":"openid profile","id_token":"a.b.c"}"#
        );
        let debug = format!("{response:?}");
        assert!(!debug.contains("2Yot") && !debug.contains("a.b.c"), "{debug}");
    }
}
