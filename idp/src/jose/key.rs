//! One private signing key: generated for one algorithm, kept as the text of a private JWK.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::JoseError;
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jwk::alg::ed::EdCurve;
use josekit::jws::{ES256, EdDSA, JwsSigner, JwsVerifier, PS256, RS256};

use crate::jose::{Algorithm, Error};

/// 128 bits of strength (NIST SP 800-57 part 1, table 2). Generating one takes longer than
/// everything else at a first start together, hence [`Key::generate_each`].
const RSA_BITS: u32 = 3072;

/// A private key and its name. `Debug` shows the name alone; there is no `Serialize`.
#[derive(Clone)]
pub struct Key {
    id: String,
    algorithm: Algorithm,
    jwk: Jwk,
}

impl Key {
    /// A new key for one algorithm. Its randomness is OpenSSL's own.
    ///
    /// # Errors
    /// When OpenSSL cannot generate it.
    pub fn generate(algorithm: Algorithm) -> Result<Self, Error> {
        let generated = match algorithm {
            Algorithm::RS256 | Algorithm::PS256 => Jwk::generate_rsa_key(RSA_BITS),
            Algorithm::ES256 => Jwk::generate_ec_key(EcCurve::P256),
            Algorithm::EdDSA => Jwk::generate_ed_key(EdCurve::Ed25519),
        };
        let jwk =
            generated.map_err(Error::because(format!("an {algorithm} key cannot be generated")))?;
        Self::named(algorithm, jwk)
    }

    /// A new key for each algorithm, generated at the same time on threads of their own.
    ///
    /// # Errors
    /// When OpenSSL cannot generate one of them.
    pub fn generate_each(algorithms: &[Algorithm]) -> Result<Vec<Self>, Error> {
        std::thread::scope(|scope| {
            let threads: Vec<_> = algorithms
                .iter()
                .map(|algorithm| scope.spawn(|| Self::generate(*algorithm)))
                .collect();
            threads
                .into_iter()
                .map(|thread| {
                    thread.join().unwrap_or_else(|_| Err(Error::new("a key generation broke off")))
                })
                .collect()
        })
    }

    /// Reads what [`Key::to_text`] wrote.
    ///
    /// # Errors
    /// When the text is no private JWK of an algorithm of ours, or does not bear the name that
    /// follows from its own public half.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let jwk =
            Jwk::from_bytes(text).map_err(Error::because("a signing key is not a valid JWK"))?;
        let algorithm = jwk
            .algorithm()
            .unwrap_or_default()
            .parse()
            .map_err(|fault| Error::new(format!("a signing key has no usable alg: {fault}")))?;
        let id = jwk.key_id().map(str::to_owned);
        let key = Self::named(algorithm, jwk)?;
        if id.is_some_and(|id| id != key.id) {
            return Err(Error::new("a signing key does not match its own kid"));
        }
        key.signer()?;
        Ok(key)
    }

    /// The private JWK as text. Only [`seal`](crate::jose::seal) may hand it on.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.jwk.to_string()
    }

    /// The `kid`: thumbprint and algorithm, so that even one RSA key used for two algorithms
    /// would have two names.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The one algorithm this key is for
    /// ([RFC 8725 section 3.1](https://www.rfc-editor.org/rfc/rfc8725#section-3.1)).
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(in crate::jose) fn signer(&self) -> Result<Box<dyn JwsSigner>, Error> {
        let jwk = &self.jwk;
        let signer: Result<Box<dyn JwsSigner>, JoseError> = match self.algorithm {
            Algorithm::RS256 => RS256.signer_from_jwk(jwk).map(|signer| Box::new(signer) as _),
            Algorithm::ES256 => ES256.signer_from_jwk(jwk).map(|signer| Box::new(signer) as _),
            Algorithm::PS256 => PS256.signer_from_jwk(jwk).map(|signer| Box::new(signer) as _),
            Algorithm::EdDSA => EdDSA.signer_from_jwk(jwk).map(|signer| Box::new(signer) as _),
        };
        signer.map_err(Error::because(format!("the signing key {} cannot sign", self.id)))
    }

    pub(in crate::jose) fn verifier(&self) -> Result<Box<dyn JwsVerifier>, Error> {
        let jwk = self.public()?;
        let verifier: Result<Box<dyn JwsVerifier>, JoseError> = match self.algorithm {
            Algorithm::RS256 => RS256.verifier_from_jwk(&jwk).map(|made| Box::new(made) as _),
            Algorithm::ES256 => ES256.verifier_from_jwk(&jwk).map(|made| Box::new(made) as _),
            Algorithm::PS256 => PS256.verifier_from_jwk(&jwk).map(|made| Box::new(made) as _),
            Algorithm::EdDSA => EdDSA.verifier_from_jwk(&jwk).map(|made| Box::new(made) as _),
        };
        verifier.map_err(Error::because(format!("the signing key {} cannot verify", self.id)))
    }

    /// The public half, with `use`, `alg` and `kid`
    /// ([RFC 7517 section 4](https://www.rfc-editor.org/rfc/rfc7517#section-4)).
    pub(in crate::jose) fn public(&self) -> Result<Jwk, Error> {
        let mut public = public_half(&self.jwk)?;
        public.set_key_use("sig");
        public.set_algorithm(self.algorithm.as_str());
        public.set_key_id(&self.id);
        Ok(public)
    }

    fn named(algorithm: Algorithm, mut jwk: Jwk) -> Result<Self, Error> {
        let id = format!("{}-{algorithm}", thumbprint(&jwk)?);
        jwk.set_key_use("sig");
        jwk.set_algorithm(algorithm.as_str());
        jwk.set_key_id(&id);
        Ok(Self { id, algorithm, jwk })
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Key({})", self.id)
    }
}

