//! Codes, and who may redeem them (RFC 6749 section 4.1, FAPI 2.0 Security Profile section 5.3.2.1).

use super::credentials;
use super::party::{Party, Post, Shown};
use super::resource::interaction_id;
use crate::judge::checks;
use crate::judge::plan::Module;
use crate::judge::test::Test;
use crate::modules;

pub(super) const MODULES: &[Module] = modules! {
    "fapi2-security-profile-final-ensure-client-id-in-token-endpoint" => other_client_id,
    "fapi2-security-profile-final-ensure-holder-of-key-required" => holder_of_key,
    "fapi2-security-profile-final-ensure-authorization-code-is-bound-to-client" => other_client,
    "fapi2-security-profile-final-attempt-reuse-authorization-code-after-one-second" => reuse,
    "fapi2-security-profile-final-ensure-token-endpoint-fails-with-expired-auth-code" => expired,
};

/// The token request of the profile: for a fresh code, or for the client itself.
pub(super) async fn token_request(test: &mut Test, party: &Party) -> anyhow::Result<Post> {
    if test.variant.is("fapi_profile", "fapi_client_credentials_grant") {
        return Ok(credentials::post(test));
    }
    let request = test.fapi_request(party)?;
    let code = test.obtain_code(party, &request).await?;
    Ok(Test::redemption(&request, &code))
}

/// The name of one client with the credentials of another.
async fn other_client_id(test: &mut Test) -> anyhow::Result<()> {
    let (party, other) = (test.party().await?, test.second_party().await?);
    let post = token_request(test, &party).await?.with("client_id", &other.client.id);
    let answer = post.send(test, &party).await?;
    test.expect_refusal(&answer, &["invalid_client", "invalid_grant", "invalid_request"]);
    Ok(())
}

/// FAPI 2.0 Security Profile section 5.3.2.1: no token without a key.
async fn holder_of_key(test: &mut Test) -> anyhow::Result<()> {
    let party = test.party().await?;
    let post = token_request(test, &party).await?;
    if party.key.is_some() {
        let answer = post.proof(Shown::Nothing).send(test, &party).await?;
        let errors = ["invalid_request", "invalid_grant", "invalid_dpop_proof"];
        test.expect_refusal(&answer, &errors);
        return Ok(());
    }
    // No connection is an answer too.
    let Ok(answer) = post.without_certificate().send(test, &party).await else { return Ok(()) };
    test.findings.require(answer.status >= 400, || format!("answered {}", answer.status));
    let expected = [400, 401].contains(&answer.status) && answer.json().is_ok();
    test.findings.prefer(expected, || format!("answered {} {}", answer.status, answer.body));
    Ok(())
}

/// RFC 6749 section 4.1.3: a code is for its client.
async fn other_client(test: &mut Test) -> anyhow::Result<()> {
    let (party, other) = (test.party().await?, test.second_party().await?);
    let request = test.fapi_request(&party)?;
    let code = test.obtain_code(&party, &request).await?;
    let answer = Test::redemption(&request, &code).send(test, &other).await?;
    test.expect_refusal(&answer, &["invalid_grant"]);
    Ok(())
}

/// RFC 6749 section 4.1.2: a code works once, and its second use ends what came of the first.
async fn reuse(test: &mut Test) -> anyhow::Result<()> {
    let party = test.party().await?;
    let request = test.fapi_request(&party)?;
    let code = test.obtain_code(&party, &request).await?;
    let granted = test.exchange(&party, &request, &code).await?;
    test.pause(1).await;
    let again = Test::redemption(&request, &code).send(test, &party).await?;
    checks::token::check_error(&again, &["invalid_grant"], &mut test.findings);
    let id = interaction_id();
    let answer = test.use_token(&party, &granted.access_token, party.scheme(), &id).await?;
    test.findings.prefer((400..500).contains(&answer.status), || {
        format!("the access token still works: the resource answers {}", answer.status)
    });
    Ok(())
}

/// FAPI 2.0 Security Profile section 5.3.2.1: a code lasts at most a minute.
async fn expired(test: &mut Test) -> anyhow::Result<()> {
    let party = test.party().await?;
    let request = test.fapi_request(&party)?;
    let code = test.obtain_code(&party, &request).await?;
    test.pause(test.judge.configuration.server.code_seconds.unwrap_or(60) + 2).await;
    let answer = Test::redemption(&request, &code).send(test, &party).await?;
    test.expect_refusal(&answer, &["invalid_grant"]);
    Ok(())
}
