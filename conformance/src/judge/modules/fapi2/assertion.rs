//! Client assertions (RFC 7523 section 3, FAPI 2.0 Security Profile section 5.3.2.1).

use serde_json::{Value, json};

use super::code::token_request;
use super::party::{Party, Post, Shown};
use crate::clock::now;
use crate::judge::checks::fapi;
use crate::judge::jwt;
use crate::judge::plan::Module;
use crate::judge::test::Test;
use crate::modules;

pub(super) const MODULES: &[Module] = modules! {
    "fapi2-security-profile-final-ensure-signed-client-assertion-with-RS256-fails" => rs256,
    "fapi2-security-profile-final-ensure-client-assertion-in-token-endpoint" => missing,
    "fapi2-security-profile-final-ensure-client-assertion-with-exp-is-5-minutes-in-past-fails" => expired,
    "fapi2-security-profile-final-ensure-client-assertion-with-wrong-aud-fails" => wrong_audience,
    "fapi2-security-profile-final-ensure-client-assertion-with-no-sub-fails" => no_subject,
    "fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted" => soon,
    "fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails" => later,
    "fapi2-security-profile-final-par-test-array-as-audience-fails" => array,
    "fapi2-security-profile-final-par-test-par-endpoint-url-as-audience-fails" => par_endpoint,
    "fapi2-security-profile-final-par-test-token-endpoint-url-as-audience-fails" => token_endpoint,
};

/// FAPI 2.0 Security Profile section 5.4.1.
async fn rs256(test: &mut Test) -> anyhow::Result<()> {
    let party = test.party().await?;
    let key = party.client.key()?.clone();
    test.skip_unless(key["alg"] == "PS256", "the client's key is not for PS256")?;
    let post = token_request(test, &party).await?;
    let claims = party.client.assertion_claims(&test.judge.issuer);
    let text = jwt::sign(&key, &json!({ "alg": "RS256", "kid": key["kid"] }), &claims)?;
    test.expect_unproven(&party, post, Shown::Text(text)).await
}

/// No assertion at all.
async fn missing(test: &mut Test) -> anyhow::Result<()> {
    let party = test.party().await?;
    let post = token_request(test, &party).await?;
    test.expect_unproven(&party, post, Shown::Nothing).await
}

async fn token_refused(test: &mut Test, changes: Value) -> anyhow::Result<()> {
    let party = test.party().await?;
    let post = token_request(test, &party).await?;
    let text = party.assertion(test, &changes)?;
    test.expect_unproven(&party, post, Shown::Text(text)).await
}

/// Five minutes too late.
async fn expired(test: &mut Test) -> anyhow::Result<()> {
    token_refused(test, json!({ "exp": now() - 300, "iat": now() - 360 })).await
}

/// For somebody else.
async fn wrong_audience(test: &mut Test) -> anyhow::Result<()> {
    token_refused(test, json!({ "aud": "https://other.example" })).await
}

/// About nobody.
async fn no_subject(test: &mut Test) -> anyhow::Result<()> {
    token_refused(test, json!({ "sub": null })).await
}

async fn pushed_with(test: &mut Test, changes: Value) -> anyhow::Result<(Party, Post)> {
    let party = test.party().await?;
    let request = test.fapi_request(&party)?;
    let text = party.assertion(test, &changes)?;
    let post = Post::push(test.push_fields(&party, &request)?);
    Ok((party, post.assertion(Shown::Text(text))))
}

/// FAPI 2.0 Security Profile section 5.3.2.1: clocks may differ by ten seconds.
async fn soon(test: &mut Test) -> anyhow::Result<()> {
    let (party, post) = pushed_with(test, json!({ "nbf": now() + 8, "iat": now() + 8 })).await?;
    let answer = post.send(test, &party).await?;
    if answer.status == 201 {
        fapi::check_pushed(&answer, &mut test.findings)?;
    } else {
        test.findings.warn(format!("nbf 8 s ahead is refused: {}", answer.body));
    }
    Ok(())
}

/// By more than a minute they may not.
async fn later(test: &mut Test) -> anyhow::Result<()> {
    push_refused(test, json!({ "nbf": now() + 90, "exp": now() + 150 })).await?;
    push_refused(test, json!({ "iat": now() + 90, "exp": now() + 150 })).await
}

async fn push_refused(test: &mut Test, changes: Value) -> anyhow::Result<()> {
    let (party, post) = pushed_with(test, changes).await?;
    let answer = post.send(test, &party).await?;
    test.expect_refusal(&answer, &["invalid_client"]);
    Ok(())
}

/// FAPI 2.0 Security Profile section 5.3.2.1: `aud` is the issuer, as a text.
async fn array(test: &mut Test) -> anyhow::Result<()> {
    let issuer = test.judge.issuer.clone();
    push_refused(test, json!({ "aud": [issuer] })).await
}

/// The same.
async fn par_endpoint(test: &mut Test) -> anyhow::Result<()> {
    let url = test.endpoint("pushed_authorization_request_endpoint")?;
    push_refused(test, json!({ "aud": url })).await
}

/// The same.
async fn token_endpoint(test: &mut Test) -> anyhow::Result<()> {
    let url = test.endpoint("token_endpoint")?;
    push_refused(test, json!({ "aud": url })).await
}
