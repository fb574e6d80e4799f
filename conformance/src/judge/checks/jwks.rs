//! The provider's JWK Set (RFC 7517, RFC 7518 section 6).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::judge::verdict::Findings;

const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
const ALGORITHMS: [&str; 22] = [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
    "RSA-OAEP",
    "RSA-OAEP-256",
    "RSA-OAEP-384",
    "RSA-OAEP-512",
    "RSA1_5",
    "ECDH-ES",
    "ECDH-ES+A128KW",
    "ECDH-ES+A192KW",
    "ECDH-ES+A256KW",
    "ES256K",
    "Ed448",
];

/// Notes what is wrong with a JWK Set.
pub fn check(set: &Value, findings: &mut Findings) {
    let Some(keys) = set["keys"].as_array() else {
        findings.fail("the JWK Set has no array keys");
        return;
    };
    findings.require(!keys.is_empty(), || "the JWK Set is empty".to_owned());
    let mut names = std::collections::BTreeSet::new();
    for key in keys {
        let kid = key["kid"].as_str().unwrap_or_default();
        findings.require(!kid.trim().is_empty(), || format!("a key without kid: {key}"));
        findings.require(names.insert(kid), || format!("two keys have the kid {kid}"));
        check_key(key, kid, findings);
    }
}

fn check_key(key: &Value, kid: &str, findings: &mut Findings) {
    for name in PRIVATE {
        findings.require(key[name].is_null(), || format!("key {kid} publishes its private {name}"));
    }
    let members: &[&str] = match key["kty"].as_str() {
        Some("RSA") => &["n", "e"],
        Some("EC") => &["crv", "x", "y"],
        Some("OKP") => &["crv", "x"],
        Some("oct") => {
            findings.fail(format!("key {kid} is symmetric"));
            return;
        }
        other => {
            findings.warn(format!("key {kid} has the unknown kty {other:?}"));
            return;
        }
    };
    for name in members {
        let Some(text) = key[*name].as_str() else {
            findings.fail(format!("key {kid} has no {name}"));
            continue;
        };
        let encoded = *name == "crv" || URL_SAFE_NO_PAD.decode(text).is_ok();
        findings.require(encoded, || format!("{name} of key {kid} is no base64url: {text}"));
    }
    if let Some(curve) = key["crv"].as_str() {
        let known = ["P-256", "P-384", "P-521", "Ed25519", "Ed448", "X25519", "X448", "secp256k1"];
        findings
            .prefer(known.contains(&curve), || format!("key {kid} has the unknown crv {curve}"));
    }
    if let Some(algorithm) = key["alg"].as_str() {
        let known = ALGORITHMS.contains(&algorithm);
        findings.prefer(known, || format!("key {kid} has the unknown alg {algorithm}"));
    }
    if key["kty"] == "RSA" {
        let bytes = URL_SAFE_NO_PAD.decode(key["n"].as_str().unwrap_or_default());
        let bits = bytes.map(|bytes| bytes.len() * 8).unwrap_or_default();
        findings.require(bits >= 2048, || format!("key {kid} has {bits} bits, not 2048"));
    }
    if let Some(chain) = key["x5c"].as_array() {
        let readable = |one: &Value| one.as_str().is_some_and(|text| STANDARD.decode(text).is_ok());
        findings.require(chain.iter().all(readable), || format!("x5c of key {kid} is no base64"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::judge::jwt;

    fn judged(keys: &[Value]) -> Findings {
        let mut findings = Findings::default();
        check(&json!({ "keys": keys }), &mut findings);
        findings
    }

    #[test]
    fn public_keys_with_distinct_kids_pass_and_private_ones_fail() {
        let keys = ["RS256", "ES256", "EdDSA"].map(|alg| jwt::generate(alg, alg).expect("a key"));
        let public = keys.each_ref().map(|key| jwt::public(key).expect("a key"));
        assert!(judged(&public).is_empty());
        let private = judged(&keys);
        assert!(private.failures.iter().any(|text| text.contains("private d")), "{private:?}");
    }

    #[test]
    fn a_key_with_missing_or_duplicate_kid_fails() {
        let key = jwt::public(&jwt::generate("ES256", "a").expect("a key")).expect("a key");
        assert_eq!(judged(&[key.clone(), key.clone()]).failures, ["two keys have the kid a"]);
        for kid in [json!(null), json!(" "), json!(1)] {
            let mut nameless = key.clone();
            nameless["kid"] = kid;
            assert_eq!(judged(&[nameless]).failures.len(), 1);
        }
    }

    #[test]
    fn a_malformed_symmetric_or_weak_key_fails_and_an_unknown_one_warns() {
        let key = jwt::public(&jwt::generate("ES256", "a").expect("a key")).expect("a key");
        for (name, value) in [("x", json!("A=")), ("y", json!(null)), ("kty", json!("oct"))] {
            let mut wrong = key.clone();
            wrong[name] = value;
            assert_eq!(judged(&[wrong]).failures.len(), 1, "{name}");
        }
        let short = json!({ "kty": "RSA", "kid": "r", "n": "AQAB", "e": "AQAB" });
        assert_eq!(judged(&[short]).failures.len(), 1);
        let lattice = judged(&[json!({ "kty": "AKP", "kid": "m", "alg": "ML-DSA-44" })]);
        assert_eq!((lattice.failures.len(), lattice.warnings.len()), (0, 1));
    }
}
