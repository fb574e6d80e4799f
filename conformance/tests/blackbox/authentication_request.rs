//! `prompt`, `max_age`, `id_token_hint`, `login_hint`, `ui_locales` (OpenID Connect Core section
//! 3.1.2.1): when the password is asked again and when it is not.

use anyhow::{Context as _, ensure};
use conformance::provider::{Provider, Tokens, until};
use conformance::user::Step;
use reqwest::header::HeaderValue;

use crate::{Outcome, at_once, code_flow, signed_in};

const SILENT: [&str; 4] =
    ["login_required", "interaction_required", "account_selection_required", "consent_required"];

fn auth_time(tokens: &Tokens) -> anyhow::Result<u64> {
    tokens.claims["auth_time"].as_u64().context("no auth_time")
}

#[tokio::test]
async fn prompt_none_tells_of_the_login_that_was() -> Outcome {
    let provider = Provider::discover().await?;
    let (mut user, first) = signed_in(&provider).await?;
    let plain = provider.request()?.with("prompt", "none");
    let hinted = provider.request()?.with("prompt", "none").with("id_token_hint", &first.id_token);
    for request in [plain, hinted] {
        let tokens = code_flow(&provider, &mut user, &request, &[]).await?;
        for claim in ["sub", "auth_time", "acr", "amr"] {
            ensure!(tokens.claims[claim] == first.claims[claim], "another {claim}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn prompt_none_sends_no_mail() -> Outcome {
    let provider = Provider::discover().await?;
    let (mut user, _) = signed_in(&provider).await?;
    let demand = format!(
        r#"{{"id_token":{{"acr":{{"essential":true,"value":"{}"}}}}}}"#,
        provider.acr("pwd-email")
    );
    let before = provider.mailbox.mark().await?;
    let request = provider.request()?.with("prompt", "none").with("claims", &demand);
    let callback = at_once(&provider, &mut user, &request).await?;
    let error = callback.error()?;
    ensure!(SILENT.contains(&error) || error == "unmet_authentication_requirements", "{error}");
    ensure!(provider.mailbox.mark().await? == before, "a mail was sent");
    Ok(())
}

#[tokio::test]
async fn prompt_login_asks_the_password_again() -> Outcome {
    let provider = Provider::discover().await?;
    let (mut user, first) = signed_in(&provider).await?;
    until(auth_time(&first)? + 1).await;
    let request = provider.request()?.with("prompt", "login");
    let second = code_flow(&provider, &mut user, &request, &[Step::Password]).await?;
    ensure!(auth_time(&second)? > auth_time(&first)?, "auth_time did not move");
    ensure!(second.claims["sub"] == first.claims["sub"], "another sub");
    // The new login is the session from now on.
    let third = code_flow(&provider, &mut user, &provider.request()?, &[]).await?;
    ensure!(auth_time(&third)? == auth_time(&second)?, "the old session lives");
    Ok(())
}

#[tokio::test]
async fn an_impossible_max_age_asks_and_is_not_forgotten_on_the_way() -> Outcome {
    let provider = Provider::discover().await?;
    let (mut user, _) = signed_in(&provider).await?;
    let request = provider.request()?.with("max_age", "0");
    let tokens = code_flow(&provider, &mut user, &request, &[Step::Password]).await?;
    auth_time(&tokens).map(|_| ())
}

#[tokio::test]
async fn login_hint_fills_in_the_user_name() -> Outcome {
    let provider = Provider::discover().await?;
    let username = &provider.settings.username;
    let request = provider.request()?.with("login_hint", username);
    let page = provider.user()?.browser.open(&request.url()).await?.page()?;
    let field = page.document.element("login-username").context("no login page")?;
    ensure!(field.attribute("value") == Some(username.as_str()), "{field:?}");
    Ok(())
}

#[tokio::test]
async fn ui_locales_beats_the_choice_of_the_browser() -> Outcome {
    let provider = Provider::discover().await?;
    for (ui_locales, accept, language) in [
        (None, "sv", "sv"),
        (None, "en-GB,en;q=0.9", "en"),
        (None, "fi", "sv"),
        (Some("en"), "sv", "en"),
        (Some("sv"), "en", "sv"),
        (Some("fi en-US"), "sv", "en"),
        (Some("se"), "en", "en"),
    ] {
        let mut request = provider.request()?;
        if let Some(locales) = ui_locales {
            request = request.with("ui_locales", locales);
        }
        let mut browser = provider.user()?.browser;
        browser = browser.adding("accept-language", HeaderValue::from_static(accept));
        let page = browser.open(&request.url()).await?.page()?;
        let found = page.language();
        ensure!(found == Some(language), "{ui_locales:?} and {accept}: {found:?}");
    }
    Ok(())
}
