//! The provider as strangers meet it: browsers, mail readers, relying parties, link scanners. One
//! module per specification or promise; nothing is known of the provider but its address.

mod assurance;
mod email_step;
mod logout;
mod pages;
mod step_up;
mod userinfo;

use anyhow::ensure;
use conformance::judge::authorization::Response;
use conformance::provider::{Provider, Tokens};
use conformance::request::Request;
use conformance::user::{Login, Step, User};

type Outcome = anyhow::Result<()>;

/// Signs in with the password alone and redeems the code.
async fn signed_in(provider: &Provider) -> anyhow::Result<(User<'_>, Tokens)> {
    let mut user = provider.user()?;
    let tokens = code_flow(provider, &mut user, &provider.request()?, &[Step::Password]).await?;
    Ok((user, tokens))
}

/// Signs in, insists on what was asked on the way, and redeems the code.
async fn code_flow(
    provider: &Provider,
    user: &mut User<'_>,
    request: &Request,
    steps: &[Step],
) -> anyhow::Result<Tokens> {
    let login = user.sign_in(request).await?;
    ensure!(login.steps == steps, "asked for {:?}, not {steps:?}", login.steps);
    provider.tokens(&provider.settings.client, request, &login.response).await
}

/// Sends a request from a browser and gives the response that comes at once, without any page.
async fn at_once(
    provider: &Provider,
    user: &mut User<'_>,
    request: &Request,
) -> anyhow::Result<Response> {
    let url = user.browser.open(&request.url()).await?.elsewhere()?;
    provider.response(request, url)
}

/// Signs in with password and mailed link.
async fn signed_in_by_mail<'a>(
    provider: &'a Provider,
    user: &mut User<'a>,
) -> anyhow::Result<Login> {
    let request = provider.request()?.with("acr_values", &provider.acr("pwd-email"));
    user.sign_in(&request).await
}
