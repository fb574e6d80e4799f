//! Proof Key for Code Exchange, [RFC 7636](https://www.rfc-editor.org/rfc/rfc7636). This file
//! knows the syntax; whether a verifier fits its challenge is decided in `grant`.

use serde::{Deserialize, Deserializer, Serialize};

use crate::oauth::client::Client;
use crate::oauth::error::Error;
use crate::oauth::parameters::Parameters;
use crate::secret::Purpose;

/// A challenge made with the method S256: SHA-256 in 43 characters of base64url
/// ([RFC 7636 section 4.2](https://www.rfc-editor.org/rfc/rfc7636#section-4.2)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// Takes 43 characters of base64url.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let base64url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        (text.len() == 43 && text.bytes().all(base64url)).then(|| Self(text.to_owned()))
    }

    /// Reads `code_challenge` and `code_challenge_method` of an authorization request
    /// ([RFC 7636 section 4.4.1](https://www.rfc-editor.org/rfc/rfc7636#section-4.4.1)).
    ///
    /// # Errors
    /// `invalid_request` for any method but S256, which includes none (it would mean `plain`), for
    /// a malformed challenge, and for a missing one where the client must send it.
    pub fn requested(parameters: &Parameters, client: &Client) -> Result<Option<Self>, Error> {
        match (parameters.get("code_challenge"), parameters.get("code_challenge_method")) {
            (Some(challenge), Some("S256")) => Self::parse(challenge).map(Some).ok_or_else(|| {
                Error::invalid_request(
                    "code_challenge must be a SHA-256 digest in 43 characters of base64url",
                )
            }),
            (Some(_), _) => Err(Error::invalid_request(
                "code_challenge_method must be S256; when it is missing it means plain",
            )),
            (None, Some(_)) => Err(Error::invalid_request(
                "code_challenge is missing beside code_challenge_method",
            )),
            (None, None) if client.requires_pkce() => Err(Error::invalid_request(
                "code_challenge is missing; this client must use PKCE with S256",
            )),
            (None, None) => Ok(None),
        }
    }

    /// The challenge as sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for CodeChallenge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("no S256 challenge"))
    }
}

/// What redeems a code that was asked for with a challenge
/// ([RFC 7636 section 4.5](https://www.rfc-editor.org/rfc/rfc7636#section-4.5)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeVerifier;

impl Purpose for CodeVerifier {
    const NAME: &'static str = "code_verifier";
}

/// Whether `text` is a code verifier: 43 to 128 unreserved characters
/// ([RFC 7636 section 4.1](https://www.rfc-editor.org/rfc/rfc7636#section-4.1)).
#[must_use]
pub fn is_code_verifier(text: &str) -> bool {
    let unreserved =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    (43..=128).contains(&text.len()) && text.bytes().all(unreserved)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::client::tests::client;
    use crate::oauth::error::ErrorCode;

    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn section_4_4_1_only_s256_is_accepted() {
        for (query, expected) in [
            (format!("code_challenge={CHALLENGE}&code_challenge_method=S256"), true),
            (format!("code_challenge={CHALLENGE}&code_challenge_method=plain"), false),
            (format!("code_challenge={CHALLENGE}&code_challenge_method=s256"), false),
            (format!("code_challenge={CHALLENGE}"), false),
            (format!("code_challenge={CHALLENGE}=&code_challenge_method=S256"), false),
            (format!("code_challenge={}&code_challenge_method=S256", &CHALLENGE[1..]), false),
            ("code_challenge_method=S256".to_owned(), false),
            (String::new(), false),
        ] {
            let parameters = Parameters::parse_query(&query).unwrap();
            let read = CodeChallenge::requested(&parameters, &client("{}"));
            match read {
                Ok(challenge) => {
                    assert!(expected, "{query}");
                    assert_eq!(challenge.unwrap().as_str(), CHALLENGE);
                }
                Err(error) => {
                    assert!(!expected, "{query}: {error}");
                    assert_eq!(error.code, ErrorCode::InvalidRequest);
                }
            }
        }
    }

    #[test]
    fn rfc_9700_section_2_1_1_a_client_without_required_pkce_may_not_use_the_plain_method() {
        let excused = client(r#"{"require_pkce":false}"#);
        let read =
            |query| CodeChallenge::requested(&Parameters::parse_query(query).unwrap(), &excused);
        assert_eq!(read(""), Ok(None));
        assert!(read("code_challenge=abc&code_challenge_method=plain").is_err());
    }

    #[test]
    fn section_4_1_a_verifier_has_43_to_128_unreserved_characters() {
        for (verifier, expected) in [
            ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned(), true),
            ("-._~".repeat(32), true),
            ("a".repeat(42), false),
            ("a".repeat(43), true),
            ("a".repeat(129), false),
            (format!("{}+", "a".repeat(43)), false),
            (format!("{}å", "a".repeat(43)), false),
            (String::new(), false),
        ] {
            assert_eq!(is_code_verifier(&verifier), expected, "{verifier}");
        }
    }
}
