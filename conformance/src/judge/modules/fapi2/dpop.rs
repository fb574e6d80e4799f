//! Codes bound to a DPoP key (RFC 9449 section 10), and clocks that differ.

use serde_json::{Value, json};

use super::code::token_request;
use super::flow::ensure_client_error;
use super::party::{Post, Shown};
use crate::clock::now;
use crate::judge::checks::{self, fapi};
use crate::judge::jwt;
use crate::judge::person::Will;
use crate::judge::plan::Module;
use crate::judge::proof::Proof;
use crate::judge::test::Test;
use crate::modules;

pub(super) const MODULES: &[Module] = modules! {
    "fapi2-security-profile-final-check-dpop-proof-nbf-exp" => times,
    "fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-before-succeeds" => before,
    "fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-after-succeeds" => after,
    "fapi2-security-profile-final-ensure-mismatched-dpop-jkt-fails" => mismatch_at_par,
    "fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt" => other_than_proof,
    "fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-jkt" => other_than_jkt,
    "fapi2-security-profile-final-ensure-dpopproof-at-par-endpoint-binding-success" => bound_by_proof,
    "fapi2-security-profile-final-ensure-dpop-auth-code-binding-success" => bound_by_jkt,
};

/// Members that a proof need not have do no harm.
async fn times(test: &mut Test) -> anyhow::Result<()> {
    proven_with(test, json!({ "nbf": now() - 10, "exp": now() + 300 })).await
}

/// FAPI 2.0 Security Profile section 5.3.2.1: ten seconds are nothing.
async fn before(test: &mut Test) -> anyhow::Result<()> {
    proven_with(test, json!({ "iat": now() - 10 })).await
}

/// The same.
async fn after(test: &mut Test) -> anyhow::Result<()> {
    proven_with(test, json!({ "iat": now() + 10 })).await
}

/// Sends such proofs to the token endpoint and to the resource.
async fn proven_with(test: &mut Test, changes: Value) -> anyhow::Result<()> {
    let party = test.party().await?;
    let post = token_request(test, &party).await?;
    let url = test.endpoint_of(&party.client, "token_endpoint")?;
    let proof = Proof::new(party.key()?, "POST", url.as_str(), None)?.claims(&changes).sign()?;
    let answer = post.proof(Shown::Text(proof)).send(test, &party).await?;
    let tokens = checks::token::check(&answer, &mut test.findings)?;
    let token = tokens["access_token"].as_str().unwrap_or_default();
    let proof = test.resource_proof(&party, token)?.claims(&changes).sign()?;
    let authorization = format!("DPoP {token}");
    let headers = [("Authorization", authorization.as_str()), ("DPoP", proof.as_str())];
    let answer = test.ask_resource(&party, &headers).await?;
    fapi::check_resource(
        &answer,
        answer.header("x-fapi-interaction-id").unwrap_or_default(),
        &mut test.findings,
    );
    Ok(())
}

/// How a request binds its code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Binding {
    /// By `dpop_jkt`.
    Thumbprint,
    /// By a proof at the pushed request.
    Proof,
}

/// RFC 9449 section 10.1: a thumbprint that is not that of the proof.
async fn mismatch_at_par(test: &mut Test) -> anyhow::Result<()> {
    let party = test.party().await?;
    let other = party.with_new_key(test)?;
    let request = test.fapi_request(&party)?.with("dpop_jkt", &jwt::thumbprint(other.key()?)?);
    let post = Post::push(test.push_fields(&party, &request)?).proof(Shown::Right);
    let answer = post.send(test, &party).await?;
    let errors = ["invalid_request", "invalid_request_object", "invalid_dpop_proof"];
    test.expect_refusal(&answer, &errors);
    Ok(())
}

async fn bound(test: &mut Test, binding: Binding, same: bool) -> anyhow::Result<()> {
    let party = test.party().await?;
    let mut request = test.fapi_request(&party)?;
    let mut proof = Shown::Right;
    if binding == Binding::Thumbprint {
        request = request.with("dpop_jkt", &jwt::thumbprint(party.key()?)?);
        proof = Shown::Nothing;
    }
    let post = Post::push(test.push_fields(&party, &request)?).proof(proof);
    let answer = post.send(test, &party).await?;
    let (uri, _) = fapi::check_pushed(&answer, &mut test.findings)?;
    let visit = test.visit_pushed(&request, &uri, &[], Will::Agree).await?;
    let code = test.code_of(&request, visit)?;
    if same {
        let granted = test.exchange(&party, &request, &code).await?;
        return test.expect_use(&party, &granted.access_token).await;
    }
    let other = party.with_new_key(test)?;
    let answer = Test::redemption(&request, &code).send(test, &other).await?;
    ensure_client_error(&answer)?;
    test.expect_refusal(&answer, &["invalid_grant", "invalid_dpop_proof", "invalid_request"]);
    Ok(())
}

/// A code bound by a proof, with another key.
async fn other_than_proof(test: &mut Test) -> anyhow::Result<()> {
    bound(test, Binding::Proof, false).await
}

/// A code bound by `dpop_jkt`, with another key.
async fn other_than_jkt(test: &mut Test) -> anyhow::Result<()> {
    bound(test, Binding::Thumbprint, false).await
}

/// A code bound by a proof, with that key.
async fn bound_by_proof(test: &mut Test) -> anyhow::Result<()> {
    bound(test, Binding::Proof, true).await
}

/// A code bound by `dpop_jkt`, with that key.
async fn bound_by_jkt(test: &mut Test) -> anyhow::Result<()> {
    bound(test, Binding::Thumbprint, true).await
}
