//! A compact JWS that somebody else made: a client's assertion, its request object, its proof of
//! possession ([RFC 7515 section 3.1](https://www.rfc-editor.org/rfc/rfc7515#section-3.1)).
//!
//! It is read first and believed later: what stands in it before [`SignedToken::verify`] only
//! serves to find the key.

mod members;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jws::HS256;
use serde_json::{Map, Value};

use crate::jose::Algorithm;
use crate::jose::jwks::PublicKeys;
use crate::jose::public_key::PublicKey;
use crate::jose::signed_token::members::Members;
use crate::secret::{Purpose, Secret, equal};

/// Longer tokens are not looked at.
const LONGEST: usize = 16 * 1024;

/// A token that was read but not yet believed.
#[derive(Clone, Debug)]
pub struct SignedToken {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    message: String,
    signature: Vec<u8>,
}

/// What the receiver of a token decides, and never the token itself
/// ([RFC 8725 section 3.1](https://www.rfc-editor.org/rfc/rfc8725#section-3.1)).
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The algorithms it may be signed with.
    pub algorithms: &'a [Algorithm],
    /// What kind of token it may say it is.
    pub types: Types<'a>,
}

/// The rule for `typ`
/// ([RFC 8725 section 3.11](https://www.rfc-editor.org/rfc/rfc8725#section-3.11)): media types
/// without `application/`.
#[derive(Clone, Copy, Debug)]
pub enum Types<'a> {
    /// It must be there and be one of these.
    Required(&'a [&'a str]),
    /// It may be missing, else it is one of these.
    Optional(&'a [&'a str]),
}

/// Why a stranger's token is not believed, in words that can be sent to its maker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not a compact JWS over a JSON object, or too long.
    #[error("it is not a signed JWT in compact form")]
    Malformed,
    /// `crit` names extensions, of which we know none.
    #[error("its header has crit")]
    Critical,
    /// `alg` is `none`, or there is no signature.
    #[error("it is unsigned, and must be signed")]
    Unsigned,
    /// `typ` says it is something else.
    #[error("its typ is that of another kind of token")]
    OtherType,
    /// Not one of the algorithms it may be signed with.
    #[error("its alg is not accepted here")]
    Algorithm,
    /// No key has its `kid` and fits its `alg`; or it names no key and none verifies it. A newer
    /// key set may help.
    #[error("no key of the client fits its kid and alg")]
    NoKey,
    /// The key does not verify it.
    #[error("its signature is wrong")]
    Signature,
}

impl Algorithm {
    /// The algorithm that a stranger names: one of ours, or `Ed25519`, the newer name for what
    /// EdDSA means with our keys
    /// ([RFC 9864 section 2.2](https://www.rfc-editor.org/rfc/rfc9864#section-2.2)).
    #[must_use]
    pub fn of_stranger(name: &str) -> Option<Self> {
        if name == "Ed25519" { Some(Self::EdDSA) } else { name.parse().ok() }
    }
}

