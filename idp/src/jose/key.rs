//! One private signing key: generated for one algorithm, kept as the text of a private JWK.

use std::fmt;

use josekit::JoseError;
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jwk::alg::ed::EdCurve;
use josekit::jws::{ES256, EdDSA, JwsSigner, JwsVerifier, PS256, RS256};

use crate::jose::thumbprint::{public_half, thumbprint};
use crate::jose::{Algorithm, Error};

/// A private key and its name. `Debug` shows the name alone; there is no `Serialize`.
#[derive(Clone)]
pub struct Key {
    id: String,
    algorithm: Algorithm,
    jwk: Jwk,
}

impl Key {
    /// A new key for one algorithm, for RSA of so many bits. Its randomness is OpenSSL's own.
    ///
    /// # Errors
    /// When OpenSSL cannot generate it.
    pub fn generate(algorithm: Algorithm, rsa_bits: u32) -> Result<Self, Error> {
        let generated = match algorithm {
            Algorithm::RS256 | Algorithm::PS256 => Jwk::generate_rsa_key(rsa_bits),
            Algorithm::ES256 => Jwk::generate_ec_key(EcCurve::P256),
            Algorithm::EdDSA => Jwk::generate_ed_key(EdCurve::Ed25519),
        };
        let jwk =
            generated.map_err(Error::because(format!("an {algorithm} key cannot be generated")))?;
        Self::named(algorithm, jwk)
    }

    /// A new key for each algorithm, generated at the same time on threads of their own: an RSA key
    /// takes longer than everything else at a first start together.
    ///
    /// # Errors
    /// When OpenSSL cannot generate one of them.
    pub fn generate_each(algorithms: &[Algorithm], rsa_bits: u32) -> Result<Vec<Self>, Error> {
        std::thread::scope(|scope| {
            let threads: Vec<_> = algorithms
                .iter()
                .map(|algorithm| scope.spawn(move || Self::generate(*algorithm, rsa_bits)))
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

    /// A key that an operator brings.
    ///
    /// # Errors
    /// When it is no private key for the algorithm, or an RSA key of less than 2048 bits
    /// ([RFC 7518 section 3.3](https://www.rfc-editor.org/rfc/rfc7518#section-3.3)).
    pub(in crate::jose) fn from_operator(algorithm: Algorithm, jwk: Jwk) -> Result<Self, Error> {
        let key = Self::named(algorithm, jwk)?;
        let signature = key.signer()?.sign(b"");
        let length = signature.map_err(Error::because("it does not sign"))?.len();
        if matches!(algorithm, Algorithm::RS256 | Algorithm::PS256) && length < 256 {
            return Err(Error::new("an RSA key must have at least 2048 bits"));
        }
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
        verifier(self.algorithm, &self.public()?)
            .map_err(Error::because(format!("the signing key {} cannot verify", self.id)))
    }

    /// The public half, with `use`, `alg` and `kid`
    /// ([RFC 7517 section 4](https://www.rfc-editor.org/rfc/rfc7517#section-4)).
    pub(in crate::jose) fn public(&self) -> Result<Jwk, Error> {
        let unusable = || Error::new(format!("the signing key {} has no public half", self.id));
        let members = public_half(self.jwk.as_ref()).ok_or_else(unusable)?;
        let mut public =
            Jwk::from_map(members).map_err(Error::because("a public key is unusable"))?;
        public.set_key_use("sig");
        public.set_algorithm(self.algorithm.as_str());
        public.set_key_id(&self.id);
        Ok(public)
    }

    fn named(algorithm: Algorithm, mut jwk: Jwk) -> Result<Self, Error> {
        let thumbprint = thumbprint(jwk.as_ref())
            .ok_or_else(|| Error::new("a signing key is no RSA, EC or OKP key, or not whole"))?;
        let id = format!("{thumbprint}-{algorithm}");
        jwk.set_key_use("sig");
        jwk.set_algorithm(algorithm.as_str());
        jwk.set_key_id(&id);
        Ok(Self { id, algorithm, jwk })
    }
}

/// What verifies signatures of one algorithm with a public JWK.
pub(in crate::jose) fn verifier(
    algorithm: Algorithm,
    jwk: &Jwk,
) -> Result<Box<dyn JwsVerifier>, JoseError> {
    match algorithm {
        Algorithm::RS256 => RS256.verifier_from_jwk(jwk).map(|made| Box::new(made) as _),
        Algorithm::ES256 => ES256.verifier_from_jwk(jwk).map(|made| Box::new(made) as _),
        Algorithm::PS256 => PS256.verifier_from_jwk(jwk).map(|made| Box::new(made) as _),
        Algorithm::EdDSA => EdDSA.verifier_from_jwk(jwk).map(|made| Box::new(made) as _),
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Key({})", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_being_written_and_read() {
        for algorithm in [Algorithm::ES256, Algorithm::EdDSA] {
            let key = Key::generate(algorithm, 2_048).unwrap();
            let read = Key::parse(&key.to_text()).unwrap();
            assert_eq!((read.id(), read.algorithm()), (key.id(), algorithm));
            assert!(key.id().ends_with(&format!("-{algorithm}")), "{}", key.id());
        }
    }

    #[test]
    fn the_kid_of_an_rsa_key_depends_on_its_algorithm() {
        let key = Key::generate(Algorithm::RS256, 2_048).unwrap();
        let other = Key::named(Algorithm::PS256, key.jwk.clone()).unwrap();
        assert_ne!(key.id(), other.id());
        assert_eq!(other.signer().unwrap().key_id(), Some(other.id()));
    }

    #[test]
    fn a_key_that_is_renamed_symmetric_public_or_truncated_is_refused() {
        let key = Key::generate(Algorithm::ES256, 2_048).unwrap();
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
    fn debug_output_of_a_key_has_only_its_kid() {
        let key = Key::generate(Algorithm::EdDSA, 2_048).unwrap();
        assert_eq!(format!("{key:?}"), format!("Key({})", key.id()));
    }
}
