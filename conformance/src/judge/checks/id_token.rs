//! The claims of an ID token whose signature was verified (OpenID Connect Core sections 2, 3.1.3.7,
//! 3.2.2.11, 3.3.2.11).

use serde_json::Value;

use crate::judge::checks::userinfo;
use crate::judge::jwt::half_hash;
use crate::judge::verdict::Findings;

const KNOWN: [&str; 18] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    "nbf",
    "jti",
    "sid",
    "s_hash",
    "openbanking_intent_id",
    "txn",
];

const MINUTE: u64 = 60;
const YEAR: u64 = 365 * 24 * 60 * MINUTE;

/// What the token must fit.
#[derive(Clone, Debug, Default)]
pub struct Context<'a> {
    /// The issuer.
    pub issuer: &'a str,
    /// The client.
    pub client_id: &'a str,
    /// The nonce that was sent.
    pub nonce: Option<&'a str>,
    /// Whether `max_age` was sent, so that `auth_time` is due.
    pub max_age: bool,
    /// The claims that were asked into it.
    pub asked: Vec<String>,
    /// The time.
    pub now: u64,
}

/// What it came with.
#[derive(Clone, Debug, Default)]
pub struct Hashed<'a> {
    /// The code.
    pub code: Option<&'a str>,
    /// The access token.
    pub access_token: Option<&'a str>,
    /// The state; its hash may be there.
    pub state: Option<&'a str>,
    /// Whether the hashes of code and access token must be there: they must in the front channel.
    pub demanded: bool,
}

/// Notes what is wrong with header and claims.
pub fn check(header: &Value, claims: &Value, context: &Context<'_>, findings: &mut Findings) {
    let iss = &claims["iss"];
    findings.require(iss == context.issuer, || format!("iss is {iss}, not {}", context.issuer));
    check_audience(claims, context.client_id, findings);
    check_times(claims, context, findings);
    let nonce = claims["nonce"].as_str();
    let same = nonce == context.nonce && (nonce.is_some() || claims["nonce"].is_null());
    findings.require(same, || format!("nonce {}, sent was {:?}", claims["nonce"], context.nonce));
    let sub = claims["sub"].as_str().unwrap_or_default();
    let printable = sub.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    let right = (1..=255).contains(&sub.len()) && printable;
    findings.require(right, || format!("sub is {}", claims["sub"]));
    if let Some(acr) = claims.get("acr") {
        let text = acr.as_str().is_some_and(|text| !text.is_empty());
        findings.require(text, || format!("acr is {acr}"));
    }
    if let Some(amr) = claims.get("amr") {
        let texts = amr.as_array().is_some_and(|all| all.iter().all(Value::is_string));
        findings.require(texts, || format!("amr is {amr}"));
    }
    findings.require(header["alg"] != "none", || "the ID token is not signed".to_owned());
    userinfo::check_types(claims, findings);
    for name in claims.as_object().into_iter().flat_map(|claims| claims.keys()) {
        let known = KNOWN.contains(&name.as_str()) || context.asked.iter().any(|one| one == name);
        findings.prefer(known, || format!("the ID token has {name}, which was not asked for"));
    }
}

fn check_audience(claims: &Value, client_id: &str, findings: &mut Findings) {
    let aud = &claims["aud"];
    let all = aud.as_array().map_or_else(|| vec![aud], |all| all.iter().collect());
    let among = all.iter().any(|one| *one == client_id);
    findings.require(among, || format!("aud is {aud}, the client is {client_id}"));
    match claims.get("azp") {
        Some(azp) => findings.require(azp == client_id, || format!("azp is {azp}")),
        None => findings.require(all.len() == 1, || format!("several aud and no azp: {aud}")),
    }
}

fn check_times(claims: &Value, context: &Context<'_>, findings: &mut Findings) {
    let now = context.now;
    let time = |name: &str| claims[name].as_f64().map(|seconds| seconds as u64);
    let exp = time("exp").is_some_and(|exp| exp > now && exp < now + 50 * YEAR);
    findings.require(exp, || format!("exp is {} at {now}", claims["exp"]));
    let iat = time("iat").is_some_and(|iat| iat.abs_diff(now) <= 5 * MINUTE);
    findings.require(iat, || format!("iat is {} at {now}", claims["iat"]));
    match claims.get("auth_time") {
        None => findings.require(!context.max_age, || "max_age was sent, no auth_time".to_owned()),
        Some(value) => {
            let past = time("auth_time").is_some_and(|then| then <= now + 5 && then + YEAR >= now);
            findings.require(past, || format!("auth_time is {value} at {now}"));
        }
    }
}

