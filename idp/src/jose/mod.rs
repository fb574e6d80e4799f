//! JSON Object Signing and Encryption.

use serde::{Deserialize, Serialize};

/// A signature algorithm, by its name in the registry of
/// [RFC 7518 section 3.1](https://www.rfc-editor.org/rfc/rfc7518#section-3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RS256,
    /// ECDSA with P-256 and SHA-256.
    ES256,
    /// RSASSA-PSS with SHA-256.
    PS256,
    /// Edwards-curve signatures (RFC 8037).
    EdDSA,
}
