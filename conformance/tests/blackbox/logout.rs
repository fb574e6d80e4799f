//! OpenID Connect RP-Initiated Logout 1.0: without a hint the person is asked.

use anyhow::ensure;
use conformance::provider::Provider;
use conformance::user::User;

use crate::{Outcome, at_once, signed_in};

async fn is_signed_in(provider: &Provider, user: &mut User<'_>) -> anyhow::Result<bool> {
    let request = provider.request()?.with("prompt", "none");
    let response = at_once(provider, user, &request).await?;
    let (code, error) = (response.value("code"), response.value("error"));
    ensure!(code.is_some() || error == Some("login_required"), "{error:?}");
    Ok(code.is_some())
}

#[tokio::test]
async fn opening_or_cancelling_the_logout_page_keeps_the_session() -> Outcome {
    let provider = Provider::discover().await?;
    let (mut user, _) = signed_in(&provider).await?;
    let page = user.browser.open(&provider.endpoint("end_session_endpoint")?).await?.page()?;
    page.expect("logout-confirm")?;
    page.expect("logout-cancel")?;
    ensure!(is_signed_in(&provider, &mut user).await?, "a question ended the session");
    user.browser.press(&page, "logout-cancel", &[]).await?;
    ensure!(is_signed_in(&provider, &mut user).await?, "cancelling ended the session");
    Ok(())
}
