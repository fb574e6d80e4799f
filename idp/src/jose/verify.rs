//! Verifying a token that this provider itself has signed, such as an `id_token_hint`.

use std::cell::Cell;

use serde_json::{Map, Value};

use crate::jose::keyset::KeySet;

/// Longer than any token made here; anything longer is not looked at.
const LONGEST: usize = 16 * 1024;

/// Why a token is not one of ours. For the log alone: the sender learns only that it was
/// refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// Not a compact JWS, or its payload is not an object, or it is too long.
    #[error("the token is malformed")]
    Malformed,
    /// No `kid`, or not one of ours.
    #[error("the token names no key of this provider")]
    UnknownKey,
    /// `alg` is not the one algorithm of the key, `crit` names an extension, or the signature is
    /// not the key's.
    #[error("the token is not signed by the key it names")]
    BadSignature,
    /// Signed by us, but as another kind of token.
    #[error("the token is of another type")]
    OtherType,
    /// Signed by us under another issuer.
    #[error("the token names another issuer")]
    OtherIssuer,
}

impl KeySet {
    /// The claims of a token that was signed with [`KeySet::sign`] for this `typ` and `issuer`.
    ///
    /// The key is found by `kid` among our own, retired ones included, and alone decides the
    /// algorithm ([RFC 8725 section 3.1](https://www.rfc-editor.org/rfc/rfc8725#section-3.1));
    /// keys that the header brings along are not looked at. Times are not checked: a hint may
    /// have expired ([RP-Initiated Logout section
    /// 2](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout)).
    ///
    /// # Errors
    /// When the token is not one of ours.
    pub fn verify(
        &self,
        token: &str,
        typ: Option<&str>,
        issuer: &str,
    ) -> Result<Map<String, Value>, Rejected> {
        if token.len() > LONGEST {
            return Err(Rejected::Malformed);
        }
        let reached = Cell::new(Rejected::Malformed);
        let (payload, header) = josekit::jws::deserialize_compact_with_selector(token, |header| {
            let verifier = header.key_id().and_then(|id| self.verifier(id));
            reached.set(verifier.map_or(Rejected::UnknownKey, |_| Rejected::BadSignature));
            Ok(verifier)
        })
        .map_err(|_| reached.get())?;
        if header.token_type() != typ {
            return Err(Rejected::OtherType);
        }
        let claims: Map<String, Value> =
            serde_json::from_slice(&payload).map_err(|_| Rejected::Malformed)?;
        if claims.get("iss").and_then(Value::as_str) != Some(issuer) {
            return Err(Rejected::OtherIssuer);
        }
        Ok(claims)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use josekit::jws::{HS256, JwsHeader};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::jose::Algorithm;
    use crate::jose::key::Key;
    use crate::jose::rotation::State;

    const ISSUER: &str = "https://login.example.se";
    const CLAIMS: &[u8] = br#"{"iss":"https://login.example.se","aud":["idep"],"exp":1}"#;

    fn set(algorithms: &[Algorithm]) -> KeySet {
        let keys = Key::generate_each(algorithms, 2_048).unwrap();
        KeySet::new(&keys.into_iter().map(|key| (key, State::Active)).collect::<Vec<_>>()).unwrap()
    }

    fn segment(value: &Value) -> String {
        URL_SAFE_NO_PAD.encode(value.to_string())
    }

    /// The token with another header, its payload and signature left alone.
    fn with_header(token: &str, header: &Value) -> String {
        format!("{}.{}", segment(header), token.split_once('.').unwrap().1)
    }

    #[test]
    fn a_token_signed_by_this_issuer_is_verified_regardless_of_expiry() {
        let set = set(&Algorithm::ALL);
        for algorithm in Algorithm::ALL {
            let token = set.sign(algorithm, None, CLAIMS).unwrap();
            let claims = set.verify(&token, None, ISSUER).unwrap();
            assert_eq!(claims["aud"], json!(["idep"]), "{algorithm}");
        }
    }

    #[test]
    fn a_retired_key_still_verifies_and_a_removed_one_does_not() {
        let key = Key::generate(Algorithm::ES256, 2_048).unwrap();
        let token = KeySet::new(&[(key.clone(), State::Active)])
            .unwrap()
            .sign(Algorithm::ES256, None, CLAIMS)
            .unwrap();
        let retired = KeySet::new(&[(key, State::Retired)]).unwrap();
        assert!(retired.verify(&token, None, ISSUER).is_ok());
        let without = set(&[Algorithm::ES256]);
        assert_eq!(without.verify(&token, None, ISSUER), Err(Rejected::UnknownKey));
    }

    #[test]
    fn a_token_with_another_typ_or_issuer_is_rejected() {
        let set = set(&[Algorithm::ES256]);
        let plain = set.sign(Algorithm::ES256, None, CLAIMS).unwrap();
        let typed = set.sign(Algorithm::ES256, Some("logout+jwt"), CLAIMS).unwrap();
        let cases = [
            (&plain, None, ISSUER, None),
            (&typed, Some("logout+jwt"), ISSUER, None),
            (&typed, None, ISSUER, Some(Rejected::OtherType)),
            (&plain, Some("logout+jwt"), ISSUER, Some(Rejected::OtherType)),
            (&plain, None, "https://login.example.se/", Some(Rejected::OtherIssuer)),
        ];
        for (token, typ, issuer, refusal) in cases {
            assert_eq!(set.verify(token, typ, issuer).err(), refusal, "{typ:?} {issuer}");
        }
    }

    #[test]
    fn rfc_8725_section_3_the_token_header_cannot_change_the_verification_algorithm_or_key() {
        let set = set(&[Algorithm::ES256, Algorithm::EdDSA]);
        let id = set.signing(Algorithm::ES256).unwrap().id().to_owned();
        let other = set.signing(Algorithm::EdDSA).unwrap().id().to_owned();
        let token = set.sign(Algorithm::ES256, None, CLAIMS).unwrap();
        let unsigned =
            |header: Value| format!("{}.{}.", segment(&header), URL_SAFE_NO_PAD.encode(CLAIMS));
        let public = set.signing(Algorithm::ES256).unwrap().public().clone();
        let cases = [
            ("none", unsigned(json!({"alg": "none", "kid": id})), Rejected::BadSignature),
            ("none, no kid", unsigned(json!({"alg": "none"})), Rejected::UnknownKey),
            ("NONE", unsigned(json!({"alg": "NONE", "kid": id})), Rejected::BadSignature),
            (
                "another algorithm",
                with_header(&token, &json!({"alg": "RS256", "kid": id})),
                Rejected::BadSignature,
            ),
            (
                "another key",
                with_header(&token, &json!({"alg": "EdDSA", "kid": other})),
                Rejected::BadSignature,
            ),
            (
                "a header changed after signing",
                with_header(&token, &json!({"alg": "ES256", "kid": id, "typ": "x"})),
                Rejected::BadSignature,
            ),
            (
                "an unknown critical extension",
                with_header(&token, &json!({"alg": "ES256", "kid": id, "crit": ["x"], "x": 1})),
                Rejected::BadSignature,
            ),
            (
                "a key of its own",
                with_header(&token, &json!({"alg": "ES256", "kid": "mine", "jwk": public})),
                Rejected::UnknownKey,
            ),
            ("no kid", with_header(&token, &json!({"alg": "ES256"})), Rejected::UnknownKey),
        ];
        for (name, token, refusal) in cases {
            assert_eq!(set.verify(&token, None, ISSUER).unwrap_err(), refusal, "{name}");
        }
    }

    #[test]
    fn an_hs256_token_is_rejected_with_and_without_kid() {
        let set = set(&[Algorithm::ES256]);
        let id = set.signing(Algorithm::ES256).unwrap().id();
        for (kid, refusal) in [(Some(id), Rejected::BadSignature), (None, Rejected::UnknownKey)] {
            let mut header = JwsHeader::new();
            if let Some(kid) = kid {
                header.set_key_id(kid);
            }
            let signer = HS256.signer_from_bytes([7; 32]).unwrap();
            let token = josekit::jws::serialize_compact(CLAIMS, &header, &signer).unwrap();
            assert_eq!(set.verify(&token, None, ISSUER).unwrap_err(), refusal);
        }
    }

    #[test]
    fn malformed_tokens_and_changed_signatures_are_rejected() {
        let set = set(&[Algorithm::EdDSA]);
        let token = set.sign(Algorithm::EdDSA, None, CLAIMS).unwrap();
        let payload = set.sign(Algorithm::EdDSA, None, b"[]").unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let first = if signature.starts_with('A') { "B" } else { "A" };
        let cases = [
            (String::new(), Rejected::Malformed),
            ("..".to_owned(), Rejected::Malformed),
            ("a.b.c.d".to_owned(), Rejected::Malformed),
            (format!("{}.{token}", segment(&json!({}))), Rejected::Malformed),
            (format!("{token}{}", "A".repeat(LONGEST)), Rejected::Malformed),
            (payload, Rejected::Malformed),
            (format!("{signed}."), Rejected::BadSignature),
            (format!("{token}="), Rejected::BadSignature),
            (format!("{signed}.{first}{}", &signature[1..]), Rejected::BadSignature),
        ];
        for (token, refusal) in cases {
            assert_eq!(set.verify(&token, None, ISSUER).unwrap_err(), refusal, "{token:.60}");
        }
    }

    static OWN: LazyLock<(KeySet, Vec<String>)> = LazyLock::new(|| {
        let algorithms = [Algorithm::ES256, Algorithm::EdDSA];
        let set = set(&algorithms);
        let signed = algorithms.map(|algorithm| set.sign(algorithm, None, CLAIMS).unwrap());
        (set, signed.into())
    });

    proptest! {
        /// P31.
        #[test]
        fn a_token_with_any_changed_added_or_removed_text_fails_verification(
            number in 0..2_usize,
            at in proptest::option::of(any::<proptest::sample::Index>()),
            gone in 0..2_usize,
            text in "[A-Za-z0-9_.-]|[ -~]|",
        ) {
            let (set, signed) = &*OWN;
            let good = &signed[number];
            // Often the very end, where base64 has bits to spare.
        let at = at.map_or(good.len() - 1, |at| at.index(good.len()));
            let changed = format!("{}{text}{}", &good[..at], &good[at + gone..]);
            prop_assume!(changed != *good);
            prop_assert!(set.verify(&changed, None, ISSUER).is_err(), "{}", changed);
        }
    }
}
