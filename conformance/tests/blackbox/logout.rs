//! OpenID Connect RP-Initiated Logout 1.0: who may end a session, and where the browser may go.

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use conformance::page::{Landing, Page};
use conformance::provider::{Provider, Tokens, part};
use conformance::user::User;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::Sha256;
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
async fn a_logout_with_a_hint_returns_with_exactly_the_state() -> Outcome {
    let provider = Provider::discover().await?;
    let back = provider.settings.post_logout_redirect_uri.clone();
    let long = "-._~".repeat(32);
    for state in [Some(long.as_str()), None] {
        let (mut user, tokens) = signed_in(&provider).await?;
        let mut fields =
            vec![("id_token_hint", &*tokens.id_token), ("post_logout_redirect_uri", back.as_str())];
        fields.extend(state.map(|state| ("state", state)));
        let landing = user.browser.open(&logout(&provider, &fields)?).await?;
        let url = confirmed(&mut user, landing).await?.elsewhere()?;
        let mut due = back.clone();
        if let Some(state) = state {
            due.query_pairs_mut().append_pair("state", state);
        }
        ensure!(url.query_pairs().eq(due.query_pairs()) && url.path() == due.path(), "{url}");
        ensure!(!is_signed_in(&provider, &mut user).await?, "the session lives");
    }
    Ok(())
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
async fn a_logout_without_a_right_hint_never_redirects() -> Outcome {
    let provider = Provider::discover().await?;
    let back = provider.settings.post_logout_redirect_uri.as_str();
    let (mut user, tokens) = signed_in(&provider).await?;
    let longer = format!("{back}?more=1");
    let other = format!("{back}/more");
    let hint = &*tokens.id_token;
    let unsigned = unsigned(&tokens)?;
    let forged = forged(&provider, &tokens)?;
    for (case, fields) in [
        ("another address", vec![("id_token_hint", hint), ("post_logout_redirect_uri", &*other)]),
        ("a longer address", vec![("id_token_hint", hint), ("post_logout_redirect_uri", &*longer)]),
        ("unsigned", vec![("id_token_hint", &*unsigned), ("post_logout_redirect_uri", back)]),
        ("forged", vec![("id_token_hint", &*forged), ("post_logout_redirect_uri", back)]),
        ("garbage", vec![("id_token_hint", "x.y.z"), ("post_logout_redirect_uri", back)]),
        ("no hint", vec![("post_logout_redirect_uri", back), ("state", "s")]),
    ] {
        let mut visitor = user.clone();
        let landing = visitor.browser.open(&logout(&provider, &fields)?).await?;
        let page = landing.page().context(case)?;
        ensure!(page.status < 500, "{case}: {}", page.status);
        confirmed(&mut visitor, Landing::Page(Box::new(page))).await?.page().context(case)?;
    }
    is_signed_in(&provider, &mut user).await.map(|_| ())
}

/// The hint with `alg: none` and no signature.
fn unsigned(tokens: &Tokens) -> anyhow::Result<String> {
    let header = URL_SAFE_NO_PAD.encode(json!({"alg": "none"}).to_string());
    let payload = tokens.id_token.split('.').nth(1).context("no payload")?;
    Ok(format!("{header}.{payload}."))
}

/// A hint signed with the client's own secret.
fn forged(provider: &Provider, tokens: &Tokens) -> anyhow::Result<String> {
    let client = &provider.settings.client;
    let mut claims = part(&tokens.id_token, 1)?;
    claims["iss"] = json!(client.id);
    let header = URL_SAFE_NO_PAD.encode(json!({"alg": "HS256"}).to_string());
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mut hash = Hmac::<Sha256>::new_from_slice(client.secret.as_bytes())?;
    hash.update(signed.as_bytes());
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(hash.finalize().into_bytes())))
}

#[tokio::test]
async fn without_an_address_a_page_says_it_is_done() -> Outcome {
    let provider = Provider::discover().await?;
    for case in ["no parameters", "only state", "hint alone"] {
        let (mut user, tokens) = signed_in(&provider).await?;
        let fields = match case {
            "no parameters" => vec![],
            "only state" => vec![("state", "s")],
            _ => vec![("id_token_hint", &*tokens.id_token)],
        };
        let landing = user.browser.open(&logout(&provider, &fields)?).await?;
        let page: Page = confirmed(&mut user, landing).await?.page().context(case)?;
        page.expect("logout-done").context(case)?;
        ensure!(!is_signed_in(&provider, &mut user).await?, "{case}: the session lives");
    }
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