/// The members that make up the public half of each key type, in lexicographic order
/// ([RFC 7638 section 3.2](https://www.rfc-editor.org/rfc/rfc7638#section-3.2),
/// [RFC 8037 section 2](https://www.rfc-editor.org/rfc/rfc8037#section-2)).
fn required_members(key_type: &str) -> Result<&'static [&'static str], Error> {
    match key_type {
        "RSA" => Ok(&["e", "kty", "n"]),
        "EC" => Ok(&["crv", "kty", "x", "y"]),
        "OKP" => Ok(&["crv", "kty", "x"]),
        other => Err(Error::new(format!("a signing key cannot be of the type {other}"))),
    }
}

/// A list of what may be published, never of what must be left out.
fn public_half(jwk: &Jwk) -> Result<Jwk, Error> {
    let mut public = Jwk::new(jwk.key_type());
    for name in required_members(jwk.key_type())? {
        let value = jwk.parameter(name).cloned();
        if value.is_none() {
            return Err(Error::new(format!("a signing key has no {name}")));
        }
        public
            .set_parameter(name, value)
            .map_err(Error::because(format!("a signing key has an unusable {name}")))?;
    }
    Ok(public)
}

/// SHA-256 over the required members
/// ([RFC 7638 section 3](https://www.rfc-editor.org/rfc/rfc7638#section-3)).
fn thumbprint(jwk: &Jwk) -> Result<String, Error> {
    let mut canonical = serde_json::Map::new();
    for name in required_members(jwk.key_type())? {
        let value = jwk
            .parameter(name)
            .cloned()
            .ok_or_else(|| Error::new(format!("a signing key has no {name}")))?;
        canonical.insert((*name).to_owned(), value);
    }
    let text = serde_json::Value::Object(canonical).to_string();
    Ok(URL_SAFE_NO_PAD.encode(openssl::sha::sha256(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbprint_is_that_of_rfc_7638_section_3_1() {
        let jwk = Jwk::from_bytes(
            r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#,
        )
        .unwrap();
        assert_eq!(thumbprint(&jwk).unwrap(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn a_key_survives_being_written_and_read() {
        for algorithm in [Algorithm::ES256, Algorithm::EdDSA] {
            let key = Key::generate(algorithm).unwrap();
            let read = Key::parse(&key.to_text()).unwrap();
            assert_eq!((read.id(), read.algorithm()), (key.id(), algorithm));
            assert!(key.id().ends_with(&format!("-{algorithm}")), "{}", key.id());
        }
    }

    #[test]
    fn one_rsa_key_used_for_two_algorithms_would_have_two_names() {
        let key = Key::generate(Algorithm::RS256).unwrap();
        let other = Key::named(Algorithm::PS256, key.jwk.clone()).unwrap();
        assert_ne!(key.id(), other.id());
        assert_eq!(other.signer().unwrap().key_id(), Some(other.id()));
    }

    #[test]
    fn what_is_no_private_key_of_ours_is_refused() {
        let key = Key::generate(Algorithm::ES256).unwrap();
        let mut renamed = key.jwk.clone();
        renamed.set_key_id("another");
        let mut symmetric = Jwk::new("oct");
        symmetric.set_algorithm("HS256");
        let mut without_alg = key.jwk.clone();
        without_alg.set_parameter("alg", None).unwrap();
        let cases = [
            ("renamed", renamed.to_string()),
            ("symmetric", symmetric.to_string()),
            ("without alg", without_alg.to_string()),
            ("public", key.public().unwrap().to_string()),
            ("cut", key.to_text()[..40].to_owned()),
            ("empty", String::new()),
        ];
        for (name, text) in cases {
            assert!(Key::parse(&text).is_err(), "{name}");
        }
    }

    #[test]
    fn a_key_never_shows_itself_in_debug() {
        let key = Key::generate(Algorithm::EdDSA).unwrap();
        assert_eq!(format!("{key:?}"), format!("Key({})", key.id()));
    }
}
