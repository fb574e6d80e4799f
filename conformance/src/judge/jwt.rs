//! JWTs and keys: signed by the judge's own clients, and of the provider. Signing takes header and
//! claims as they are, so that a wrong JWT can be made on purpose.

use anyhow::{Context as _, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jwk::alg::ed::EdCurve;
use josekit::jws::{
    ES256, ES384, ES512, EdDSA, JwsSigner, JwsVerifier, PS256, PS384, PS512, RS256, RS384, RS512,
};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// base64url without padding (RFC 7515 section 2).
#[must_use]
pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A new private key for one algorithm, with `kid`, `use` and `alg`.
pub fn generate(algorithm: &str, kid: &str) -> anyhow::Result<Value> {
    let mut key = match algorithm {
        "RS256" | "PS256" => Jwk::generate_rsa_key(2048)?,
        "ES256" => Jwk::generate_ec_key(EcCurve::P256)?,
        "EdDSA" => Jwk::generate_ed_key(EdCurve::Ed25519)?,
        other => bail!("no key can be made for {other}"),
    };
    key.set_key_id(kid);
    key.set_key_use("sig");
    key.set_algorithm(algorithm);
    Ok(Value::Object(key.as_ref().clone()))
}

/// The public half of a key.
pub fn public(key: &Value) -> anyhow::Result<Value> {
    let mut public = key.as_object().context("a key is an object")?.clone();
    for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        public.remove(private);
    }
    Ok(Value::Object(public))
}

/// A JWK Set with the public halves (RFC 7517 section 5).
pub fn public_set(keys: &[Value]) -> anyhow::Result<Value> {
    Ok(json!({ "keys": keys.iter().map(public).collect::<anyhow::Result<Vec<_>>>()? }))
}

/// The thumbprint of a key (RFC 7638 section 3).
pub fn thumbprint(key: &Value) -> anyhow::Result<String> {
    let members: &[&str] = match key["kty"].as_str().unwrap_or_default() {
        "EC" => &["crv", "kty", "x", "y"],
        "RSA" => &["e", "kty", "n"],
        "OKP" => &["crv", "kty", "x"],
        other => bail!("no thumbprint for kty {other}"),
    };
    let pairs = members.iter().map(|name| format!("\"{name}\":{}", key[*name]));
    let text = format!("{{{}}}", pairs.collect::<Vec<_>>().join(","));
    Ok(base64url(Sha256::digest(text)))
}

/// A JWS of any header and payload, signed for the header's `alg`.
pub fn sign(key: &Value, header: &Value, claims: &Value) -> anyhow::Result<String> {
    let input = input(header, claims);
    let algorithm = header["alg"].as_str().context("no alg in the header")?;
    let signature = signer(algorithm, key)?.sign(input.as_bytes())?;
    Ok(format!("{input}.{}", base64url(signature)))
}

/// A JWS as a client of good manners makes it: `alg` and `kid` of the key.
pub fn sign_as(key: &Value, typ: Option<&str>, claims: &Value) -> anyhow::Result<String> {
    let mut header = json!({ "alg": key["alg"], "kid": key["kid"] });
    if let Some(typ) = typ {
        header["typ"] = json!(typ);
    }
    sign(key, &header, claims)
}

/// A JWS that is not signed (RFC 7519 section 6).
#[must_use]
pub fn unsecured(claims: &Value) -> String {
    format!("{}.", input(&json!({ "alg": "none" }), claims))
}

/// A JWS signed with a shared secret.
pub fn sign_hs256(secret: &str, claims: &Value) -> anyhow::Result<String> {
    let input = input(&json!({ "alg": "HS256" }), claims);
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())?;
    mac.update(input.as_bytes());
    Ok(format!("{input}.{}", base64url(mac.finalize().into_bytes())))
}

fn input(header: &Value, claims: &Value) -> String {
    format!("{}.{}", base64url(header.to_string()), base64url(claims.to_string()))
}

/// The header of a JWS, not verified.
pub fn header(jws: &str) -> anyhow::Result<Value> {
    part(jws, 0)
}

/// The claims of a JWT, not verified.
pub fn claims(jwt: &str) -> anyhow::Result<Value> {
    part(jwt, 1)
}

fn part(jws: &str, index: usize) -> anyhow::Result<Value> {
    let parts: Vec<_> = jws.split('.').collect();
    ensure!(parts.len() == 3, "{} parts where a JWS has three: {jws}", parts.len());
    let bytes = URL_SAFE_NO_PAD.decode(parts[index]).context("base64url of a JWS")?;
    let value: Value = serde_json::from_slice(&bytes).context("JSON of a JWS")?;
    ensure!(value.is_object(), "part {index} of a JWS is no object: {value}");
    Ok(value)
}

/// Verifies a JWS with the one key of the set that fits `kid`, `kty`, `alg` and `use`, and gives
/// header and claims. OpenID Connect Core section 10.1: a `kid` is needed as soon as more than one
/// key could be meant.
pub fn verify(jws: &str, keys: &Value) -> anyhow::Result<(Value, Value)> {
    let header = header(jws)?;
    let algorithm = header["alg"].as_str().context("no alg in the header")?;
    let set = keys["keys"].as_array().context("a JWK Set without keys")?;
    let fitting: Vec<_> = set.iter().filter(|key| fits(key, &header, algorithm)).collect();
    let [key] = fitting.as_slice() else {
        bail!("{} keys of the set fit the header {header}", fitting.len());
    };
    let (input, signature) = jws.rsplit_once('.').context("no signature")?;
    let signature = URL_SAFE_NO_PAD.decode(signature).context("base64url of the signature")?;
    verifier(algorithm, key)?
        .verify(input.as_bytes(), &signature)
        .with_context(|| format!("the signature of a JWS with header {header}"))?;
    Ok((header, claims(jws)?))
}