impl SignedToken {
    /// Takes the three parts apart
    /// ([RFC 7515 section 5.2](https://www.rfc-editor.org/rfc/rfc7515#section-5.2)).
    ///
    /// # Errors
    /// When it is no compact JWS whose header and payload are JSON objects without a name that
    /// comes twice, or has a header that must be refused.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.len() > LONGEST {
            return Err(Refusal::Malformed);
        }
        let (message, signature) = text.rsplit_once('.').ok_or(Refusal::Malformed)?;
        let (header, payload) = message.split_once('.').ok_or(Refusal::Malformed)?;
        let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::Malformed);
        let object = |part: &str| match serde_json::from_slice(&bytes(part)?) {
            Ok(Members(members)) => Ok(members),
            Err(_) => Err(Refusal::Malformed),
        };
        let header = object(header)?;
        if header.contains_key("crit") {
            return Err(Refusal::Critical);
        }
        let is_text = |name: &str| header.get(name).is_none_or(Value::is_string);
        if !["alg", "kid", "typ"].into_iter().all(is_text) {
            return Err(Refusal::Malformed);
        }
        let claims = object(payload)?;
        let names_none = |name: &Value| name.as_str().is_some_and(is_none);
        if signature.is_empty() || header.get("alg").is_some_and(names_none) {
            return Err(Refusal::Unsigned);
        }
        Ok(Self { claims, signature: bytes(signature)?, message: message.to_owned(), header })
    }

    /// What it claims, not yet to be believed: to find out whose key must verify it.
    #[must_use]
    pub const fn unverified_claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// The name of its key.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.text("kid")
    }

    /// Its `alg`, as it names it.
    #[must_use]
    pub fn algorithm(&self) -> Option<&str> {
        self.text("alg")
    }

    /// The public key in its header. It proves possession of that key and nothing else
    /// ([RFC 9449 section 4.2](https://www.rfc-editor.org/rfc/rfc9449#section-4.2)).
    #[must_use]
    pub fn jwk(&self) -> Option<&Map<String, Value>> {
        self.header.get("jwk").and_then(Value::as_object)
    }

    /// Its claims, signed by one of `keys`.
    ///
    /// # Errors
    /// When the rules or the signature do not hold.
    pub fn verify(
        &self,
        keys: &PublicKeys,
        rules: Rules<'_>,
    ) -> Result<&Map<String, Value>, Refusal> {
        let algorithm = self.admitted(rules)?;
        let mut is_named = false;
        for key in keys.fitting(self.key_id(), algorithm) {
            if self.is_signed_by(key, algorithm) {
                return Ok(&self.claims);
            }
            is_named |= self.key_id().is_some() && key.id() == self.key_id();
        }
        Err(if is_named { Refusal::Signature } else { Refusal::NoKey })
    }

    /// Its claims, signed by that one key.
    ///
    /// # Errors
    /// When the rules or the signature do not hold.
    pub fn verify_by(
        &self,
        key: &PublicKey,
        rules: Rules<'_>,
    ) -> Result<&Map<String, Value>, Refusal> {
        let algorithm = self.admitted(rules)?;
        if !key.fits(algorithm) {
            return Err(Refusal::NoKey);
        }
        if !self.is_signed_by(key, algorithm) {
            return Err(Refusal::Signature);
        }
        Ok(&self.claims)
    }

    /// Its claims, authenticated with a secret that both sides know, by HMAC with SHA-256
    /// ([RFC 7518 section 3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2)).
    ///
    /// # Errors
    /// When `typ`, `alg` or the signature do not hold, or the secret is shorter than 256 bits.
    pub fn verify_with_secret<P: Purpose>(
        &self,
        secret: &Secret<P>,
        types: Types<'_>,
    ) -> Result<&Map<String, Value>, Refusal> {
        self.admitted_type(types)?;
        if self.algorithm() != Some(HMAC) {
            return Err(Refusal::Algorithm);
        }
        let signer = HS256.signer_from_bytes(secret.expose()).map_err(|_| Refusal::Signature)?;
        let expected = josekit::jws::JwsSigner::sign(&signer, self.message.as_bytes())
            .map_err(|_| Refusal::Signature)?;
        // In constant time, unlike josekit's own verifier.
        if equal(&expected, &self.signature) { Ok(&self.claims) } else { Err(Refusal::Signature) }
    }

    fn admitted(&self, rules: Rules<'_>) -> Result<Algorithm, Refusal> {
        self.admitted_type(rules.types)?;
        self.algorithm()
            .and_then(Algorithm::of_stranger)
            .filter(|algorithm| rules.algorithms.contains(algorithm))
            .ok_or(Refusal::Algorithm)
    }

    /// Media types are compared without regard to case, and `application/` may be left out
    /// ([RFC 7515 section 4.1.9](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9)).
    fn admitted_type(&self, types: Types<'_>) -> Result<(), Refusal> {
        let (allowed, may_be_missing) = match types {
            Types::Required(allowed) => (allowed, false),
            Types::Optional(allowed) => (allowed, true),
        };
        let fits = self.text("typ").map_or(may_be_missing, |own| {
            let own = own.to_ascii_lowercase();
            let own = own.strip_prefix("application/").unwrap_or(&own);
            allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(own))
        });
        if fits { Ok(()) } else { Err(Refusal::OtherType) }
    }

    fn is_signed_by(&self, key: &PublicKey, algorithm: Algorithm) -> bool {
        key.verifies(algorithm, self.message.as_bytes(), &self.signature)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.header.get(name).and_then(Value::as_str)
    }
}

/// Whether an algorithm is that of a token without a signature, however it is spelt
/// ([RFC 7518 section 3.6](https://www.rfc-editor.org/rfc/rfc7518#section-3.6)).
const fn is_none(algorithm: &str) -> bool {
    algorithm.eq_ignore_ascii_case("none")
}

/// The one symmetric algorithm, for `client_secret_jwt` alone.
pub const HMAC: &str = "HS256";

#[cfg(test)]
pub(crate) mod tests;
