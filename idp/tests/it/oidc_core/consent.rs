//! OpenID Connect Core section 3.1.2.4: an application of others gets nothing before the person has
//! said yes.

use crate::support::{ANNA, ANNA_COMPANY, Answer, Application, Browser, PASSWORD, Setup};

const THIRD: &str = r#"
[[client]]
client_id = "third"
client_name = "Statistikappen"
client_secret = "0123456789abcdef0123456789abcdef"
redirect_uris = ["https://rp.example/cb"]
policy_uri = "https://rp.example/privacy"
first_party = false

[[client]]
client_id = "stern"
client_secret = "0123456789abcdef0123456789abcdef"
redirect_uris = ["https://rp.example/cb"]
first_party = false
required_acr = "pwd-email"
"#;

async fn browser() -> Browser {
    Browser::new(&Setup::new().settings(THIRD).start().await)
}

fn third() -> Application {
    Application::new("third").with("scope", "openid email organisation")
}

/// Signs in as far as the page that asks.
async fn asked(browser: &mut Browser, application: &Application) -> Answer {
    let page = browser.log_in(application, ANNA).await;
    page.is(200, "consent-allow");
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn the_consent_page_shows_client_and_scopes_and_consent_is_given_once() {
    let mut browser = browser().await;
    let page = asked(&mut browser, &third()).await;
    for shown in ["Statistikappen", "rp.example", "e-post", "organisation", "/privacy", ANNA] {
        assert!(page.body.contains(shown), "{shown}");
    }
    assert!(!page.body.contains("postadress</li>\n  <li>din e-postadress"));
    let back = browser.press(&page, "consent-allow").await;
    let tokens = third().redeem(&browser, &back.code()).await;
    assert_eq!(tokens.claims["nonce"], "no-1");
    let again = browser.get(&third().request()).await;
    assert!(again.location().contains("code="), "{}", again.location());
    let silent = browser.get(&third().with("prompt", "none").request()).await;
    assert!(silent.location().contains("code="), "{}", silent.location());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_consent_is_access_denied_and_requested_again_next_time() {
    let mut browser = browser().await;
    let page = asked(&mut browser, &third()).await;
    let back = browser.press(&page, "consent-deny").await;
    assert_eq!(back.parameter("error").as_deref(), Some("access_denied"));
    assert_eq!(back.parameter("state").as_deref(), Some("st-1"));
    browser.begin(&third()).await.is(200, "consent-allow");
    // The answer to a page that was answered before changes nothing.
    browser.press(&page, "consent-allow").await.is(200, "language-en");
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_is_requested_again_for_additional_claims_only() {
    let mut browser = browser().await;
    let page = asked(&mut browser, &third()).await;
    browser.press(&page, "consent-allow").await;
    let more = third().with("claims", r#"{"userinfo":{"phone_number":null}}"#);
    let silent = browser.get(&more.clone().with("prompt", "none").request()).await;
    assert_eq!(silent.parameter("error").as_deref(), Some("consent_required"));
    let page = browser.begin(&more).await;
    page.is(200, "consent-allow");
    browser.press(&page, "consent-allow").await;
    for allowed in [more, third().with("scope", "openid email")] {
        assert!(browser.get(&allowed.request()).await.location().contains("code="));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn prompt_consent_requests_consent_even_for_a_first_party_client() {
    let mut browser = browser().await;
    let web = Application::web().with("prompt", "consent");
    let page = asked(&mut browser, &web).await;
    assert!(browser.press(&page, "consent-allow").await.location().contains("code="));
    let page = browser.begin(&web).await;
    page.is(200, "consent-allow");
    assert!(browser.press(&page, "consent-allow").await.location().contains("code="));
}

#[tokio::test(flavor = "multi_thread")]
async fn max_age_is_checked_after_consent_only_for_an_earlier_login() {
    let mut browser = browser().await;
    let page = asked(&mut browser, &third().with("max_age", "60")).await;
    browser.provider.pass(120);
    browser.press(&page, "consent-allow").await.code();
    let page = browser.begin(&third().with("max_age", "800").with("prompt", "consent")).await;
    page.is(200, "consent-allow");
    browser.provider.pass(681);
    let back = browser.press(&page, "consent-allow").await;
    assert_eq!(back.parameter("error").as_deref(), Some("login_required"));
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_is_requested_after_the_mailed_link() {
    let mut browser = browser().await;
    let stern = Application::new("stern");
    let page = browser.log_in_by_mail(&stern, (ANNA, ANNA_COMPANY), false).await;
    page.is(200, "consent-allow");
    let back = browser.press(&page, "consent-allow").await;
    let tokens = stern.redeem(&browser, &back.code()).await;
    assert!(tokens.claims["acr"].as_str().unwrap().ends_with("/acr/pwd-email"));
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_requires_the_browser_of_the_login_and_the_csrf_token() {
    let mut anna = browser().await;
    let page = asked(&mut anna, &third()).await;
    let mut other = Browser::new(&anna.provider);
    let form = page.form("consent-allow");
    assert_eq!(other.submit(&form).await.status, 400, "it has no cookie at all");
    other.begin(&third()).await;
    assert_eq!(other.submit(&form).await.status, 403);
    let forged = form.with("csrf", "forged");
    assert_eq!(anna.submit(&forged).await.status, 403);
    assert!(anna.press(&page, "consent-allow").await.location().contains("code="));
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_after_logout_is_login_required() {
    let mut browser = browser().await;
    let page = asked(&mut browser, &third()).await;
    let mut tab = browser.clone();
    let out = tab.get("/end_session").await;
    tab.press(&out, "logout-confirm").await;
    let back = browser.press(&page, "consent-allow").await;
    assert_eq!(back.parameter("error").as_deref(), Some("login_required"));
}

#[tokio::test(flavor = "multi_thread")]
async fn withdrawn_consent_revokes_tokens_and_is_requested_again() {
    let mut browser = browser().await;
    let page = browser.begin(&third()).await;
    let page = browser.sign_in(&page, ANNA, PASSWORD).await;
    let back = browser.press(&page, "consent-allow").await;
    let tokens = third().redeem(&browser, &back.code()).await;
    let store = browser.provider.store().clone();
    let account = store.account_by_username(ANNA).await.unwrap().unwrap();
    let now = browser.provider.clock.now();
    assert!(store.withdraw_consent(&account.id, "third", now).await.unwrap());
    assert_eq!(Application::userinfo(&browser, &tokens.access_token).await.status, 401);
    browser.begin(&third()).await.is(200, "consent-allow");
}
