//! Signed requests (RFC 9101, FAPI 2.0 Message Signing section 5.3).

use serde_json::{Value, json};

use super::flow::BAD_REQUEST;
use super::party::Post;
use crate::clock::now;
use crate::judge::checks::fapi;
use crate::judge::jwt;
use crate::judge::person::Will;
use crate::judge::plan::Module;
use crate::judge::test::Test;
use crate::modules;

pub(super) const MODULES: &[Module] = modules! {
    "fapi2-security-profile-final-ensure-request-object-with-multiple-aud-succeeds" => several_audiences,
    "fapi2-security-profile-final-ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted" => soon,
    "fapi2-security-profile-final-ensure-request-object-without-exp-fails" => without_exp,
    "fapi2-security-profile-final-ensure-request-object-without-nbf-fails" => without_nbf,
    "fapi2-security-profile-final-ensure-expired-request-object-fails" => expired,
    "fapi2-security-profile-final-ensure-request-object-with-bad-aud-fails" => other_audience,
    "fapi2-security-profile-final-ensure-request-object-with-exp-over-60-fails" => lasting,
    "fapi2-security-profile-final-ensure-request-object-with-nbf-over-60-fails" => old,
    "fapi2-security-profile-final-ensure-signed-request-object-with-RS256-fails" => rs256,
    "fapi2-security-profile-final-ensure-request-object-signature-algorithm-is-not-none" => unsecured,
    "fapi2-security-profile-final-ensure-request-object-with-invalid-signature-fails" => broken,
    "fapi2-security-profile-final-ensure-matching-key-in-authorization-request" => other_key,
    "fapi2-security-profile-final-ensure-unsigned-request-at-par-endpoint-fails" => unsigned,
    "fapi2-security-profile-final-par-authorization-request-containing-request_uri" => reference,
};

async fn accepted(test: &mut Test, changes: Value) -> anyhow::Result<()> {
    let party = test.party().await?;
    let request = test.fapi_request(&party)?;
    let answer = test.push_object(&party, &request, &changes).await?;
    let (uri, _) = fapi::check_pushed(&answer, &mut test.findings)?;
    let visit = test.visit_pushed(&request, &uri, &[], Will::Agree).await?;
    let code = test.code_of(&request, visit)?;
    test.exchange(&party, &request, &code).await?;
    Ok(())
}

async fn refused(test: &mut Test, changes: Value) -> anyhow::Result<()> {
    let party = test.party().await?;
    let request = test.fapi_request(&party)?;
    let answer = test.push_object(&party, &request, &changes).await?;
    test.expect_refusal(&answer, BAD_REQUEST);
    Ok(())
}

/// RFC 7519 section 4.1.3: the issuer among others.
async fn several_audiences(test: &mut Test) -> anyhow::Result<()> {
    let issuer = test.judge.issuer.clone();
    accepted(test, json!({ "aud": [issuer, "https://other.example"] })).await
}

/// Clocks may differ by ten seconds.
async fn soon(test: &mut Test) -> anyhow::Result<()> {
    accepted(test, json!({ "nbf": now() + 8, "iat": now() + 8 })).await
}

/// FAPI 2.0 Message Signing section 5.3.1: `exp` is there.
async fn without_exp(test: &mut Test) -> anyhow::Result<()> {
    refused(test, json!({ "exp": null })).await
}

/// And `nbf`.
async fn without_nbf(test: &mut Test) -> anyhow::Result<()> {
    refused(test, json!({ "nbf": null })).await
}

/// Its time is over.
async fn expired(test: &mut Test) -> anyhow::Result<()> {
    let past = now() - 300;
    refused(test, json!({ "exp": past, "nbf": past - 60, "iat": past - 60 })).await
}

/// For somebody else.
async fn other_audience(test: &mut Test) -> anyhow::Result<()> {
    refused(test, json!({ "aud": "https://other.example" })).await
}

/// For more than an hour.
async fn lasting(test: &mut Test) -> anyhow::Result<()> {
    refused(test, json!({ "exp": now() + 70 * 60 })).await
}

/// Since more than an hour.
async fn old(test: &mut Test) -> anyhow::Result<()> {
    refused(test, json!({ "nbf": now() - 70 * 60, "iat": now() - 70 * 60 })).await
}

/// FAPI 2.0 Security Profile section 5.4.1.
async fn rs256(test: &mut Test) -> anyhow::Result<()> {
    let key = test.party().await?.client.key()?.clone();
    test.skip_unless(key["alg"] == "PS256", "the client's key is not for PS256")?;
    let header = json!({ "alg": "RS256", "kid": key["kid"], "typ": "oauth-authz-req+jwt" });
    signed(test, |claims| jwt::sign(&key, &header, claims)).await
}

/// RFC 9101 section 10.5.
async fn unsecured(test: &mut Test) -> anyhow::Result<()> {
    signed(test, |claims| Ok(jwt::unsecured(claims))).await
}

/// A signature over something else.
async fn broken(test: &mut Test) -> anyhow::Result<()> {
    let key = test.party().await?.client.key()?.clone();
    signed(test, |claims| {
        let right = jwt::sign_as(&key, Some("oauth-authz-req+jwt"), claims)?;
        let other = jwt::sign_as(&key, Some("oauth-authz-req+jwt"), &json!({}))?;
        let (input, _) = right.rsplit_once('.').unwrap_or_default();
        let (_, signature) = other.rsplit_once('.').unwrap_or_default();
        Ok(format!("{input}.{signature}"))
    })
    .await
}

/// The key of another client.
async fn other_key(test: &mut Test) -> anyhow::Result<()> {
    let key = test.second_party().await?.client.key()?.clone();
    signed(test, |claims| jwt::sign_as(&key, Some("oauth-authz-req+jwt"), claims)).await
}

async fn signed(
    test: &mut Test,
    sign: impl FnOnce(&Value) -> anyhow::Result<String>,
) -> anyhow::Result<()> {
    let party = test.party().await?;
    let request = test.fapi_request(&party)?;
    let object = sign(&test.object_claims(&party, &request))?;
    let post = Post::push(vec![("request".to_owned(), object)]);
    let answer = post.send(test, &party).await?;
    test.expect_refusal(&answer, BAD_REQUEST);
    Ok(())
}

/// FAPI 2.0 Message Signing section 5.3.1: plain parameters are not enough.
async fn unsigned(test: &mut Test) -> anyhow::Result<()> {
    let party = test.party().await?;
    let request = test.fapi_request(&party)?;
    let answer = Post::push(request.parameters.clone()).send(test, &party).await?;
    test.expect_refusal(&answer, BAD_REQUEST);
    Ok(())
}

/// RFC 9101 section 4: an object never refers to another.
async fn reference(test: &mut Test) -> anyhow::Result<()> {
    let party = test.party().await?;
    let request = test.fapi_request(&party)?;
    let (uri, _) = test.pushed(&party, &request).await?;
    let answer = test.push_object(&party, &request, &json!({ "request_uri": uri })).await?;
    test.expect_refusal(&answer, BAD_REQUEST);
    Ok(())
}
