//! The claims of the product's own scopes.

use anyhow::{Context as _, ensure};
use conformance::provider::Provider;
use conformance::user::Step;
use serde_json::Value;

use crate::{Outcome, code_flow};

#[tokio::test]
async fn scope_organisation_releases_organisation_and_parties() -> Outcome {
    let provider = Provider::discover().await?;
    let request = provider.request()?.with("scope", "openid organisation");
    let mut user = provider.user()?;
    let tokens = code_flow(&provider, &mut user, &request, &[Step::Password]).await?;
    let claims = provider.userinfo(&tokens.access_token).await?.json()?;
    let sub = claims["sub"].as_str().context("no sub")?;
    ensure!(!sub.contains(&provider.settings.username), "the login name is in the sub {sub}");
    let number = claims["https://id.oidc.se/claim/orgNumber"].as_str().context("no orgNumber")?;
    ensure!(number.len() == 10 && number.bytes().all(|digit| digit.is_ascii_digit()), "{number}");
    let name = claims["https://id.oidc.se/claim/orgName"].as_str().context("no orgName")?;
    ensure!(!name.trim().is_empty(), "a blank orgName");
    let parties = claims["parties"].as_array().context("no parties")?;
    ensure!(parties.iter().all(Value::is_string) && !parties.is_empty(), "{parties:?}");
    Ok(())
}