/// Notes hashes that are wrong, or missing where they are due.
pub fn check_hashes(header: &Value, claims: &Value, with: &Hashed<'_>, findings: &mut Findings) {
    let algorithm = header["alg"].as_str().unwrap_or_default();
    for (name, value, demanded) in [
        ("at_hash", with.access_token, with.demanded),
        ("c_hash", with.code, with.demanded),
        // Financial-grade API 1.0 Advanced section 5.2.2: a detached signature.
        ("s_hash", with.state, false),
    ] {
        let Some(value) = value else { continue };
        match (claims.get(name), half_hash(algorithm, value)) {
            (None, _) => findings.require(!demanded, || format!("{name} is missing")),
            (Some(hash), Ok(due)) => {
                findings.require(*hash == due, || format!("{name} is {hash}, not {due}"));
            }
            (_, Err(error)) => findings.fail(error.to_string()),
        }
    }
}

/// Notes a failure unless the ID tokens of one login agree (OpenID Connect Core section 3.3.3.6).
pub fn check_pair(front: &Value, back: &Value, findings: &mut Findings) {
    for name in ["iss", "sub"] {
        findings.require(front[name] == back[name], || {
            format!(
                "{name} is {} in the front channel and {} at the token endpoint",
                front[name], back[name]
            )
        });
    }
    for name in ["auth_time", "acr"] {
        let both = !front[name].is_null() && !back[name].is_null();
        findings.require(!both || front[name] == back[name], || {
            format!("two values of {name}: {} and {}", front[name], back[name])
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn claims() -> Value {
        json!({ "iss": "https://op", "sub": "1", "aud": "c", "exp": NOW + 300, "iat": NOW,
            "auth_time": NOW - 10, "nonce": "n", "acr": "pwd", "amr": ["pwd"] })
    }

    fn judged(claims: &Value) -> Findings {
        let mut findings = Findings::default();
        let context = Context {
            issuer: "https://op",
            client_id: "c",
            nonce: Some("n"),
            max_age: true,
            asked: vec!["name".to_owned()],
            now: NOW,
        };
        check(&json!({ "alg": "ES256" }), claims, &context, &mut findings);
        findings
    }

    #[test]
    fn a_right_id_token_passes() {
        assert!(judged(&claims()).is_empty());
        let mut list = claims();
        list["aud"] = json!(["c"]);
        list["name"] = json!("A");
        assert!(judged(&list).is_empty());
    }

    #[test]
    fn each_wrong_claim_is_found() {
        for (name, value) in [
            ("iss", json!("https://op/")),
            ("iss", json!(null)),
            ("aud", json!("d")),
            ("aud", json!(["c", "d"])),
            ("azp", json!("d")),
            ("exp", json!(NOW)),
            ("exp", json!((NOW + 300).to_string())),
            ("exp", json!(NOW + 51 * YEAR)),
            ("iat", json!(NOW - 301)),
            ("iat", json!(NOW + 301)),
            ("auth_time", json!(NOW + 10)),
            ("auth_time", json!("yesterday")),
            ("nonce", json!("m")),
            ("nonce", json!(null)),
            ("sub", json!("")),
            ("sub", json!("å")),
            ("sub", json!("s".repeat(256))),
            ("acr", json!("")),
            ("amr", json!("pwd")),
            ("updated_at", json!("now")),
        ] {
            let mut wrong = claims();
            wrong[name] = value.clone();
            assert!(!judged(&wrong).failures.is_empty(), "{name}: {value}");
        }
        let mut wrong = claims();
        wrong.as_object_mut().expect("claims").remove("auth_time");
        assert_eq!(judged(&wrong).failures.len(), 1);
    }

    #[test]
    fn an_unrequested_claim_warns() {
        let mut more = claims();
        more["email"] = json!("a@b.se");
        assert_eq!((judged(&more).failures.len(), judged(&more).warnings.len()), (0, 1));
    }

    #[test]
    fn hashes_must_be_correct_and_are_required_in_the_front_channel() {
        let header = json!({ "alg": "ES256" });
        let judged = |claims: &Value, demanded| {
            let with =
                Hashed { code: Some("c"), access_token: Some("a"), state: Some("s"), demanded };
            let mut findings = Findings::default();
            check_hashes(&header, claims, &with, &mut findings);
            findings.failures.len()
        };
        let hash = |value| half_hash("ES256", value).expect("a hash");
        assert_eq!(judged(&json!({}), false), 0);
        assert_eq!(judged(&json!({}), true), 2);
        assert_eq!(judged(&json!({ "at_hash": hash("a"), "c_hash": hash("c") }), true), 0);
        assert_eq!(judged(&json!({ "at_hash": hash("c"), "c_hash": hash("a") }), false), 2);
        assert_eq!(judged(&json!({ "s_hash": hash("s") }), false), 0);
        assert_eq!(judged(&json!({ "s_hash": hash("a") }), false), 1);
    }
}
