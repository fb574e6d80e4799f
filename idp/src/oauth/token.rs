//! The token endpoint's request and response,
//! [RFC 6749 section 5](https://www.rfc-editor.org/rfc/rfc6749#section-5).

use std::fmt;

use serde::{Serialize, Serializer};

use crate::clock::Timestamp;
use crate::oauth::client::Client;
use crate::oauth::confirmation::Confirmation;
use crate::oauth::device;
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::grant::{issued_code, refresh_token};
use crate::oauth::grant_type::GrantType;
use crate::oauth::parameters::Parameters;
use crate::oauth::scope::Scope;
use crate::secret::{AccessToken, RefreshToken, Secret};

/// A token request, by its grant.
#[derive(Clone, Debug)]
pub enum TokenRequest {
    /// [RFC 6749 section 4.1.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3)
    AuthorizationCode(issued_code::Request),
    /// [RFC 6749 section 6](https://www.rfc-editor.org/rfc/rfc6749#section-6)
    RefreshToken(refresh_token::Request),
    /// [RFC 6749 section 4.4.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.4.2)
    ClientCredentials,
    /// [RFC 8628 section 3.4](https://www.rfc-editor.org/rfc/rfc8628#section-3.4)
    DeviceCode(device::Request),
}

impl TokenRequest {
    /// Reads the form of a token request of an authenticated client.
    ///
    /// # Errors
    /// `invalid_request` when a parameter is missing, `unsupported_grant_type` for other grants,
    /// `unauthorized_client` for one that the client has not registered.
    pub fn parse(form: &Parameters, client: &Client) -> Result<Self, Error> {
        let name = form
            .get("grant_type")
            .ok_or_else(|| Error::invalid_request("grant_type is missing"))?;
        let grant_type = GrantType::ALL.into_iter().find(|grant_type| grant_type.as_str() == name);
        // What comes from the authorization endpoint itself is not asked for here.
        let grant_type = grant_type.filter(|grant_type| *grant_type != GrantType::Implicit);
        let grant_type = grant_type.ok_or_else(|| {
            Error::new(
                ErrorCode::UnsupportedGrantType,
                "grant_type must be authorization_code, refresh_token, client_credentials or \
                 urn:ietf:params:oauth:grant-type:device_code",
            )
        })?;
        if !client.may_use(grant_type) {
            return Err(Error::new(
                ErrorCode::UnauthorizedClient,
                format!("the client has not registered the grant {}", grant_type.as_str()),
            ));
        }
        match grant_type {
            GrantType::RefreshToken => refresh_token::Request::parse(form).map(Self::RefreshToken),
            GrantType::ClientCredentials => Ok(Self::ClientCredentials),
            GrantType::DeviceCode => device::Request::parse(form).map(Self::DeviceCode),
            _ => issued_code::Request::parse(form).map(Self::AuthorizationCode),
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
    /// With what the next one is fetched; shown here for the first and last time.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "expose_some")]
    pub refresh_token: Option<Secret<RefreshToken>>,
    /// What it grants.
    #[serde(skip_serializing_if = "Scope::is_empty")]
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

impl IssuedAccessToken {
    /// Whether the provider's own resources may take it
    /// ([RFC 9068 section 4](https://www.rfc-editor.org/rfc/rfc9068#section-4)): one that names its
    /// resources must name the issuer among them.
    #[must_use]
    pub fn is_for(&self, issuer: &str) -> bool {
        self.audience.is_empty() || self.audience.iter().any(|resource| resource == issuer)
    }
}

/// [RFC 6749 section 7.1](https://www.rfc-editor.org/rfc/rfc6749#section-7.1)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum TokenType {
    /// RFC 6750; also of a token that is bound to a certificate (RFC 8705 section 3).
    Bearer,
    /// [RFC 9449 section 5](https://www.rfc-editor.org/rfc/rfc9449#section-5)
    #[serde(rename = "DPoP")]
    Dpop,
}

impl TokenType {
    /// The type of a token that is bound to this key.
    #[must_use]
    pub const fn of(confirmation: Option<&Confirmation>) -> Self {
        match confirmation {
            Some(Confirmation::Jkt(_)) => Self::Dpop,
            Some(Confirmation::Certificate(_)) | None => Self::Bearer,
        }
    }
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

fn expose_some<S: Serializer>(
    token: &Option<Secret<RefreshToken>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match token {
        Some(token) => serializer.serialize_str(token.expose()),
        None => serializer.serialize_none(),
    }
}

fn expose<S: Serializer>(token: &Secret<AccessToken>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.expose())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::client::tests::client;

    #[test]
    fn section_5_2_missing_unregistered_and_unsupported_grant_types_have_distinct_errors() {
        for (form, code) in [
            ("code=x&redirect_uri=y", ErrorCode::InvalidRequest),
            ("grant_type=", ErrorCode::InvalidRequest),
            ("grant_type=authorization_code", ErrorCode::InvalidRequest),
            ("grant_type=refresh_token", ErrorCode::UnauthorizedClient),
            ("grant_type=client_credentials", ErrorCode::UnauthorizedClient),
            ("grant_type=implicit", ErrorCode::UnsupportedGrantType),
            ("grant_type=password&username=a&password=b", ErrorCode::UnsupportedGrantType),
            (
                "grant_type=Authorization_Code&code=x&redirect_uri=y",
                ErrorCode::UnsupportedGrantType,
            ),
        ] {
            let parameters = Parameters::parse_query(form).unwrap();
            let error = TokenRequest::parse(&parameters, &client("{}")).unwrap_err();
            assert_eq!(error.code, code, "{form}");
        }
    }

    #[test]
    fn section_4_1_3_a_code_is_read_with_its_redirect_uri_and_verifier() {
        let form = "grant_type=authorization_code&code=Splx&redirect_uri=https%3A%2F%2Frp%2F\
                    &code_verifier=abc&extra=1";
        let parameters = Parameters::parse_query(form).unwrap();
        let request = TokenRequest::parse(&parameters, &client("{}")).unwrap();
        let TokenRequest::AuthorizationCode(request) = request else { panic!() };
        assert_eq!(request.code.expose(), "Splx");
        assert_eq!(request.redirect_uri, "https://rp/");
        assert_eq!(request.code_verifier.unwrap().expose(), "abc");
    }

    #[test]
    fn section_5_1_a_token_response_has_the_required_members_and_a_debug_form_without_tokens() {
        let response = TokenResponse {
            access_token: Secret::new("2YotnFZFEjr1zCsicMWpAA".to_owned()),
            token_type: TokenType::Bearer,
            expires_in: 600,
            refresh_token: Some(Secret::new("tGzv3JOkF0XG5Qx2TlKWIA".to_owned())),
            scope: "openid profile".parse().unwrap(),
            id_token: Some("a.b.c".to_owned()),
        };
        assert_eq!(
            serde_json::to_string(&response).unwrap(),
            r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"Bearer","expires_in":600,"refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA","scope":"openid profile","id_token":"a.b.c"}"#
        );
        let debug = format!("{response:?}");
        assert!(
            !debug.contains("2Yot") && !debug.contains("tGzv") && !debug.contains("a.b.c"),
            "{debug}"
        );
    }
}
