//! What FAPI 2.0 asks beyond the standards it profiles (FAPI 2.0 Security Profile, FAPI 2.0 Message
//! Signing).

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::answer::Answer;
use crate::judge::checks::discovery::lists;
use crate::judge::checks::shannon_bits;
use crate::judge::variant::Variant;
use crate::judge::verdict::Findings;

/// FAPI 2.0 Security Profile section 5.4.1.
pub const ALGORITHMS: [&str; 4] = ["PS256", "ES256", "EdDSA", "Ed25519"];

/// Notes what is wrong with the answer to a pushed request (RFC 9126 section 2.2), and gives
/// `request_uri` and the seconds it lasts; fails if it is none.
pub fn check_pushed(answer: &Answer, findings: &mut Findings) -> anyhow::Result<(String, u64)> {
    ensure!(answer.status == 201, "the pushed request: {} {}", answer.status, answer.body);
    let body = answer.json().context("the answer to the pushed request")?;
    findings.require(answer.uncached().is_ok(), || "Cache-Control is not no-store".to_owned());
    let uri = body["request_uri"].as_str().context("no request_uri")?;
    let bits = shannon_bits(uri.rsplit(':').next().unwrap_or_default());
    findings.require(bits >= 96.0, || format!("request_uri holds {bits:.0} bits, not 96: {uri}"));
    let lasts = body["expires_in"].as_u64();
    let right = lasts.is_some_and(|seconds| (5..=31_536_000).contains(&seconds));
    findings.require(right, || format!("expires_in of request_uri is {}", body["expires_in"]));
    Ok((uri.to_owned(), lasts.unwrap_or_default()))
}

/// Notes what the metadata lack (FAPI 2.0 Security Profile section 5.3.2).
pub fn check_metadata(metadata: &Value, variant: &Variant, findings: &mut Findings) {
    let code = lists(metadata, "response_types_supported", "code");
    findings.require(code, || "response_types_supported lacks code".to_owned());
    for name in [
        "authorization_response_iss_parameter_supported",
        "tls_client_certificate_bound_access_tokens",
    ] {
        let due = name.starts_with("authorization") || variant.is("sender_constrain", "mtls");
        findings.require(!due || metadata[name] == true, || format!("{name} is not true"));
    }
    let pushes = metadata["pushed_authorization_request_endpoint"].as_str();
    let pushes = pushes.is_some_and(|url| url.starts_with("https://"));
    findings.require(pushes, || "no pushed_authorization_request_endpoint over https".to_owned());
    let mut names = Vec::new();
    if variant.is("sender_constrain", "dpop") {
        names.push("dpop_signing_alg_values_supported");
    }
    if !variant.is("openid", "plain_oauth") {
        names.push("id_token_signing_alg_values_supported");
    }
    if variant.is("client_auth_type", "private_key_jwt") {
        names.push("token_endpoint_auth_signing_alg_values_supported");
    }
    if variant.is("fapi_request_method", "signed_non_repudiation") {
        names.push("request_object_signing_alg_values_supported");
    }
    if variant.is("fapi_response_mode", "jarm") {
        names.push("authorization_signing_alg_values_supported");
        let offered = lists(metadata, "response_modes_supported", "jwt");
        findings.require(offered, || "response_modes_supported lacks jwt".to_owned());
    }
    for name in names {
        let one = ALGORITHMS.iter().any(|algorithm| lists(metadata, name, algorithm));
        findings.require(one, || format!("{name} has none of {}", ALGORITHMS.join(", ")));
    }
    let pkce = lists(metadata, "code_challenge_methods_supported", "S256");
    findings.require(pkce, || "code_challenge_methods_supported lacks S256".to_owned());
    let methods: &[&str] = match variant.client_auth_type() {
        "mtls" => &["tls_client_auth", "self_signed_tls_client_auth"],
        _ => &["private_key_jwt"],
    };
    let offered = "token_endpoint_auth_methods_supported";
    let one = methods.iter().any(|method| lists(metadata, offered, method));
    findings.require(one, || format!("{offered} lacks {}", methods.join(" and ")));
    check_aliases(metadata, findings);
}

/// RFC 8705 section 5.
fn check_aliases(metadata: &Value, findings: &mut Findings) {
    for (name, value) in metadata["mtls_endpoint_aliases"].as_object().into_iter().flatten() {
        let there = metadata[name].is_string() && name != "authorization_endpoint";
        findings.require(there, || format!("mtls_endpoint_aliases has {name}"));
        let https = value.as_str().is_some_and(|url| url.starts_with("https://"));
        findings.require(https, || format!("the alias of {name} is {value}"));
    }
}

