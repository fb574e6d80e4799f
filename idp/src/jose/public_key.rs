//! One public key of a stranger: a member of a client's key set, or the `jwk` of a proof.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use josekit::jws::JwsVerifier;
use serde_json::{Map, Value};

use crate::jose::Algorithm;
use crate::jose::key::verifier;
use crate::jose::thumbprint::{digest, public_half};

/// The members that only a private or symmetric key has (RFC 7518 sections 6.2.2, 6.3.2 and 6.4,
/// RFC 8037 section 2).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// RSA moduli, in bits: the least of
/// [RFC 7518 section 3.3](https://www.rfc-editor.org/rfc/rfc7518#section-3.3), and the most that a
/// stranger may make us compute with.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2_048..=4_096;

/// The longest RSA exponent, in bytes: each bit more is a squaring more for every signature.
const EXPONENT_BYTES: usize = 4;

/// Why a stranger's key or key set is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Longer than we look at.
    #[error("the key set is too large")]
    TooLarge,
    /// Not an object with an array `keys` of objects
    /// ([RFC 7517 section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).
    #[error("the text is not a JSON Web Key Set")]
    NotAKeySet,
    /// It holds a private or a symmetric key, which is therefore no secret any more.
    #[error("the key holds private members")]
    Private,
    /// A type, curve, size or use that signs nothing for us.
    #[error("the key is not RSA of 2048 to 4096 bits, EC P-256 or OKP Ed25519 for signatures")]
    Unsupported,
    /// An RSA key whose modulus or exponent is out of bounds: too weak, or too expensive.
    #[error("an RSA key must have 2048 to 4096 bits, and an odd exponent of at most 32 bits")]
    RsaSize,
}

/// A public key with its verifiers, built once: keep it, do not parse it for each token.
pub struct PublicKey {
    id: Option<String>,
    thumbprint: String,
    verifiers: Vec<(Algorithm, Box<dyn JwsVerifier>)>,
}

impl PublicKey {
    /// Reads a JWK ([RFC 7517 section 4](https://www.rfc-editor.org/rfc/rfc7517#section-4)) that
    /// is to verify signatures. Its `use`, `key_ops` and `alg` narrow what it may be used for;
    /// certificates and anything else it brings along are not looked at.
    ///
    /// # Errors
    /// When it is private, or of no use to us.
    pub fn parse(jwk: &Map<String, Value>) -> Result<Self, Unusable> {
        refuse_private(jwk)?;
        let members = public_half(jwk).ok_or(Unusable::Unsupported)?;
        rsa_size(&members)?;
        let algorithms = algorithms(jwk, &members).ok_or(Unusable::Unsupported)?;
        let thumbprint = digest(Value::Object(members.clone()).to_string().as_bytes());
        let bare = Jwk::from_map(members).map_err(|_| Unusable::Unsupported)?;
        let verifiers = algorithms
            .into_iter()
            .map(|algorithm| Ok((algorithm, verifier(algorithm, &bare)?)))
            .collect::<Result<Vec<_>, josekit::JoseError>>()
            .map_err(|_| Unusable::Unsupported)?;
        let id = jwk.get("kid").and_then(Value::as_str).map(str::to_owned);
        Ok(Self { id, thumbprint, verifiers })
    }

    /// Its `kid`.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Its fingerprint ([RFC 7638](https://www.rfc-editor.org/rfc/rfc7638)): 43 characters.
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// Whether it verifies signatures of that algorithm.
    #[must_use]
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        self.verifiers.iter().any(|(own, _)| *own == algorithm)
    }

    pub(in crate::jose) fn verifies(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        self.verifiers
            .iter()
            .find(|(own, _)| *own == algorithm)
            .is_some_and(|(_, verifier)| verifier.verify(message, signature).is_ok())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PublicKey({})", self.thumbprint)
    }
}

/// A private key that was sent is compromised.
pub(in crate::jose) fn refuse_private(jwk: &Map<String, Value>) -> Result<(), Unusable> {
    if PRIVATE.iter().any(|member| jwk.contains_key(*member)) {
        return Err(Unusable::Private);
    }
    Ok(())
}

