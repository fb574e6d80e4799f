//! Answers to a registration (OpenID Connect Dynamic Client Registration section 3.2, RFC 7591).

use anyhow::{Context as _, ensure};

use crate::answer::Answer;
use crate::judge::verdict::Findings;

/// Notes what is wrong with an answer that registers a client; fails if it registers none.
pub fn check(answer: &Answer, findings: &mut Findings) -> anyhow::Result<()> {
    ensure!(answer.status == 201, "registration answers {}: {}", answer.status, answer.body);
    let body = answer.json().context("the registration answer")?;
    findings.require(body["error"].is_null(), || format!("201 with an error: {body}"));
    findings.require(body["client_id"].is_string(), || "no client_id".to_owned());
    findings.require(answer.uncached().is_ok(), || "Cache-Control is not no-store".to_owned());
    if body["client_secret"].is_string() {
        let expires = &body["client_secret_expires_at"];
        findings.require(expires.is_u64(), || format!("client_secret_expires_at is {expires}"));
    }
    let (uri, token) = (&body["registration_client_uri"], &body["registration_access_token"]);
    findings.require(uri.is_null() == token.is_null(), || {
        "registration_client_uri and registration_access_token come as a pair".to_owned()
    });
    if let Some(uri) = uri.as_str() {
        let secure = uri.starts_with("https://");
        findings.require(secure, || format!("registration_client_uri is {uri}"));
    }
    Ok(())
}

/// Notes a failure unless the registration was refused, a warning unless with one of these codes.
pub fn check_refused(answer: &Answer, errors: &[&str], findings: &mut Findings) {
    let status = answer.status;
    findings.require(status == 400, || format!("registration answers {status}, not 400"));
    match answer.json() {
        Ok(body) => {
            let error = body["error"].as_str().unwrap_or_default();
            findings.require(!error.is_empty(), || format!("no error in {body}"));
            let due = errors.join(" or ");
            findings.prefer(errors.contains(&error), || format!("{error}, not {due}"));
        }
        Err(error) => findings.fail(format!("{error:#}")),
    }
}
