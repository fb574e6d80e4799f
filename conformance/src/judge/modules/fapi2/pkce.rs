//! Proof keys (RFC 7636, FAPI 2.0 Security Profile section 5.3.2.2).

use super::flow::BAD_REQUEST;
use crate::judge::client::random;
use crate::judge::plan::Module;
use crate::judge::test::Test;
use crate::modules;
use crate::request::Request;

pub(super) const MODULES: &[Module] = modules! {
    "fapi2-security-profile-final-par-ensure-pkce-required" => required,
    "fapi2-security-profile-final-par-plain-pkce-rejected" => plain,
    "fapi2-security-profile-final-ensure-pkce-code-verifier-required" => verifier_required,
    "fapi2-security-profile-final-incorrect-pkce-code-verifier-rejected" => wrong_verifier,
};

/// A request without a challenge is refused.
async fn required(test: &mut Test) -> anyhow::Result<()> {
    let party = test.party().await?;
    let request = test.fapi_request(&party)?;
    let request = request.without("code_challenge").without("code_challenge_method");
    let answer = test.push(&party, &request).await?;
    test.expect_refusal(&answer, BAD_REQUEST);
    Ok(())
}

/// The method is S256.
async fn plain(test: &mut Test) -> anyhow::Result<()> {
    let party = test.party().await?;
    let request = test
        .fapi_request(&party)?
        .with("code_challenge", &random(32))
        .with("code_challenge_method", "plain");
    let answer = test.push(&party, &request).await?;
    test.expect_refusal(&answer, BAD_REQUEST);
    Ok(())
}

/// RFC 7636 section 4.6.
async fn verifier_required(test: &mut Test) -> anyhow::Result<()> {
    verified_by(test, None).await
}

/// The same.
async fn wrong_verifier(test: &mut Test) -> anyhow::Result<()> {
    verified_by(test, Some(random(32))).await
}

async fn verified_by(test: &mut Test, verifier: Option<String>) -> anyhow::Result<()> {
    let party = test.party().await?;
    let request = test.fapi_request(&party)?;
    let code = test.obtain_code(&party, &request).await?;
    let request = Request { verifier, ..request };
    let answer = Test::redemption(&request, &code).send(test, &party).await?;
    test.expect_refusal(&answer, &["invalid_grant"]);
    Ok(())
}
