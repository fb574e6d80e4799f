//! [RP-Initiated Logout 1.0](https://openid.net/specs/openid-connect-rpinitiated-1_0.html).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::support::party::{granted, introspected, parties, refresh, text, userinfo};
use crate::support::{ANNA, ANNA_COMPANY, Application, BERIT, Browser, TestProvider, encoded};

const OUT: &str = "https://rp.example/out";

/// A signed-in browser and its ID token.
async fn signed_in() -> (TestProvider, Browser, String) {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let web = Application::web();
    let code = browser.log_in(&web, ANNA).await.code();
    let hint = web.redeem(&browser, &code).await.id_token;
    (provider, browser, hint)
}

fn query(pairs: &[(&str, &str)]) -> String {
    format!("/end_session?{}", encoded(pairs))
}

async fn is_signed_in(browser: &mut Browser) -> bool {
    let answer = browser.begin(&Application::web().with("prompt", "none")).await;
    answer.parameter("code").is_some()
}

#[tokio::test]
async fn a_hint_and_a_registered_redirect_uri_end_the_session_and_redirect_with_state() {
    let (_, mut browser, hint) = signed_in().await;
    let old = browser.cookie("session").unwrap();
    let state = "aB-._~".repeat(21);
    let pairs =
        [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", OUT), ("state", &state)];
    let answer = browser.get(&query(&pairs)).await;
    assert_eq!(answer.status, 303);
    assert!(answer.location().starts_with(&format!("{OUT}?state=")));
    assert_eq!(answer.parameter("state"), Some(state.clone()));
    assert!(!answer.location().contains('&'), "and nothing else");
    assert!(browser.cookie("session").is_none());
    browser.set_cookie("session", &old);
    assert!(!is_signed_in(&mut browser).await, "the session itself is gone");
    // Once more, after it is gone, as a second tab would.
    assert_eq!(browser.get(&query(&pairs)).await.parameter("state"), Some(state));
}

#[tokio::test]
async fn an_expired_hint_is_accepted_and_no_state_is_added_without_one() {
    let (provider, mut browser, hint) = signed_in().await;
    provider.pass(3_000);
    let pairs = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", OUT)];
    assert_eq!(browser.get(&query(&pairs)).await.location(), OUT);
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn a_posted_logout_request_is_redirected_to_the_same_request_by_get() {
    let (_, mut browser, hint) = signed_in().await;
    let pairs = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", OUT)];
    let answer = browser.post("/end_session", &pairs).await;
    assert!(answer.location().starts_with("/end_session?"));
    assert_eq!(browser.follow(answer).await.location(), OUT);
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn an_unregistered_post_logout_redirect_uri_is_refused() {
    let (_, mut browser, hint) = signed_in().await;
    for address in [
        "https://evil.example/out",
        "https://rp.example/out?x=1",
        "https://rp.example/out/",
        "https://rp.example/cb",
        "//evil.example",
        "javascript:alert(1)",
    ] {
        let pairs = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", address)];
        let answer = browser.get(&query(&pairs)).await;
        answer.is(400, "error-page");
        assert!(answer.body.contains("Det gick inte att logga ut"), "{address}");
        assert!(answer.location().is_empty(), "{address}");
    }
    assert!(is_signed_in(&mut browser).await, "and the session is untouched");
}

#[tokio::test]
async fn a_forged_hint_is_refused() {
    let (_, mut browser, hint) = signed_in().await;
    let parts: Vec<_> = hint.split('.').collect();
    let none = URL_SAFE_NO_PAD.encode(br#"{"alg":"none"}"#);
    let forged = [
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{}.{}.AAAA", parts[0], parts[1]),
        "x".to_owned(),
    ];
    for hint in forged {
        let pairs = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", OUT)];
        browser.get(&query(&pairs)).await.is(400, "error-page");
    }
    assert!(is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn without_a_hint_the_user_must_confirm_the_logout() {
    let (_, mut browser, _) = signed_in().await;
    for pairs in
        [&[][..], &[("state", "x")], &[("post_logout_redirect_uri", OUT), ("client_id", "web")]]
    {
        let page = browser.get(&query(pairs)).await;
        page.is(200, "logout-confirm");
        assert!(page.body.contains(ANNA));
        browser.press(&page, "logout-cancel").await.is(200, "logout-stayed");
        assert!(is_signed_in(&mut browser).await);
    }
    let page =
        browser.get(&query(&[("post_logout_redirect_uri", OUT), ("client_id", "web")])).await;
    browser.press(&page, "logout-confirm").await.is(200, "logout-done");
    assert!(!is_signed_in(&mut browser).await);
    browser.get("/end_session").await.is(200, "logout-done");
}

#[tokio::test]
async fn a_hint_of_another_user_requires_confirmation() {
    let (provider, _, hint) = signed_in().await;
    let mut other = Browser::new(&provider);
    other.log_in(&Application::web(), BERIT).await.code();
    let pairs = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", OUT)];
    let page = other.get(&query(&pairs)).await;
    page.is(200, "logout-confirm");
    assert!(is_signed_in(&mut other).await);
    assert_eq!(other.press(&page, "logout-confirm").await.location(), OUT);
    assert!(!is_signed_in(&mut other).await);
}

#[tokio::test]
async fn the_logout_form_requires_its_csrf_token() {
    let (_, mut browser, _) = signed_in().await;
    let page = browser.get("/end_session").await;
    let form = page.form("logout-confirm");
    let wrong = form.clone().with("csrf", "x");
    browser.submit(&wrong).await.is(403, "error-page");
    let fields: Vec<_> =
        form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let foreign = [("sec-fetch-site", "cross-site")];
    browser.post_with("/end_session", &fields, &foreign).await.is(403, "error-page");
    assert!(is_signed_in(&mut browser).await);
    browser.submit(&form).await.is(200, "logout-done");
}

/// P24.
#[tokio::test]
async fn after_logout_no_code_token_or_page_of_the_session_is_accepted() {
    for provider in parties().start_on_both().await {
        let mut browser = Browser::new(&provider);
        let tokens = granted(&mut browser, "server", "openid").await;
        let web = Application::web();
        let code = browser.begin(&web).await.code();
        let step_up = browser.begin(&Application::idep()).await;
        browser.type_address(&step_up, ANNA_COMPANY, true).await.is(200, "sent-page");
        provider.deliver().await;
        let link = browser.get(&provider.last_link()).await.form("link-confirm");
        let consent = browser.begin(&web.clone().with("prompt", "consent")).await;
        let consent = consent.form("consent-allow");
        let mut old = browser.clone();
        let page = browser.get("/end_session").await;
        browser.press(&page, "logout-confirm").await.is(200, "logout-done");

        assert_eq!(userinfo(&provider, &tokens["access_token"]).await, 401);
        for kind in ["access_token", "refresh_token"] {
            let told = introspected(&provider, "server", &tokens[kind]).await;
            assert_eq!(told["active"], false, "{kind}");
        }
        let answer = refresh(&provider, "server", &text(&tokens, "refresh_token")).await;
        assert_eq!(answer.json()["error"], "invalid_grant");
        let answer = web.token(&browser, &web.redemption(&code)).await;
        assert_eq!(answer.json()["error"], "invalid_grant");
        assert!(!is_signed_in(&mut old).await, "with the old cookie");
        old.begin(&web).await.is(200, "login-submit");
        assert_eq!(old.submit(&consent).await.parameter("code"), None);
        assert_eq!(old.submit(&link).await.parameter("code"), None);
        assert!(!is_signed_in(&mut old).await);
    }
}