/// Notes keys that are too short (FAPI 2.0 Security Profile section 5.4.1).
pub fn check_keys(jwks: &Value, findings: &mut Findings) {
    for key in jwks["keys"].as_array().into_iter().flatten().filter(|key| key["kty"] == "RSA") {
        let modulus = URL_SAFE_NO_PAD.decode(key["n"].as_str().unwrap_or_default());
        let bits = modulus.map_or(0, |bytes| bytes.len() * 8);
        findings.require(bits >= 2048, || format!("the RSA key {} has {bits} bits", key["kid"]));
    }
}

/// Notes a signature that FAPI does not allow, or a key without a name.
pub fn check_signature(what: &str, header: &Value, findings: &mut Findings) {
    let allowed = ALGORITHMS.iter().any(|algorithm| header["alg"] == *algorithm);
    findings.require(allowed, || format!("{what} is signed with {}", header["alg"]));
    findings.require(header["kid"].is_string(), || format!("{what} names no kid"));
}

/// Notes what is wrong with a signed authorization response (JARM section 2.1).
pub fn check_signed_response(
    claims: &Value,
    issuer: &str,
    client_id: &str,
    now: u64,
    findings: &mut Findings,
) {
    let (iss, aud) = (&claims["iss"], &claims["aud"]);
    findings.require(iss == issuer, || format!("iss of the response is {iss}"));
    let meant = *aud == client_id || aud.as_array().is_some_and(|all| all == &[client_id]);
    findings.require(meant, || format!("aud of the response is {aud}"));
    match claims["exp"].as_u64() {
        Some(exp) if exp > now => {
            let far = exp - now;
            findings.prefer((10..=600).contains(&far), || format!("exp is {far} s ahead"));
        }
        _ => findings.fail(format!("exp of the response is {} at {now}", claims["exp"])),
    }
}

