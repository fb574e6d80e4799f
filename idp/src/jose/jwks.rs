//! A client's public key set, as registered in `jwks` or fetched from its `jwks_uri`
//! ([RFC 7517 section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::jose::Algorithm;
use crate::jose::certificate::Certificate;
use crate::jose::public_key::{PublicKey, Unusable, refuse_private};
use crate::jose::thumbprint::thumbprint;

/// The longest key set that is read.
pub const LONGEST: usize = 64 * 1024;

/// The most keys of one set that are looked at.
const MOST: usize = 50;

/// The most keys that are tried for one signature. A set with several keys of a kind names them
/// ([OpenID Connect Core section 10.1](https://openid.net/specs/openid-connect-core-1_0.html#Signing)).
const TRIED: usize = 8;

/// The usable keys of a set, with their verifiers, and the certificates it names. Built once per
/// text: keep it in an `Arc`.
#[derive(Debug)]
pub struct PublicKeys {
    keys: Vec<PublicKey>,
    certificates: Vec<String>,
    has_unfit_rsa: bool,
}

impl PublicKeys {
    /// Reads a key set. Keys of types, curves, sizes and algorithms that are not ours are skipped,
    /// as [RFC 7517 section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5) asks.
    ///
    /// # Errors
    /// When it is no key set, too large, or holds a private key.
    pub fn parse(text: &[u8]) -> Result<Self, Unusable> {
        if text.len() > LONGEST {
            return Err(Unusable::TooLarge);
        }
        let set: Value = serde_json::from_slice(text).map_err(|_| Unusable::NotAKeySet)?;
        Self::from_value(&set)
    }

    /// Reads a key set that is JSON already.
    ///
    /// # Errors
    /// As [`PublicKeys::parse`].
    pub fn from_value(set: &Value) -> Result<Self, Unusable> {
        let members = set.get("keys").and_then(Value::as_array).ok_or(Unusable::NotAKeySet)?;
        if members.len() > MOST {
            return Err(Unusable::TooLarge);
        }
        let (mut keys, mut certificates, mut has_unfit_rsa) = (Vec::new(), Vec::new(), false);
        for member in members {
            let jwk = member.as_object().ok_or(Unusable::NotAKeySet)?;
            refuse_private(jwk)?;
            match PublicKey::parse(jwk) {
                Ok(key) => keys.push(key),
                Err(Unusable::Unsupported) => {}
                Err(Unusable::RsaSize) => {
                    has_unfit_rsa = true;
                    continue;
                }
                Err(fault) => return Err(fault),
            }
            certificates.extend(certificate(jwk));
        }
        Ok(Self { keys, certificates, has_unfit_rsa })
    }

    /// Refuses a set that holds an RSA key whose size is out of bounds. The registration of such a
    /// key fails; in a set that was fetched it is skipped.
    ///
    /// # Errors
    /// [`Unusable::RsaSize`]
    pub const fn refuse_unfit_rsa(&self) -> Result<(), Unusable> {
        if self.has_unfit_rsa { Err(Unusable::RsaSize) } else { Ok(()) }
    }

    /// Whether one of its keys verifies that algorithm.
    #[must_use]
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        self.keys.iter().any(|key| key.fits(algorithm))
    }

    /// Whether no key of it can verify a signature of ours.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether it names any certificate.
    #[must_use]
    pub const fn names_certificates(&self) -> bool {
        !self.certificates.is_empty()
    }

    /// Whether it names that very certificate
    /// ([RFC 8705 section 2.2](https://www.rfc-editor.org/rfc/rfc8705#section-2.2)).
    #[must_use]
    pub fn names_certificate(&self, certificate: &Certificate) -> bool {
        self.certificates.iter().any(|named| named == certificate.thumbprint())
    }

    /// The keys for an algorithm: those of that `kid` and those without a name, or all of them when
    /// the token names none; the first few of them, since each costs a computation.
    pub(in crate::jose) fn fitting<'a>(
        &'a self,
        id: Option<&'a str>,
        algorithm: Algorithm,
    ) -> impl Iterator<Item = &'a PublicKey> {
        let fits = move |key: &&PublicKey| {
            key.fits(algorithm) && id.is_none_or(|id| key.id().is_none_or(|own| own == id))
        };
        self.keys.iter().filter(fits).take(TRIED)
    }
}

