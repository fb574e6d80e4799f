//! The mailed link: looking changes nothing, only the browser that began may complete, once
//! (product.md section 2, step 6).

use anyhow::{Context as _, ensure};
use conformance::answer::Callback;
use conformance::browser::{Browser, CHROME_ON_ANDROID};
use conformance::page::{Landing, Page};
use conformance::provider::Provider;
use conformance::request::AuthorizationRequest;
use conformance::user::User;
use reqwest::header::HeaderValue;
use url::Url;

use crate::Outcome;

fn request(provider: &Provider) -> anyhow::Result<AuthorizationRequest> {
    Ok(provider.request()?.with("acr_values", &provider.acr("pwd-email")))
}

fn stranger() -> anyhow::Result<Browser> {
    Ok(Browser::new()?.adding("user-agent", HeaderValue::from_static(CHROME_ON_ANDROID)))
}

async fn completes(
    provider: &Provider,
    user: &mut User<'_>,
    link: &Url,
    request: &AuthorizationRequest,
) -> Outcome {
    let url = user.confirm(link).await?.elsewhere()?;
    let callback = Callback::read(&url, request, &provider.settings.issuer)?;
    let tokens = provider.tokens(request, &callback).await?;
    ensure!(tokens.claims["acr"] == provider.acr("pwd-email").as_str());
    Ok(())
}

#[tokio::test]
async fn looking_at_a_link_changes_nothing() -> Outcome {
    let provider = Provider::discover().await?;
    let (mut user, request) = (provider.user()?, request(&provider)?);
    let (_, link) = user.request_link(&request).await?;
    for _ in 0..3 {
        user.browser.head(&link).await?.page()?;
        user.browser.open(&link).await?.page()?.expect("link-confirm")?;
        stranger()?.head(&link).await?.page()?;
        stranger()?.open(&link).await?.page()?;
    }
    completes(&provider, &mut user, &link, &request).await
}

#[tokio::test]
async fn the_page_of_the_link_names_what_is_confirmed() -> Outcome {
    let provider = Provider::discover().await?;
    let (mut user, request) = (provider.user()?, request(&provider)?);
    let (_, link) = user.request_link(&request).await?;
    let page = user.browser.open(&link).await?.page()?;
    page.expect("link-page")?;
    ensure!(page.status == 200, "{}", page.status);
    let text = page.text();
    ensure!(text.contains(&provider.settings.username), "the account is not named: {text}");
    ensure!(page.document.inside("link-page", "form").len() <= 2, "more than one thing to do");
    Ok(())
}

#[tokio::test]
async fn another_browser_is_told_where_to_go_and_can_do_nothing() -> Outcome {
    let provider = Provider::discover().await?;
    let (mut user, request) = (provider.user()?, request(&provider)?);
    let (_, link) = user.request_link(&request).await?;
    let mut other = stranger()?;
    let page = other.open(&link).await?.page()?;
    says_nothing(&provider, &page)?;
    let text = page.text();
    ensure!(text.contains("Firefox") && text.contains("Windows"), "which browser began? {text}");
    for fields in [vec![], vec![("confirm".to_owned(), "yes".to_owned())]] {
        let answer = other.post_from_elsewhere(&link, &fields).await?.page()?;
        says_nothing(&provider, &answer)?;
    }
    // A browser in the middle of a login of its own is another browser still.
    let mut busy = provider.user()?.at(stranger()?);
    busy.reach_email(&request).await?;
    let page = busy.browser.open(&link).await?.page()?;
    says_nothing(&provider, &page)?;
    completes(&provider, &mut user, &link, &request).await
}

fn says_nothing(provider: &Provider, page: &Page) -> Outcome {
    ensure!(!page.document.has("link-confirm"), "a stranger may confirm");
    ensure!(!page.document.has("link-page"), "a stranger sees the link's page");
    let settings = &provider.settings;
    for secret in [&settings.username, &settings.email] {
        let found = page.body.to_lowercase().contains(&secret.to_lowercase());
        ensure!(!found, "a stranger is told {secret}");
    }
    if page.status == 200 {
        page.expect("other-browser-page")?;
    }
    Ok(())
}

