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
    let (status, due) = (answer.status, errors.join(" or "));
    findings.require(status == 400, || format!("registration answers {status}, not 400"));
    if status == 201 {
        return;
    }
    match answer.json().map(|body| body["error"].as_str().map(ToOwned::to_owned)) {
        Ok(Some(error)) => {
            findings.prefer(errors.contains(&error.as_str()), || format!("{error}, not {due}"));
        }
        Ok(None) => findings.fail(format!("no error in {}", answer.body)),
        Err(error) => findings.fail(format!("{error:#}")),
    }
}
