//! OpenID Connect RP-Initiated Logout 1.0: who may end a session, and where the browser may go.

use anyhow::{Context as _, ensure};
use conformance::page::Landing;
use conformance::provider::Provider;
use conformance::user::User;
use url::Url;

use crate::{Outcome, at_once, signed_in};

fn logout(provider: &Provider, fields: &[(&str, &str)]) -> anyhow::Result<Url> {
    let mut url = provider.endpoint("end_session_endpoint")?;
    if !fields.is_empty() {
        url.query_pairs_mut().extend_pairs(fields);
    }
    Ok(url)
}

/// Confirms when asked to.
async fn confirmed(user: &mut User<'_>, landing: Landing) -> anyhow::Result<Landing> {
    match landing {
        Landing::Page(page) if page.document.has("logout-confirm") => {
            user.browser.press(&page, "logout-confirm", &[]).await
        }
        other => Ok(other),
    }
}

async fn is_signed_in(provider: &Provider, user: &mut User<'_>) -> anyhow::Result<bool> {
    let request = provider.request()?.with("prompt", "none");
    let callback = at_once(provider, user, &request).await?;
    let (code, error) = (callback.value("code"), callback.value("error"));
    ensure!(code.is_some() || error == Some("login_required"), "{error:?}");
    Ok(code.is_some())
}

#[tokio::test]
async fn a_logout_may_come_by_post() -> Outcome {
    let provider = Provider::discover().await?;
    let (mut user, tokens) = signed_in(&provider).await?;
    let back = provider.settings.post_logout_redirect_uri.as_str();
    let fields = [("id_token_hint", &*tokens.id_token), ("post_logout_redirect_uri", back)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let endpoint = logout(&provider, &[])?;
    let landing = user.browser.post_from_elsewhere(&endpoint, &fields).await?;
    let url = confirmed(&mut user, landing).await?.elsewhere()?;
    ensure!(url.as_str() == back, "{url}");
    ensure!(!is_signed_in(&provider, &mut user).await?, "the session lives");
    Ok(())
}

#[tokio::test]
async fn looking_at_the_question_ends_nothing() -> Outcome {
    let provider = Provider::discover().await?;
    let (mut user, _) = signed_in(&provider).await?;
    let page = user.browser.open(&logout(&provider, &[])?).await?.page()?;
    page.expect("logout-confirm")?;
    page.expect("logout-cancel")?;
    ensure!(is_signed_in(&provider, &mut user).await?, "a question ended the session");
    user.browser.press(&page, "logout-cancel", &[]).await?;
    ensure!(is_signed_in(&provider, &mut user).await?, "cancelling ended the session");
    Ok(())
}

#[tokio::test]
async fn a_foreign_form_cannot_sign_anybody_out() -> Outcome {
    let provider = Provider::discover().await?;
    let (mut user, _) = signed_in(&provider).await?;
    let page = user.browser.open(&logout(&provider, &[])?).await?.page()?;
    let form = page.document.form_of("logout-confirm").context("no form")?;
    let target = page.url.join(&form.action)?;
    user.browser.post_from_elsewhere(&target, &[]).await?;
    ensure!(is_signed_in(&provider, &mut user).await?, "signed out by a foreign form");
    Ok(())
}