#[tokio::test]
async fn a_form_without_its_token_completes_nothing() -> Outcome {
    let provider = Provider::discover().await?;
    let (mut user, request) = (provider.user()?, request(&provider)?);
    let (_, link) = user.request_link(&request).await?;
    let page = user.browser.open(&link).await?.page()?;
    let mut form = page.document.form_of("link-confirm").context("no form")?;
    form.fields.clear();
    let answer = user.browser.send(&page, &form).await?.page()?;
    ensure!((400..500).contains(&answer.status), "{}", answer.status);
    user.browser.post_from_elsewhere(&link, &[]).await?.page()?;
    completes(&provider, &mut user, &link, &request).await
}

#[tokio::test]
async fn a_used_a_cut_off_and_an_unknown_link_are_dead_each_in_its_own_words() -> Outcome {
    let provider = Provider::discover().await?;
    let (mut user, request) = (provider.user()?, request(&provider)?);
    let (_, link) = user.request_link(&request).await?;
    let shown = user.browser.open(&link).await?.page()?;
    completes(&provider, &mut user, &link, &request).await?;
    let used = user.browser.open(&link).await?.page()?;
    let cut = Url::parse(&link.as_str()[..link.as_str().len() - 4])?;
    let cut = user.browser.open(&cut).await?.page()?;
    let unknown = link.join(&"a".repeat(link.path().len() - 3))?;
    let unknown = user.browser.open(&unknown).await?.page()?;
    for page in [&used, &cut, &unknown] {
        page.expect("link-dead-page")?;
        ensure!((400..500).contains(&page.status), "{}: {}", page.url, page.status);
    }
    ensure!(used.text() != cut.text(), "used and cut off look alike");
    // The button of a page that was left open does no harm and no good.
    match user.browser.press(&shown, "link-confirm", &[]).await? {
        Landing::Page(page) => ensure!(page.status < 500, "{}", page.status),
        Landing::Elsewhere(url) => {
            ensure!(!url.query_pairs().any(|(name, _)| name == "code"), "a second code: {url}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn two_logins_in_one_browser_end_each_with_its_own_link() -> Outcome {
    let provider = Provider::discover().await?;
    let mut user = provider.user()?;
    let (first, second) = (request(&provider)?, request(&provider)?);
    let (_, first_link) = user.request_link(&first).await?;
    let (_, second_link) = user.request_link(&second).await?;
    ensure!(first_link != second_link, "one link for two logins");
    completes(&provider, &mut user, &second_link, &second).await?;
    completes(&provider, &mut user, &first_link, &first).await
}

#[tokio::test]
async fn two_clicks_at_once_complete_one_login() -> Outcome {
    let provider = Provider::discover().await?;
    let (mut user, request) = (provider.user()?, request(&provider)?);
    let (_, link) = user.request_link(&request).await?;
    let page = user.browser.open(&link).await?.page()?;
    let (mut left, mut right) = (user.browser.clone(), user.browser.clone());
    let (left, right) = tokio::join!(
        left.press(&page, "link-confirm", &[]),
        right.press(&page, "link-confirm", &[])
    );
    let mut codes = Vec::new();
    for landing in [left?, right?] {
        match landing {
            Landing::Page(page) => ensure!(page.status < 500, "{}", page.status),
            Landing::Elsewhere(url) => {
                codes.push(Callback::read(&url, &request, &provider.settings.issuer)?);
            }
        }
    }
    let first = codes.first().context("neither click got through")?;
    provider.tokens(&request, first).await.map(|_| ())
}

#[tokio::test]
async fn the_waiting_page_leads_on_when_the_link_was_used_elsewhere() -> Outcome {
    let provider = Provider::discover().await?;
    let (mut user, request) = (provider.user()?, request(&provider)?);
    let (sent, link) = user.request_link(&request).await?;
    completes(&provider, &mut user, &link, &request).await?;
    let page = user.browser.go(&sent.url).await?.page()?;
    ensure!(page.status < 500, "{}", page.status);
    ensure!(!page.document.has("sent-resend"), "a finished login offers to send again");
    Ok(())
}