/// The fingerprint of the first certificate of `x5c`, if it is one for the key it stands beside
/// ([RFC 7517 section 4.7](https://www.rfc-editor.org/rfc/rfc7517#section-4.7)). Which curve or
/// size that key has is a matter of the TLS listener.
fn certificate(jwk: &Map<String, Value>) -> Option<String> {
    let first = jwk.get("x5c")?.as_array()?.first()?.as_str()?;
    let certificate = Certificate::parse(&STANDARD.decode(first).ok()?).ok()?;
    let belongs = certificate.key_thumbprint()? == thumbprint(jwk)?;
    belongs.then(|| certificate.thumbprint().to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::jose::certificate::tests::self_signed;
    use crate::jose::key::Key;

    fn public(algorithm: Algorithm) -> Value {
        Value::Object(Key::generate(algorithm, 2_048).unwrap().public().unwrap().into())
    }

    #[test]
    fn rfc_7517_section_5_keys_that_are_not_understood_are_skipped() {
        let set = json!({"keys": [
            {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"},
            {"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"},
            {"kty": "RSA", "n": "_".repeat(1_366), "e": "AQAB"},
            {},
            public(Algorithm::ES256),
        ], "more": 1});
        let keys = PublicKeys::parse(set.to_string().as_bytes()).unwrap();
        assert!(!keys.is_empty() && keys.fits(Algorithm::ES256) && !keys.fits(Algorithm::EdDSA));
        assert!(!keys.fits(Algorithm::RS256));
        assert_eq!(keys.refuse_unfit_rsa(), Err(Unusable::RsaSize));
        assert!(PublicKeys::from_value(&json!({"keys": []})).unwrap().is_empty());
    }

    #[test]
    fn a_signature_without_kid_is_tried_with_a_limited_number_of_keys() {
        let many: Vec<_> = (0..MOST).map(|_| public(Algorithm::EdDSA)).collect();
        let last = many[MOST - 1]["kid"].as_str().unwrap();
        let keys = PublicKeys::from_value(&json!({"keys": many})).unwrap();
        assert_eq!(keys.fitting(None, Algorithm::EdDSA).count(), TRIED);
        assert_eq!(keys.fitting(Some(last), Algorithm::EdDSA).count(), 1);
        assert_eq!(keys.refuse_unfit_rsa(), Ok(()));
    }

    #[test]
    fn an_invalid_key_set_or_one_with_a_private_key_is_refused() {
        let private: Value =
            serde_json::from_str(&Key::generate(Algorithm::ES256, 2_048).unwrap().to_text())
                .unwrap();
        let many: Vec<_> = (0..=MOST).map(|_| json!({})).collect();
        for (set, fault) in [
            (json!([]), Unusable::NotAKeySet),
            (json!({}), Unusable::NotAKeySet),
            (json!({"keys": {}}), Unusable::NotAKeySet),
            (json!({"keys": [1]}), Unusable::NotAKeySet),
            (json!({"keys": many}), Unusable::TooLarge),
            (json!({"keys": [private]}), Unusable::Private),
            (json!({"keys": [{"kty": "oct", "k": "AAAA"}]}), Unusable::Private),
            (json!({"keys": [], "x": "x".repeat(LONGEST)}), Unusable::TooLarge),
        ] {
            let read = PublicKeys::parse(set.to_string().as_bytes());
            assert_eq!(read.err(), Some(fault), "{set:.80}");
        }
        assert_eq!(PublicKeys::parse(b"{").err(), Some(Unusable::NotAKeySet));
    }

    #[test]
    fn rfc_8705_section_2_2_x5c_names_a_certificate_only_if_the_public_keys_match() {
        let (der, jwk) = self_signed("CN=client");
        let (other, _) = self_signed("CN=client");
        let mut named = jwk.clone();
        named["x5c"] = json!([STANDARD.encode(&der)]);
        let mut foreign = jwk.clone();
        foreign["x5c"] = json!([STANDARD.encode(&other)]);
        let certificate = Certificate::parse(&der).unwrap();
        for (jwk, is_named) in [(named, true), (foreign, false), (jwk, false)] {
            let keys = PublicKeys::from_value(&json!({"keys": [jwk]})).unwrap();
            assert_eq!(keys.names_certificate(&certificate), is_named);
            assert!(!keys.names_certificate(&Certificate::parse(&other).unwrap()));
        }
    }

    proptest! {
        #[test]
        fn parsing_a_key_set_never_panics(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = PublicKeys::parse(&text);
            let x5c = json!({"keys": [{"x5c": [STANDARD.encode(&text)]}]});
            prop_assert!(PublicKeys::from_value(&x5c).is_ok());
        }
    }
}
