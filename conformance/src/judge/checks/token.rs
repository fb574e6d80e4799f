//! Answers of the token endpoint (RFC 6749 section 5).

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::answer::{Answer, is_error_text};
use crate::judge::verdict::Findings;

/// Notes what is wrong with a successful answer and gives its members; fails if it is no success.
pub fn check(answer: &Answer, findings: &mut Findings) -> anyhow::Result<Value> {
    ensure!(answer.status == 200, "the token endpoint answers {}: {}", answer.status, answer.body);
    let body = answer.json().context("the token answer")?;
    findings.require(answer.uncached().is_ok(), || "Cache-Control is not no-store".to_owned());
    let text = |name: &str| body[name].as_str().unwrap_or_default();
    findings.require(!text("access_token").is_empty(), || format!("no access_token: {body}"));
    let kind = text("token_type");
    let known = ["bearer", "dpop"].contains(&kind.to_lowercase().as_str());
    findings.require(known, || format!("token_type is {kind:?}"));
    match &body["expires_in"] {
        Value::Null => findings.warn("the token answer has no expires_in"),
        Value::Number(seconds) if (1..=31_536_000).contains(&seconds.as_u64().unwrap_or(0)) => {}
        other => findings.fail(format!("expires_in is {other}")),
    }
    if let Some(token) = body.get("refresh_token") {
        let token = token.as_str().unwrap_or_default();
        let visible = token.bytes().all(|byte| matches!(byte, 0x20..=0x7E));
        findings.require(visible, || "a refresh token beyond VSCHAR".to_owned());
        super::response::check_secret("the refresh token", token, findings);
    }
    Ok(body)
}

/// Notes a failure unless this is an OAuth error with one of these codes (RFC 6749 section 5.2).
pub fn check_error(answer: &Answer, errors: &[&str], findings: &mut Findings) {
    let body = match answer.json() {
        Ok(body) => body,
        Err(error) => return findings.fail(format!("{} {error:#}", answer.status)),
    };
    let Some(error) = body["error"].as_str() else {
        return findings.fail(format!("{} without an error", answer.status));
    };
    let due = match error {
        "invalid_client" => [400, 401].contains(&answer.status),
        _ => answer.status == 400,
    };
    findings.require(due, || format!("{error} with the status {}", answer.status));
    findings.require(errors.contains(&error), || format!("{error}, not {}", errors.join(" or ")));
    for name in ["error", "error_description"] {
        let text = body[name].as_str().unwrap_or_default();
        findings.require(is_error_text(text), || format!("forbidden character in {name}: {text}"));
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;
    use serde_json::json;

    use super::*;

    fn answer(status: u16, body: &Value) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", "application/json".parse().expect("a value"));
        headers.insert("cache-control", "no-store".parse().expect("a value"));
        let url = "https://op.example/token".parse().expect("a URL");
        Answer { url, status, headers, body: body.to_string() }
    }

    fn judged(change: impl FnOnce(&mut Answer, &mut Value)) -> Findings {
        let mut body = json!({ "access_token": "a", "token_type": "Bearer", "expires_in": 600 });
        let mut one = answer(200, &body);
        change(&mut one, &mut body);
        one.body = body.to_string();
        let mut findings = Findings::default();
        if let Err(error) = check(&one, &mut findings) {
            findings.fail(error.to_string());
        }
        findings
    }

    #[test]
    fn a_valid_token_response_passes_and_each_invalid_member_fails() {
        assert!(judged(|_, _| {}).is_empty());
        assert_eq!(judged(|_, body| body["expires_in"] = Value::Null).warnings.len(), 1);
        for (name, value) in [
            ("expires_in", json!("600")),
            ("expires_in", json!(0)),
            ("access_token", json!(null)),
            ("token_type", json!("mac")),
            ("refresh_token", json!("å")),
        ] {
            assert!(!judged(|_, body| body[name] = value).failures.is_empty(), "{name}");
        }
        assert_eq!(judged(|answer, _| answer.status = 201).failures.len(), 1);
        let cached = judged(|answer, _| drop(answer.headers.remove("cache-control")));
        assert_eq!(cached.failures.len(), 1);
        let plain = judged(|answer, _| drop(answer.headers.remove("content-type")));
        assert_eq!(plain.failures.len(), 1);
    }

    #[test]
    fn a_token_error_needs_the_expected_code_status_and_characters() {
        let judged = |status, body: &Value| {
            let mut findings = Findings::default();
            check_error(&answer(status, body), &["invalid_grant"], &mut findings);
            findings.failures.len()
        };
        assert_eq!(judged(400, &json!({ "error": "invalid_grant" })), 0);
        assert_eq!(judged(401, &json!({ "error": "invalid_grant" })), 1);
        assert_eq!(judged(401, &json!({ "error": "invalid_client" })), 1);
        assert_eq!(judged(200, &json!({})), 1);
        assert_eq!(judged(200, &json!({ "error": "invalid_grant" })), 1);
        let quoted = json!({ "error": "invalid_grant", "error_description": "a \"b\"" });
        assert_eq!(judged(400, &quoted), 1);
    }
}
