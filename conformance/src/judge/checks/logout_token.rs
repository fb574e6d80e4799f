//! Logout tokens (OpenID Connect Back-Channel Logout section 2.4).

use serde_json::{Value, json};

use crate::judge::verdict::Findings;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// What the token must fit.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The issuer.
    pub issuer: &'a str,
    /// The client.
    pub client_id: &'a str,
    /// The claims of the ID token of the session.
    pub id_token: &'a Value,
    /// The time.
    pub now: u64,
}

/// Notes what is wrong with the claims of a logout token whose signature was verified.
pub fn check(claims: &Value, context: &Context<'_>, findings: &mut Findings) {
    let iss = &claims["iss"];
    findings.require(iss == context.issuer, || format!("iss is {iss}"));
    let aud = &claims["aud"];
    let mine = aud == context.client_id
        || aud.as_array().is_some_and(|all| all.iter().any(|one| one == context.client_id));
    findings.require(mine, || format!("aud is {aud}"));
    let iat = claims["iat"].as_u64();
    let recent = iat.is_some_and(|iat| iat <= context.now + 300 && iat + 86_400 > context.now);
    findings.require(recent, || format!("iat is {} at {}", claims["iat"], context.now));
    if let Some(exp) = claims.get("exp") {
        let ahead = exp.as_u64().is_some_and(|exp| exp > context.now);
        findings.require(ahead, || format!("exp is {exp} at {}", context.now));
    }
    let jti = claims["jti"].as_str().is_some_and(|jti| !jti.is_empty());
    findings.require(jti, || format!("jti is {}", claims["jti"]));
    let events = claims["events"] == json!({ EVENT: {} });
    findings.require(events, || format!("events is {}", claims["events"]));
    findings.require(claims["nonce"].is_null(), || "a logout token has no nonce".to_owned());
    let named = claims["sub"].is_string() || claims["sid"].is_string();
    findings.require(named, || "neither sub nor sid".to_owned());
    for name in ["sub", "sid"] {
        let (here, there) = (&claims[name], &context.id_token[name]);
        findings.require(here.is_null() || here == there, || {
            format!("{name} is {here}, and {there} in the ID token")
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(claims: &Value) -> usize {
        let id_token = json!({ "sub": "1", "sid": "s" });
        let context = Context {
            issuer: "https://op",
            client_id: "c",
            id_token: &id_token,
            now: 1_800_000_000,
        };
        let mut findings = Findings::default();
        check(claims, &context, &mut findings);
        findings.failures.len()
    }

    #[test]
    fn a_valid_logout_token_passes_and_each_invalid_claim_fails() {
        let right = json!({ "iss": "https://op", "aud": ["c"], "iat": 1_800_000_000, "jti": "j",
            "events": { EVENT: {} }, "sub": "1", "sid": "s" });
        assert_eq!(judged(&right), 0);
        for (name, value) in [
            ("iss", json!("https://other")),
            ("aud", json!("d")),
            ("iat", json!(1_700_000_000)),
            ("iat", json!("now")),
            ("exp", json!(1_800_000_000)),
            ("jti", json!(null)),
            ("events", json!({})),
            ("events", json!({ EVENT: [] })),
            ("events", json!({ EVENT: {}, "other": {} })),
            ("nonce", json!("n")),
            ("sub", json!("2")),
            ("sid", json!("t")),
        ] {
            let mut wrong = right.clone();
            wrong[name] = value.clone();
            assert_eq!(judged(&wrong), 1, "{name}: {value}");
        }
        let mut nameless = right;
        nameless["sub"] = json!(null);
        nameless["sid"] = json!(null);
        assert_eq!(judged(&nameless), 1);
    }
}
