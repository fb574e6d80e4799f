//! Refresh tokens (RFC 6749 section 6, FAPI 2.0 Security Profile section 5.3.2.1).

use anyhow::Context as _;

use super::party::{Party, Post, Shown};
use crate::answer::Answer;
use crate::judge::checks;
use crate::judge::plan::Module;
use crate::judge::test::Test;
use crate::judge::verdict::Skip;
use crate::modules;
use crate::request::Request;

pub(super) const MODULES: &[Module] = modules! {
    "fapi2-security-profile-final-refresh-token" => refresh_token,
};

/// A refresh token is for its client, with whatever key; a new one does not end the old one at
/// once.
async fn refresh_token(test: &mut Test) -> anyhow::Result<()> {
    let party = test.party().await?;
    let mut request = test.fapi_request(&party)?;
    if test.lists("scopes_supported", "offline_access") {
        let scope = request.value("scope").unwrap_or_default().to_owned();
        request = request.with("scope", &format!("{scope} offline_access"));
        request = request.with("prompt", "consent");
    }
    let granted = test.grant(&party, &request).await?;
    let offered = test.lists("grant_types_supported", "refresh_token");
    let Some(token) = granted.tokens["refresh_token"].as_str() else {
        test.findings
            .prefer(!offered, || "no refresh token, and the grant is published".to_owned());
        return Err(Skip("no refresh token was issued".to_owned()).into());
    };
    // FAPI 2.0 Security Profile section 5.3.2.1: the client proves itself, so any key will do.
    let other = party.with_new_key(test)?;
    let answer = post(token).send(test, &other).await?;
    let renewed = refreshed(test, &other, &request, &answer).await?;
    if party.client.auth == "private_key_jwt" {
        let answer = post(token).assertion(Shown::Nothing).send(test, &party).await?;
        test.expect_refusal(&answer, &["invalid_client", "invalid_request"]);
    }
    without_key(test, &party, token).await?;
    if let Some(renewed) = renewed.filter(|renewed| renewed != token) {
        test.pause(30).await;
        let answer = post(token).send(test, &party).await?;
        refreshed(test, &party, &request, &answer).await.context("the old refresh token")?;
        let answer = post(&renewed).send(test, &party).await?;
        refreshed(test, &party, &request, &answer).await.context("the new refresh token")?;
    }
    let thief = test.second_party().await?;
    let answer = post(token).send(test, &thief).await?;
    test.expect_refusal(&answer, &["invalid_grant"]);
    Ok(())
}

fn post(token: &str) -> Post {
    Post::token("refresh_token").with("refresh_token", token)
}

/// Checks what a refresh gave, and gives its refresh token.
async fn refreshed(
    test: &mut Test,
    party: &Party,
    request: &Request,
    answer: &Answer,
) -> anyhow::Result<Option<String>> {
    let tokens = checks::token::check(answer, &mut test.findings)?;
    let access_token = tokens["access_token"].as_str().context("no access_token")?;
    if let Some(text) = tokens["id_token"].as_str() {
        let (header, claims) = test.verify(text).await?;
        checks::fapi::check_signature("the ID token", &header, &mut test.findings);
        let nonce = claims["nonce"].as_str();
        let right = nonce.is_none() || nonce == request.value("nonce");
        test.findings.require(right, || "another nonce after the refresh".to_owned());
    }
    test.expect_use(party, access_token).await?;
    Ok(tokens["refresh_token"].as_str().map(ToOwned::to_owned))
}

/// FAPI 2.0 Security Profile section 5.3.2.1: no refresh without a key either.
async fn without_key(test: &mut Test, party: &Party, token: &str) -> anyhow::Result<()> {
    if party.key.is_some() {
        let answer = post(token).proof(Shown::Nothing).send(test, party).await?;
        let errors = ["invalid_request", "invalid_grant", "invalid_dpop_proof"];
        test.expect_refusal(&answer, &errors);
        return Ok(());
    }
    let Ok(answer) = post(token).without_certificate().send(test, party).await else {
        return Ok(());
    };
    let status = answer.status;
    let refused = [400, 401].contains(&status);
    test.findings.require(refused, || format!("refreshed without a certificate: {status}"));
    Ok(())
}
