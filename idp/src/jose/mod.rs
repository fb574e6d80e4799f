//! Signed tokens and the keys behind them: josekit, behind a few files.
//!
//! Owns the signing keys from their generation ([`key`]) and safe-keeping ([`seal`]) over the set
//! in use ([`keyset`]) to the rule of their replacement ([`rotation`]). Owns also what strangers
//! send: their key sets ([`jwks`]), the tokens they signed ([`signed_token`], [`times`]) and their
//! certificates ([`certificate`]). `oauth`, `oidc` and `provider` call it; nothing of josekit
//! leaves it.
//!
//! Standards: JWS [RFC 7515](https://www.rfc-editor.org/rfc/rfc7515), JWE
//! [RFC 7516](https://www.rfc-editor.org/rfc/rfc7516), JWK
//! [RFC 7517](https://www.rfc-editor.org/rfc/rfc7517), and
//! [RFC 8725](https://www.rfc-editor.org/rfc/rfc8725) for what to refuse.

use std::fmt;
use std::str::FromStr;

use josekit::JoseError;
use serde::{Deserialize, Serialize};

pub mod certificate;
pub mod jwks;
pub mod key;
pub mod key_file;
pub mod keyset;
pub mod public_key;
pub mod rotation;
pub mod seal;
pub mod sign;
pub mod signed_token;
mod thumbprint;
pub mod times;
pub mod verify;

named! {
    /// The algorithms this provider signs with: asymmetric ones alone, each of at least 128 bits of
    /// strength ([RFC 7518 section 3.1](https://www.rfc-editor.org/rfc/rfc7518#section-3.1),
    /// [RFC 8037 section 3.1](https://www.rfc-editor.org/rfc/rfc8037#section-3.1)). They are
    /// published in this order, under their names in the IANA registry.
    #[derive(PartialOrd, Ord, Hash, Serialize, Deserialize)]
    pub enum Algorithm {
        /// RSASSA-PKCS1-v1_5 with SHA-256: the one every OpenID provider must have (OpenID Connect
        /// Core section 15.1).
        RS256 = "RS256",
        /// ECDSA over P-256 with SHA-256: the fastest here.
        ES256 = "ES256",
        /// RSASSA-PSS with SHA-256.
        PS256 = "PS256",
        /// EdDSA over Ed25519.
        EdDSA = "EdDSA",
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Algorithm {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.as_str() == name)
            .ok_or_else(|| format!("{name} is none of RS256, ES256, PS256, EdDSA"))
    }
}

/// A fault of a key or of the cryptography, for the operator: nobody else can act on it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    message: String,
    #[source]
    source: Option<JoseError>,
}

impl Error {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None }
    }

    /// For `map_err`: what was tried, and what josekit said to it.
    fn because(message: impl Into<String>) -> impl FnOnce(JoseError) -> Self {
        let message = message.into();
        move |source| Self { message, source: Some(source) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_algorithm_is_parsed_by_its_exact_name_and_none_is_refused() {
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
            let json = serde_json::to_string(&algorithm).unwrap();
            assert_eq!(json, format!("\"{algorithm}\""));
            assert_eq!(serde_json::from_str::<Algorithm>(&json).unwrap(), algorithm);
        }
        for refused in ["none", "HS256", "rs256", ""] {
            assert!(refused.parse::<Algorithm>().is_err(), "{refused}");
        }
    }
}