fn fits(key: &Value, header: &Value, algorithm: &str) -> bool {
    let kty = match &algorithm[..algorithm.len().min(2)] {
        "RS" | "PS" => "RSA",
        "ES" => "EC",
        "Ed" => "OKP",
        _ => return false,
    };
    key["kty"] == kty
        && (header["kid"].is_null() || header["kid"] == key["kid"])
        && (key["alg"].is_null() || key["alg"] == algorithm)
        && (key["use"].is_null() || key["use"] == "sig")
}

fn bare(key: &Value) -> anyhow::Result<Jwk> {
    let mut members: Map<String, Value> = key.as_object().context("a key is an object")?.clone();
    // What a key says of its use is judged elsewhere; here it would only get in the way.
    for member in ["alg", "use", "key_ops", "kid"] {
        members.remove(member);
    }
    Ok(Jwk::from_map(members)?)
}

fn signer(algorithm: &str, key: &Value) -> anyhow::Result<Box<dyn JwsSigner>> {
    let key = bare(key)?;
    Ok(match algorithm {
        "RS256" => Box::new(RS256.signer_from_jwk(&key)?),
        "PS256" => Box::new(PS256.signer_from_jwk(&key)?),
        "ES256" => Box::new(ES256.signer_from_jwk(&key)?),
        "EdDSA" => Box::new(EdDSA.signer_from_jwk(&key)?),
        other => bail!("no signature is made with {other}"),
    })
}

fn verifier(algorithm: &str, key: &Value) -> anyhow::Result<Box<dyn JwsVerifier>> {
    let key = bare(key)?;
    Ok(match algorithm {
        "RS256" => Box::new(RS256.verifier_from_jwk(&key)?),
        "RS384" => Box::new(RS384.verifier_from_jwk(&key)?),
        "RS512" => Box::new(RS512.verifier_from_jwk(&key)?),
        "PS256" => Box::new(PS256.verifier_from_jwk(&key)?),
        "PS384" => Box::new(PS384.verifier_from_jwk(&key)?),
        "PS512" => Box::new(PS512.verifier_from_jwk(&key)?),
        "ES256" => Box::new(ES256.verifier_from_jwk(&key)?),
        "ES384" => Box::new(ES384.verifier_from_jwk(&key)?),
        "ES512" => Box::new(ES512.verifier_from_jwk(&key)?),
        "EdDSA" | "Ed25519" => Box::new(EdDSA.verifier_from_jwk(&key)?),
        other => bail!("no signature is verified with {other}"),
    })
}

/// The left half of the hash that goes with a signature algorithm: `at_hash`, `c_hash`, `s_hash`
/// (OpenID Connect Core section 3.1.3.6).
pub fn half_hash(algorithm: &str, value: &str) -> anyhow::Result<String> {
    let hash = match algorithm {
        "EdDSA" | "Ed25519" => Sha512::digest(value).to_vec(),
        other if other.ends_with("256") => Sha256::digest(value).to_vec(),
        other if other.ends_with("384") => Sha384::digest(value).to_vec(),
        other if other.ends_with("512") => Sha512::digest(value).to_vec(),
        other => bail!("no hash goes with {other}"),
    };
    Ok(base64url(&hash[..hash.len() / 2]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signed_jwt_is_verified_only_by_the_single_matching_key() {
        for algorithm in ["RS256", "PS256", "ES256", "EdDSA"] {
            let key = generate(algorithm, "k").expect("a key");
            let other = generate(algorithm, "o").expect("a key");
            let jwt = sign_as(&key, None, &json!({ "sub": "1" })).expect("a JWT");
            let both = public_set(&[key.clone(), other.clone()]).expect("a set");
            assert_eq!(verify(&jwt, &both).expect("verified").1, json!({ "sub": "1" }));
            let wrong = public_set(std::slice::from_ref(&other)).expect("a set");
            assert!(verify(&jwt, &wrong).is_err(), "{algorithm}: no such kid");
            let mut posing = other;
            posing["kid"] = json!("k");
            let wrong = public_set(&[posing.clone()]).expect("a set");
            assert!(verify(&jwt, &wrong).is_err(), "{algorithm}: another key");
            let twice = public_set(&[key, posing]).expect("a set");
            assert!(verify(&jwt, &twice).is_err(), "{algorithm}: two keys of one name");
        }
    }

    #[test]
    fn an_unsigned_or_hs256_jwt_is_not_verified() {
        let key = generate("ES256", "k").expect("a key");
        let set = public_set(&[key]).expect("a set");
        assert!(verify(&unsecured(&json!({})), &set).is_err());
        assert!(verify(&sign_hs256("secret", &json!({})).expect("a JWT"), &set).is_err());
        assert!(verify("a.b", &set).is_err());
    }

    #[test]
    fn the_example_of_openid_connect_core_has_its_at_hash() {
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(half_hash("RS256", token).expect("a hash"), "77QmUPtjPfzWtF2AnpK9RQ");
    }

    #[test]
    fn the_example_of_rfc_7638_has_its_thumbprint() {
        let key = json!({ "kty": "RSA", "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw" });
        assert_eq!(
            thumbprint(&key).expect("a thumbprint"),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
    }
}
