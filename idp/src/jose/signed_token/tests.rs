use std::sync::LazyLock;

use josekit::jws::JwsSigner;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::jose::key::Key;
use crate::secret::ClientSecret;

const ANY: Rules<'_> = Rules { algorithms: &Algorithm::ALL, types: Types::Optional(&["JWT"]) };
const SECRET: &str = "a secret of thirty-two letters!!";

/// The payload of RFC 7515 appendix A.1.1.
const PAYLOAD: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

/// A JWT with these claims, authenticated with a shared secret.
pub(crate) fn made_with(secret: &str, claims: &Value) -> String {
    let signer = HS256.signer_from_bytes(secret).unwrap();
    let header = json!({"alg": "HS256", "typ": "JWT"}).to_string();
    let encoded = |text: String| URL_SAFE_NO_PAD.encode(text);
    let message = format!("{}.{}", encoded(header), encoded(claims.to_string()));
    let signature = signer.sign(message.as_bytes()).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn keys(jwks: &[Value]) -> PublicKeys {
    PublicKeys::from_value(&json!({ "keys": jwks })).unwrap()
}

fn public(key: &Key) -> Value {
    Value::Object(key.public().unwrap().into())
}

fn signed(key: &Key, header: &Value) -> String {
    token(&*key.signer().unwrap(), header)
}

/// Signs with any header: the signer's own name and algorithm are not added.
fn token(signer: &dyn JwsSigner, header: &Value) -> String {
    let message = format!("{}.{PAYLOAD}", URL_SAFE_NO_PAD.encode(header.to_string()));
    let signature = signer.sign(message.as_bytes()).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn refusal(text: &str, keys: &PublicKeys, rules: Rules<'_>) -> Option<Refusal> {
    SignedToken::parse(text).and_then(|token| token.verify(keys, rules).cloned()).err()
}

#[test]
fn rfc_7515_appendix_a_the_examples_verify() {
    let rsa = json!({
        "kty": "RSA", "e": "AQAB",
        "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
    });
    let rs256 = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    let ec = json!({
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    });
    let es256 =
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    for (jwk, header, signature) in
        [(rsa, "eyJhbGciOiJSUzI1NiJ9", rs256), (ec, "eyJhbGciOiJFUzI1NiJ9", es256)]
    {
        let token = SignedToken::parse(&format!("{header}.{PAYLOAD}.{signature}")).unwrap();
        let claims = token.verify(&keys(&[jwk]), ANY).unwrap();
        assert_eq!((&claims["iss"], &claims["exp"]), (&json!("joe"), &json!(1_300_819_380)));
    }
}

#[test]
fn rfc_8037_appendix_a_4_the_example_signature_verifies_but_is_not_a_jwt() {
    let jwk = json!({
        "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    });
    let message = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    let signature =
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    let key = PublicKey::parse(jwk.as_object().unwrap()).unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    assert!(key.verifies(Algorithm::EdDSA, message.as_bytes(), &bytes));
    assert!(!key.verifies(Algorithm::EdDSA, b"another", &bytes));
    let parsed = SignedToken::parse(&format!("{message}.{signature}"));
    assert_eq!(parsed.err(), Some(Refusal::Malformed));
}

#[test]
fn every_supported_algorithm_verifies_and_alg_ed25519_is_eddsa() {
    for key in Key::generate_each(&Algorithm::ALL, 2_048).unwrap() {
        let set = keys(&[public(&key)]);
        let algorithm = key.algorithm();
        let text = signed(&key, &json!({"alg": algorithm, "kid": key.id()}));
        assert_eq!(refusal(&text, &set, ANY), None, "{algorithm}");
        let others: Vec<_> = Algorithm::ALL.into_iter().filter(|a| *a != algorithm).collect();
        let without = Rules { algorithms: &others, ..ANY };
        assert_eq!(refusal(&text, &set, without), Some(Refusal::Algorithm), "{algorithm}");
        if algorithm == Algorithm::EdDSA {
            assert_eq!(refusal(&signed(&key, &json!({"alg": "Ed25519"})), &set, ANY), None);
        }
    }
}

#[test]
fn verification_uses_the_key_with_the_kid_or_any_matching_key_without_kid() {
    let made =
        Key::generate_each(&[Algorithm::ES256, Algorithm::ES256, Algorithm::EdDSA], 2_048).unwrap();
    let stranger = Key::generate(Algorithm::ES256, 2_048).unwrap();
    let mut nameless = public(&made[0]);
    nameless.as_object_mut().unwrap().remove("kid");
    let set = keys(&[public(&made[2]), public(&made[1]), nameless]);
    let named = |kid: &str| signed(&made[1], &json!({"alg": "ES256", "kid": kid}));
    for (text, expected) in [
        (signed(&made[0], &json!({"alg": "ES256"})), None),
        (signed(&made[1], &json!({"alg": "ES256"})), None),
        (named(made[1].id()), None),
        (signed(&made[0], &json!({"alg": "ES256", "kid": "unregistered"})), None),
        (named("new"), Some(Refusal::NoKey)),
        (named(made[2].id()), Some(Refusal::NoKey)),
        (
            signed(&stranger, &json!({"alg": "ES256", "kid": made[1].id()})),
            Some(Refusal::Signature),
        ),
        (signed(&made[0], &json!({"alg": "RS256"})), Some(Refusal::NoKey)),
        (signed(&stranger, &json!({"alg": "ES256"})), Some(Refusal::NoKey)),
    ] {
        assert_eq!(refusal(&text, &set, ANY), expected, "{text:.60}");
    }
}

#[test]
fn rfc_9449_section_4_2_a_dpop_proof_is_verified_by_the_key_in_its_header() {
    let key = Key::generate(Algorithm::ES256, 2_048).unwrap();
    let rules = Rules { algorithms: &[Algorithm::ES256], types: Types::Required(&["dpop+jwt"]) };
    let header = json!({"alg": "ES256", "typ": "dpop+jwt", "jwk": public(&key)});
    let proof = SignedToken::parse(&signed(&key, &header)).unwrap();
    let brought = PublicKey::parse(proof.jwk().unwrap()).unwrap();
    assert!(proof.verify_by(&brought, rules).is_ok());
    let other = keys(&[public(&Key::generate(Algorithm::ES256, 2_048).unwrap())]);
    assert_eq!(proof.verify(&other, rules).err(), Some(Refusal::NoKey));
}

#[test]
fn rfc_8725_section_3_11_a_token_with_another_typ_is_refused() {
    let key = Key::generate(Algorithm::ES256, 2_048).unwrap();
    let set = keys(&[public(&key)]);
    let required = Types::Required(&["dpop+jwt"]);
    let optional = Types::Optional(&["JWT", "oauth-authz-req+jwt"]);
    for (typ, types, fits) in [
        (None, required, false),
        (Some("dpop+jwt"), required, true),
        (Some("application/DPoP+jwt"), required, true),
        (Some("JWT"), required, false),
        (None, optional, true),
        (Some("jwt"), optional, true),
        (Some("oauth-authz-req+jwt"), optional, true),
        (Some("at+jwt"), optional, false),
        (Some(""), optional, false),
    ] {
        let mut header = json!({"alg": "ES256"});
        if let Some(typ) = typ {
            header["typ"] = json!(typ);
        }
        let rules = Rules { types, ..ANY };
        let expected = (!fits).then_some(Refusal::OtherType);
        assert_eq!(refusal(&signed(&key, &header), &set, rules), expected, "{typ:?}");
    }
}

#[test]
fn rfc_7518_section_3_2_an_hmac_is_accepted_only_when_verifying_with_a_secret() {
    let secret = Secret::<ClientSecret>::new(SECRET.to_owned());
    let types = Types::Optional(&["JWT"]);
    let made = |secret: &str, alg: &str| {
        token(&HS256.signer_from_bytes(secret).unwrap(), &json!({ "alg": alg }))
    };
    let check = |text: &str, secret: &Secret<ClientSecret>| {
        SignedToken::parse(text).unwrap().verify_with_secret(secret, types).cloned().err()
    };
    assert_eq!(check(&made(SECRET, "HS256"), &secret), None);
    assert_eq!(check(&made(SECRET, "HS512"), &secret), Some(Refusal::Algorithm));
    assert_eq!(refusal(&made(SECRET, "none"), &keys(&[]), ANY), Some(Refusal::Unsigned));
    let other = made("another secret of thirty-two let", "HS256");
    assert_eq!(check(&other, &secret), Some(Refusal::Signature));
    let short = Secret::<ClientSecret>::new("short".to_owned());
    assert_eq!(check(&made(SECRET, "HS256"), &short), Some(Refusal::Signature));

    // A public key is no shared secret: RFC 8725 section 2.1.
    let key = Key::generate(Algorithm::RS256, 2_048).unwrap();
    let jwk = public(&key);
    let confused = made(jwk["n"].as_str().unwrap(), "HS256");
    assert_eq!(refusal(&confused, &keys(&[jwk]), ANY), Some(Refusal::Algorithm));
}

#[test]
fn rfc_7515_section_5_2_malformed_headers_and_signatures_are_refused() {
    let key = Key::generate(Algorithm::ES256, 2_048).unwrap();
    let set = keys(&[public(&key)]);
    let good = signed(&key, &json!({"alg": "ES256"}));
    let (message, signature) = good.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { "B" } else { "A" };
    let segment = |text: &str| URL_SAFE_NO_PAD.encode(text);
    for (text, expected) in [
        (String::new(), Refusal::Malformed),
        ("..".to_owned(), Refusal::Malformed),
        ("a.b.c.d".to_owned(), Refusal::Malformed),
        (format!("{good}."), Refusal::Malformed),
        (format!("{good}="), Refusal::Malformed),
        (format!("{good}{}", "A".repeat(LONGEST)), Refusal::Malformed),
        (format!("{}.{}.", segment("{}"), segment("[]")), Refusal::Malformed),
        (format!("{}.{}.", segment("[]"), segment("{}")), Refusal::Malformed),
        (format!("{}.{}.", segment("{}"), segment("{}")), Refusal::Unsigned),
        (format!("{}.{}.AA", segment("{}"), segment("{}")), Refusal::Algorithm),
        (format!("{}.{PAYLOAD}.", segment(r#"{"alg":"none"}"#)), Refusal::Unsigned),
        (format!("{}.{PAYLOAD}.", segment(r#"{"alg":1}"#)), Refusal::Malformed),
        (format!("{}.{PAYLOAD}.", segment(r#"{"alg":"ES256","alg":"ES256"}"#)), Refusal::Malformed),
        (format!("{}.{}.", segment("{}"), segment(r#"{"aud":1,"aud":1}"#)), Refusal::Malformed),
        (format!("{}.{PAYLOAD}.", segment(r#"{"alg":"ES256","kid":1}"#)), Refusal::Malformed),
        (signed(&key, &json!({"alg": "ES256", "crit": ["exp"]})), Refusal::Critical),
        (signed(&key, &json!({"alg": "ES256", "crit": null})), Refusal::Critical),
        (signed(&key, &json!({"alg": "ES256K"})), Refusal::Algorithm),
        (format!("{message}."), Refusal::Unsigned),
        (format!("{message}.{}", URL_SAFE_NO_PAD.encode([0; 64])), Refusal::NoKey),
        (format!("{message}.{first}{}", &signature[1..]), Refusal::NoKey),
    ] {
        assert_eq!(refusal(&text, &set, ANY), Some(expected), "{text:.80}");
    }
}

/// One key of each kind but RSA, which is slow to make, with a token that it signed.
static GOOD: LazyLock<Vec<(PublicKeys, String)>> = LazyLock::new(|| {
    let made = Key::generate_each(&[Algorithm::ES256, Algorithm::EdDSA], 2_048).unwrap();
    let with_token = |key: &Key| {
        (keys(&[public(key)]), signed(key, &json!({"alg": key.algorithm(), "typ": "JWT"})))
    };
    made.iter().map(with_token).collect()
});

proptest! {
    /// P31.
    #[test]
    fn a_signed_token_with_any_changed_added_or_removed_text_fails_verification(
        number in 0..3_usize,
        at in proptest::option::of(any::<proptest::sample::Index>()),
        gone in 0..2_usize,
        text in "[A-Za-z0-9_.-]|[ -~]|",
    ) {
        let by_secret = (keys(&[]), made_with(SECRET, &json!({"iss": "joe"})));
        let (set, good) = GOOD.get(number).unwrap_or(&by_secret);
        // Often the very end, where base64 has bits to spare.
        let at = at.map_or(good.len() - 1, |at| at.index(good.len()));
        let changed = format!("{}{text}{}", &good[..at], &good[at + gone..]);
        prop_assume!(changed != *good);
        if let Ok(token) = SignedToken::parse(&changed) {
            let secret = Secret::<ClientSecret>::new(SECRET.to_owned());
            prop_assert!(token.verify(set, ANY).is_err(), "{changed}");
            prop_assert!(token.verify_with_secret(&secret, ANY.types).is_err(), "{changed}");
        }
    }

    #[test]
    fn parsing_a_signed_token_never_panics(text in r"[A-Za-z0-9_.\-]{0,120}|\PC{0,60}") {
        let _ = SignedToken::parse(&text);
    }

    #[test]
    fn verifying_a_token_with_arbitrary_alg_and_signature_never_panics(
        alg in prop_oneof![Just("ES256"), Just("HS256"), Just("EdDSA"), Just("none")],
        signature in proptest::collection::vec(any::<u8>(), 0..100),
    ) {
        let jwk = json!({
            "kty": "EC", "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        });
        let header = URL_SAFE_NO_PAD.encode(json!({"alg": alg}).to_string());
        let text = format!("{header}.{PAYLOAD}.{}", URL_SAFE_NO_PAD.encode(signature));
        prop_assert!(refusal(&text, &keys(&[jwk]), ANY).is_some());
        let secret = Secret::<ClientSecret>::new(SECRET.to_owned());
        match SignedToken::parse(&text) {
            Ok(token) => prop_assert!(token.verify_with_secret(&secret, ANY.types).is_err()),
            Err(refusal) => prop_assert_eq!(refusal, Refusal::Unsigned),
        }
    }
}
