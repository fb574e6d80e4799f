//! A resource that wants a stronger login than an access token has behind it: RFC 9470, with the
//! relying party demo as the resource and introspection (RFC 7662) between it and the provider.

use anyhow::{Context as _, ensure};
use conformance::answer::Answer;
use conformance::provider::{Provider, Tokens};
use conformance::request::Request;
use conformance::user::Step;
use url::Url;

use crate::{Outcome, code_flow};

const SCOPE: &str = "openid profile organisation assurance";

/// The parameters of the account's own party, when there is a relying party to ask.
async fn resource(provider: &Provider, tokens: &Tokens) -> anyhow::Result<Option<Url>> {
    let Some(relying_party) = &provider.settings.relying_party else { return Ok(None) };
    let claims = provider.userinfo(&tokens.access_token).await?.json()?;
    let party = claims["parties"][0].as_str().context("the account has no party")?;
    Ok(Some(relying_party.join("/resource/party-parameters/")?.join(party)?))
}

async fn ask(provider: &Provider, resource: &Url, tokens: &Tokens) -> anyhow::Result<Answer> {
    let request = provider.http.get(resource.clone()).bearer_auth(&tokens.access_token);
    Answer::read(request.send().await?).await
}

/// A parameter of the challenge (RFC 9110 section 11.6.1), as a quoted string.
fn parameter<'a>(challenge: &'a str, name: &str) -> anyhow::Result<&'a str> {
    let (_, value) =
        challenge.split_once(&format!("{name}=\"")).context(format!("no {name}: {challenge}"))?;
    Ok(value.split('"').next().unwrap_or_default())
}

fn request(provider: &Provider) -> anyhow::Result<Request> {
    Ok(provider.request()?.with("scope", SCOPE))
}

#[tokio::test]
async fn a_login_with_the_parameters_of_the_challenge_is_accepted_by_the_resource() -> Outcome {
    let provider = Provider::discover().await?;
    let mut user = provider.user()?;
    let weak = code_flow(&provider, &mut user, &request(&provider)?, &[Step::Password]).await?;
    let Some(resource) = resource(&provider, &weak).await? else { return Ok(()) };
    let refused = ask(&provider, &resource, &weak).await?;
    refused.refused(401, "insufficient_user_authentication")?;
    let challenge = refused.header("www-authenticate").context("no challenge")?.to_owned();
    ensure!(parameter(&challenge, "error")? == "insufficient_user_authentication", "{challenge}");

    let request = request(&provider)?
        .with("acr_values", parameter(&challenge, "acr_values")?)
        .with("max_age", parameter(&challenge, "max_age")?);
    let steps = [Step::Email, Step::Link];
    let strong = code_flow(&provider, &mut user, &request, &steps).await?;
    let answer = ask(&provider, &resource, &strong).await?;
    ensure!(answer.status == 200, "{}: {}", answer.status, answer.body);
    // The former token is as weak as it was.
    let refused = ask(&provider, &resource, &weak).await?;
    refused.refused(401, "insufficient_user_authentication")
}

#[tokio::test]
async fn a_resource_refuses_the_access_token_after_logout() -> Outcome {
    let provider = Provider::discover().await?;
    let acr = format!("{}/acr/pwd-email", provider.settings.issuer);
    let request = request(&provider)?.with("acr_values", &acr);
    let mut user = provider.user()?;
    let steps = [Step::Password, Step::Email, Step::Link];
    let tokens = code_flow(&provider, &mut user, &request, &steps).await?;
    let Some(resource) = resource(&provider, &tokens).await? else { return Ok(()) };
    ensure!(ask(&provider, &resource, &tokens).await?.status == 200);
    let mut logout = provider.endpoint("end_session_endpoint")?;
    logout.query_pairs_mut().append_pair("id_token_hint", &tokens.id_token);
    user.browser.open(&logout).await?;
    ask(&provider, &resource, &tokens).await?.refused(401, "invalid_token")
}