/// Notes what is wrong with the answer of a protected resource (FAPI 2.0 Security Profile section
/// 5.3.3, and the interaction id of the implementation advice).
pub fn check_resource(answer: &Answer, interaction: &str, findings: &mut Findings) {
    let fine = [200, 201].contains(&answer.status);
    findings.require(fine, || format!("the resource answers {}: {}", answer.status, answer.body));
    findings.require(answer.header("date").is_some(), || "the resource tells no Date".to_owned());
    let back = answer.header("x-fapi-interaction-id");
    findings.require(back.is_none_or(|id| id == interaction), || {
        format!("x-fapi-interaction-id {interaction} came back as {back:?}")
    });
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;
    use serde_json::json;

    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &str)], body: &Value) -> Answer {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().expect("a value"));
        }
        let url = "https://op.example/token".parse().expect("a URL");
        Answer { url, status, headers: map, body: body.to_string() }
    }

    #[test]
    fn a_pushed_request_needs_an_unguessable_request_uri_and_a_valid_expires_in() {
        let judged = |status, uri: &str, expires_in: Value| {
            let body = json!({ "request_uri": uri, "expires_in": expires_in });
            let headers = [("content-type", "application/json"), ("cache-control", "no-store")];
            let mut findings = Findings::default();
            let found = check_pushed(&answer(status, &headers, &body), &mut findings);
            found.is_ok() && findings.is_empty()
        };
        let uri = "urn:ietf:params:oauth:request_uri:abcdefghijklmnopqrstuvwxyz0123456789";
        assert!(judged(201, uri, json!(60)));
        assert!(!judged(200, uri, json!(60)));
        assert!(!judged(201, "urn:ietf:params:oauth:request_uri:1234", json!(60)));
        for wrong in [json!(4), json!("60"), json!(null), json!(40_000_000)] {
            assert!(!judged(201, uri, wrong));
        }
    }

    fn metadata() -> Value {
        json!({
            "response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
            "tls_client_certificate_bound_access_tokens": true,
            "pushed_authorization_request_endpoint": "https://op/par",
            "token_endpoint": "https://op/token",
            "mtls_endpoint_aliases": { "token_endpoint": "https://mtls/token" },
            "dpop_signing_alg_values_supported": ["ES256"],
            "id_token_signing_alg_values_supported": ["RS256", "PS256"],
            "token_endpoint_auth_signing_alg_values_supported": ["PS256"],
            "request_object_signing_alg_values_supported": ["PS256"],
            "authorization_signing_alg_values_supported": ["PS256"],
            "response_modes_supported": ["query", "jwt"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt", "tls_client_auth"],
        })
    }

    fn judged(metadata: &Value, variant: &str) -> usize {
        let (_, variant) = Variant::parse(variant).expect("a variant");
        let mut findings = Findings::default();
        check_metadata(metadata, &variant, &mut findings);
        findings.failures.len()
    }

    #[test]
    fn the_metadata_must_support_the_variant() {
        let keys = "[client_auth_type=private_key_jwt][sender_constrain=dpop]\
            [fapi_request_method=signed_non_repudiation][fapi_response_mode=jarm]";
        let certificates = "[client_auth_type=mtls][sender_constrain=mtls][openid=plain_oauth]";
        assert_eq!((judged(&metadata(), keys), judged(&metadata(), certificates)), (0, 0));
        for (name, wrong, variant) in [
            ("response_types_supported", json!(["code token"]), keys),
            ("code_challenge_methods_supported", json!(["plain"]), keys),
            ("authorization_response_iss_parameter_supported", json!(false), keys),
            ("tls_client_certificate_bound_access_tokens", json!(null), certificates),
            ("pushed_authorization_request_endpoint", json!("http://op/par"), keys),
            ("mtls_endpoint_aliases", json!({ "own_endpoint": "https://m" }), certificates),
            ("mtls_endpoint_aliases", json!({ "token_endpoint": "http://m" }), certificates),
            ("dpop_signing_alg_values_supported", json!(["RS256"]), keys),
            ("id_token_signing_alg_values_supported", json!(["RS256"]), keys),
            ("token_endpoint_auth_signing_alg_values_supported", json!(["RS256"]), keys),
            ("request_object_signing_alg_values_supported", json!(["RS256"]), keys),
            ("authorization_signing_alg_values_supported", json!(["RS256"]), keys),
            ("response_modes_supported", json!(["query"]), keys),
            ("token_endpoint_auth_methods_supported", json!(["private_key_jwt"]), certificates),
            ("token_endpoint_auth_methods_supported", json!(["tls_client_auth"]), keys),
        ] {
            let mut metadata = metadata();
            metadata[name] = wrong;
            assert_eq!(judged(&metadata, variant), 1, "{name}");
        }
    }

    #[test]
    fn short_keys_and_forbidden_signature_algorithms_fail() {
        let judged = |check: &dyn Fn(&mut Findings)| {
            let mut findings = Findings::default();
            check(&mut findings);
            findings.failures.len()
        };
        let long = json!({ "keys": [{ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode([1; 256]) }] });
        let short = json!({ "keys": [{ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode([1; 128]) }] });
        assert_eq!(judged(&|findings| check_keys(&long, findings)), 0);
        assert_eq!(judged(&|findings| check_keys(&short, findings)), 1);
        let header = |header: Value| judged(&|findings| check_signature("it", &header, findings));
        assert_eq!(header(json!({ "alg": "PS256", "kid": "1" })), 0);
        assert_eq!(header(json!({ "alg": "RS256", "kid": "1" })), 1);
        assert_eq!(header(json!({ "alg": "ES256" })), 1);
    }

    #[test]
    fn a_response_jwt_must_have_iss_aud_and_a_short_exp() {
        let judged = |claims: Value| {
            let mut findings = Findings::default();
            check_signed_response(&claims, "https://op", "c", 1000, &mut findings);
            (findings.failures.len(), findings.warnings.len())
        };
        assert_eq!(judged(json!({ "iss": "https://op", "aud": "c", "exp": 1060 })), (0, 0));
        assert_eq!(judged(json!({ "iss": "https://op", "aud": ["c"], "exp": 1060 })), (0, 0));
        assert_eq!(judged(json!({ "iss": "https://op", "aud": "c", "exp": 4600 })), (0, 1));
        assert_eq!(judged(json!({ "iss": "https://op", "aud": "c", "exp": 1000 })), (1, 0));
        assert_eq!(judged(json!({ "iss": "https://op", "aud": ["c", "d"], "exp": 1060 })), (1, 0));
        assert_eq!(judged(json!({ "aud": "d" })), (3, 0));
    }

    #[test]
    fn a_resource_response_needs_a_date_and_the_same_interaction_id() {
        let judged = |status, headers: &[(&'static str, &str)]| {
            let mut findings = Findings::default();
            check_resource(&answer(status, headers, &json!({})), "id", &mut findings);
            findings.failures.len()
        };
        let date = ("date", "Mon, 23 Nov 2026 10:00:00 GMT");
        assert_eq!(judged(200, &[date, ("x-fapi-interaction-id", "id")]), 0);
        assert_eq!(judged(200, &[date, ("x-fapi-interaction-id", "other")]), 1);
        assert_eq!(judged(200, &[]), 1);
        assert_eq!(judged(401, &[date]), 1);
    }
}
