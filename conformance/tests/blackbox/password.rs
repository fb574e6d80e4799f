//! The password step: one text for every failure, and nothing without the form's own token.

use anyhow::{Context as _, ensure};
use conformance::page::{Landing, Page};
use conformance::provider::Provider;
use conformance::user::User;

use crate::{Outcome, at_once};

async fn login_page(provider: &Provider, user: &mut User<'_>) -> anyhow::Result<Page> {
    let page = user.browser.open(&provider.request()?.url()).await?.page()?;
    page.expect("login-username")?;
    Ok(page)
}

/// The texts of all errors on a page, each with the field that names it.
fn errors(page: &Page) -> Vec<(String, String)> {
    let errors = page.document.elements().iter().filter_map(|element| {
        let id = element.attribute("id").filter(|id| id.ends_with("-error"))?;
        Some((id.to_owned(), element.text()))
    });
    errors.collect()
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_get_one_answer() -> Outcome {
    let provider = Provider::discover().await?;
    let mut answers = Vec::new();
    for username in [provider.settings.username.as_str(), "209999999999"] {
        let mut user = provider.user()?;
        let page = login_page(&provider, &mut user).await?;
        let answer = user.type_password(&page, username, "not this one").await?.page()?;
        answer.expect("login-password")?;
        ensure!(answer.text() != page.text(), "nothing is said");
        ensure!(!answer.body.contains("not this one"), "the password is on the page");
        answers.push((answer.status, answer.text()));
    }
    ensure!(answers[0] == answers[1], "{:?} is not {:?}", answers[0], answers[1]);
    Ok(())
}

#[tokio::test]
async fn an_error_is_tied_to_its_field() -> Outcome {
    let provider = Provider::discover().await?;
    let mut user = provider.user()?;
    let page = login_page(&provider, &mut user).await?;
    let answer = user.type_password(&page, "", "").await?.page()?;
    let found = errors(&answer);
    ensure!(found.len() == 2, "an error at each field: {found:?}");
    for (id, _) in found {
        let field = id.trim_end_matches("-error");
        let field = answer.document.element(field).with_context(|| format!("no field for {id}"))?;
        let described = field.attribute("aria-describedby").unwrap_or_default();
        ensure!(
            described.split_whitespace().any(|name| name == id),
            "{id} is not tied: {described}"
        );
        ensure!(field.attribute("aria-invalid") == Some("true"), "{id}: not aria-invalid");
    }
    Ok(())
}

#[tokio::test]
async fn nothing_is_taken_without_the_token_of_the_form() -> Outcome {
    let provider = Provider::discover().await?;
    let mut user = provider.user()?;
    let page = login_page(&provider, &mut user).await?;
    let (name, password) = (&provider.settings.username, &provider.settings.password);
    let mut form = page.document.form_of("login-submit").context("no form")?;
    form.fields.clear();
    form.fill("username", name);
    form.fill("password", password);
    let answer = user.browser.send(&page, &form).await?.page()?;
    ensure!((400..500).contains(&answer.status), "without the token: {}", answer.status);
    let target = page.url.join(&form.action)?;
    match user.browser.post_from_elsewhere(&target, &form.fields).await? {
        Landing::Page(page) => ensure!((400..500).contains(&page.status), "{}", page.status),
        Landing::Elsewhere(url) => anyhow::bail!("a foreign form got to {url}"),
    }
    let silent = provider.request()?.with("prompt", "none");
    let callback = at_once(&provider, &mut user, &silent).await?;
    ensure!(callback.error()? == "login_required", "signed in by a form without its token");
    Ok(())
}

#[tokio::test]
async fn another_browser_sees_nothing_of_an_interaction() -> Outcome {
    let provider = Provider::discover().await?;
    let mut user = provider.user()?;
    let page = login_page(&provider, &mut user).await?;
    let (known, unknown) = (&page.url, page.url.join("/interaction/nobody-knows-this-one")?);
    let mut stranger = provider.user()?;
    let seen = stranger.browser.open(known).await?.page()?;
    let nothing = stranger.browser.open(&unknown).await?.page()?;
    ensure!(!seen.document.has("login-username"), "a stranger sees the form");
    ensure!(seen.status == nothing.status, "{} and {}", seen.status, nothing.status);
    ensure!(seen.document.text("error-code") == nothing.document.text("error-code"));
    ensure!(
        seen.document.text("main").is_none()
            || seen.text().len().abs_diff(nothing.text().len()) < 80
    );
    Ok(())
}

#[tokio::test]
async fn a_password_manager_can_do_its_work() -> Outcome {
    let provider = Provider::discover().await?;
    let page = login_page(&provider, &mut provider.user()?).await?;
    for (id, kind, autocomplete) in
        [("login-username", "text", "username"), ("login-password", "password", "current-password")]
    {
        let field = page.document.element(id).context("no field")?;
        ensure!(field.attribute("type").unwrap_or("text") == kind, "{id}: {field:?}");
        ensure!(field.attribute("autocomplete") == Some(autocomplete), "{id}: {field:?}");
        ensure!(field.attribute("maxlength").is_none() || id == "login-username", "{field:?}");
    }
    Ok(())
}