/// What the key may verify: what its type can, narrowed by what it says of itself.
fn algorithms(jwk: &Map<String, Value>, members: &Map<String, Value>) -> Option<Vec<Algorithm>> {
    let able = able(members)?;
    if jwk.get("use").is_some_and(|usage| usage != "sig") {
        return None;
    }
    if let Some(operations) = jwk.get("key_ops") {
        operations.as_array()?.iter().find(|operation| *operation == "verify")?;
    }
    let Some(stated) = jwk.get("alg") else { return Some(able) };
    let stated = Algorithm::of_stranger(stated.as_str()?)?;
    able.contains(&stated).then(|| vec![stated])
}

/// Refuses an RSA key that is too weak or too expensive, or whose numbers begin with zeros: one key
/// has one fingerprint. Keys of other types pass.
pub(in crate::jose) fn rsa_size(members: &Map<String, Value>) -> Result<(), Unusable> {
    if members.get("kty").and_then(Value::as_str) != Some("RSA") {
        return Ok(());
    }
    let bytes = |name| {
        let text = members.get(name).and_then(Value::as_str);
        text.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()).unwrap_or_default()
    };
    let (modulus, exponent) = (bytes("n"), bytes("e"));
    let zeros = |number: &[u8]| number.first().map_or(8, |byte| byte.leading_zeros() as usize);
    let bits = (modulus.len() * 8).saturating_sub(zeros(&modulus));
    let is_odd = exponent.last().is_some_and(|last| last % 2 == 1) && exponent != [1];
    let fits = RSA_BITS.contains(&bits)
        && zeros(&modulus) < 8
        && zeros(&exponent) < 8
        && is_odd
        && exponent.len() <= EXPONENT_BYTES;
    if fits { Ok(()) } else { Err(Unusable::RsaSize) }
}

