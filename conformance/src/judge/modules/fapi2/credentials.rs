//! The profile of the client credentials grant (RFC 6749 section 4.4).

use anyhow::Context as _;
use serde_json::Value;

use super::party::{Party, Post};
use crate::judge::checks;
use crate::judge::test::Test;

/// The token request of a client for itself.
pub(super) fn post(test: &Test) -> Post {
    let post = Post::token("client_credentials");
    match test.judge.configuration.client.get("client_credentials_scope").and_then(Value::as_str) {
        Some(scope) => post.with("scope", scope),
        None => post,
    }
}

/// An access token of the client for itself.
pub(super) async fn token(test: &mut Test, party: &Party) -> anyhow::Result<String> {
    let answer = post(test).send(test, party).await?;
    let tokens = checks::token::check(&answer, &mut test.findings)?;
    let token = tokens["access_token"].as_str().context("no access_token")?.to_owned();
    checks::response::check_secret("the access token", &token, &mut test.findings);
    let kind = tokens["token_type"].as_str().unwrap_or_default();
    let right = kind.eq_ignore_ascii_case(party.scheme());
    test.findings.require(right, || format!("token_type is {kind}, not {}", party.scheme()));
    Ok(token)
}