/// What a key of that type and size can verify
/// ([RFC 7518 section 6](https://www.rfc-editor.org/rfc/rfc7518#section-6)): lengths are exact, as
/// it demands, so that one key has one fingerprint.
fn able(members: &Map<String, Value>) -> Option<Vec<Algorithm>> {
    let text = |name| members.get(name).and_then(Value::as_str);
    let bytes = |name| text(name).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    let is_long = |name, length| bytes(name).is_some_and(|bytes| bytes.len() == length);
    match (text("kty")?, text("crv")) {
        ("RSA", _) => Some(vec![Algorithm::RS256, Algorithm::PS256]),
        ("EC", Some("P-256")) => {
            (is_long("x", 32) && is_long("y", 32)).then(|| vec![Algorithm::ES256])
        }
        ("OKP", Some("Ed25519")) => is_long("x", 32).then(|| vec![Algorithm::EdDSA]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::jose::key::Key;

    fn parse(jwk: &Value) -> Result<PublicKey, Unusable> {
        PublicKey::parse(jwk.as_object().unwrap())
    }

    fn public(algorithm: Algorithm) -> Value {
        Value::Object(Key::generate(algorithm, 2_048).unwrap().public().unwrap().into())
    }

    #[test]
    fn rfc_7517_section_4_alg_use_and_key_ops_limit_what_a_key_verifies() {
        let mut rsa = public(Algorithm::RS256);
        let key = parse(&rsa).unwrap();
        assert!(key.fits(Algorithm::RS256) && !key.fits(Algorithm::PS256));
        assert_eq!(key.id(), rsa["kid"].as_str());
        rsa.as_object_mut().unwrap().remove("alg");
        let key = parse(&rsa).unwrap();
        assert!(key.fits(Algorithm::RS256) && key.fits(Algorithm::PS256));
        assert!(!key.fits(Algorithm::ES256));

        let ec = public(Algorithm::ES256);
        for (member, value) in [
            ("use", json!("enc")),
            ("use", json!(1)),
            ("key_ops", json!(["encrypt"])),
            ("key_ops", json!("verify")),
            ("alg", json!("ES384")),
            ("alg", json!("RS256")),
            ("alg", json!("none")),
            ("alg", json!(null)),
        ] {
            let mut narrowed = ec.clone();
            narrowed[member] = value;
            assert_eq!(parse(&narrowed).err(), Some(Unusable::Unsupported), "{narrowed}");
        }
        let mut operations = ec;
        operations["key_ops"] = json!(["sign", "verify"]);
        assert!(parse(&operations).unwrap().fits(Algorithm::ES256));
    }

    #[test]
    fn rfc_9864_a_key_with_alg_ed25519_verifies_eddsa() {
        let mut key = public(Algorithm::EdDSA);
        key["alg"] = json!("Ed25519");
        assert!(parse(&key).unwrap().fits(Algorithm::EdDSA));
    }

    #[test]
    fn a_private_or_symmetric_jwk_is_refused() {
        for algorithm in [Algorithm::ES256, Algorithm::EdDSA] {
            let text = Key::generate(algorithm, 2_048).unwrap().to_text();
            let jwk = serde_json::from_str(&text).unwrap();
            assert_eq!(parse(&jwk).err(), Some(Unusable::Private));
        }
        let symmetric = json!({"kty": "oct", "k": "AAAA"});
        assert_eq!(parse(&symmetric).err(), Some(Unusable::Private));
    }

    #[test]
    fn rfc_7518_section_6_a_key_of_wrong_size_or_off_its_curve_is_refused() {
        let ec = public(Algorithm::ES256);
        let short = URL_SAFE_NO_PAD.encode([1; 31]);
        for jwk in [
            json!({"kty": "EC", "crv": "P-256", "x": ec["x"], "y": ec["x"]}),
            json!({"kty": "EC", "crv": "P-256", "x": ec["x"], "y": short}),
            json!({"kty": "EC", "crv": "P-256", "x": format!("{}=", ec["x"]), "y": ec["y"]}),
            json!({"kty": "EC", "crv": "P-384", "x": ec["x"], "y": ec["y"]}),
            json!({"kty": "EC", "crv": "secp256k1", "x": ec["x"], "y": ec["y"]}),
            json!({"kty": "OKP", "crv": "Ed25519", "x": short}),
            json!({"kty": "OKP", "crv": "X25519", "x": ec["x"]}),
            json!({"kty": "AKP", "pub": "AA"}),
            json!({}),
        ] {
            assert_eq!(parse(&jwk).err(), Some(Unusable::Unsupported), "{jwk}");
        }
    }

    #[test]
    fn an_rsa_key_with_modulus_or_exponent_out_of_bounds_is_refused() {
        let modulus = |bytes: usize| vec![0xff; bytes];
        let padded = [&[0; 1][..], &[0xff; 256]].concat();
        let odd_bits = [&[0x01][..], &[0xff; 512]].concat();
        for (modulus, exponent, fits) in [
            (modulus(256), &[1, 0, 1][..], true),
            (modulus(512), &[1, 0, 1], true),
            (modulus(512), &[3], true),
            (modulus(512), &[0xff; 4], true),
            (modulus(255), &[1, 0, 1], false),
            (odd_bits, &[1, 0, 1], false),
            (modulus(1_024), &[1, 0, 1], false),
            (modulus(2_048), &[1, 0, 1], false),
            (padded, &[1, 0, 1], false),
            (vec![], &[1, 0, 1], false),
            (modulus(256), &[1, 0, 0, 0, 1], false),
            (modulus(256), &[0, 1, 0, 1], false),
            (modulus(256), &[0xff; 256], false),
            (modulus(256), &[4], false),
            (modulus(256), &[1, 0, 0], false),
            (modulus(256), &[1], false),
            (modulus(256), &[], false),
        ] {
            let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
            let jwk = json!({"kty": "RSA", "n": number(&modulus), "e": number(exponent)});
            let refused = parse(&jwk).err();
            assert_eq!(refused, (!fits).then_some(Unusable::RsaSize), "{exponent:?} {jwk:.80}");
        }
        let typed = json!({"kty": "RSA", "n": 1, "e": ["AQAB"]});
        assert!(parse(&typed).is_err());
    }

    proptest! {
        #[test]
        fn an_arbitrary_jwk_never_panics_and_verifies_nothing(
            kind in prop_oneof![Just("RSA"), Just("EC"), Just("OKP")],
            curve in prop_oneof![Just("P-256"), Just("Ed25519")],
            first in proptest::collection::vec(any::<u8>(), 0..300),
            second in proptest::collection::vec(any::<u8>(), 0..40),
        ) {
            let (first, second) = (URL_SAFE_NO_PAD.encode(first), URL_SAFE_NO_PAD.encode(second));
            let jwk = json!({
                "kty": kind, "crv": curve, "n": first, "e": second, "x": second, "y": second,
            });
            if let Ok(key) = parse(&jwk) {
                for algorithm in Algorithm::ALL {
                    prop_assert!(!key.verifies(algorithm, b"message", first.as_bytes()));
                    prop_assert!(!key.verifies(algorithm, b"message", &[0; 64]));
                }
            }
        }
    }
}
