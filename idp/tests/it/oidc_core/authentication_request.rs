//! Section 3.1.2: the authentication request.

use crate::support::{ANNA, Application, BERIT, Browser, ISSUER, PASSWORD, TestProvider};

#[tokio::test]
async fn a_request_by_get_and_by_post_leads_to_the_same_page() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let web = Application::web().with("state", "a b&c=d/å");
    let got = browser.get(&web.request()).await;
    assert_eq!(got.status, 303);
    assert!(got.location().starts_with("/interaction/"));
    let posted = browser.post("/authorize", &web.pairs()).await;
    assert_eq!(posted.status, 303, "a form from another site brings no cookies along");
    assert!(posted.location().starts_with("/authorize?"), "{}", posted.location());
    let page = browser.follow(posted).await;
    page.is(200, "login-submit");
    let back = browser.sign_in(&page, ANNA, PASSWORD).await;
    assert_eq!(back.parameter("state").as_deref(), Some("a b&c=d/å"));
}

#[tokio::test]
async fn repeated_empty_and_too_long_parameters_are_refused_by_get_and_post() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let long = "x".repeat(5_000);
    let cases = [
        ("doubled state", Application::web().and("state", "x"), None),
        ("doubled client_id", Application::web().and("client_id", "web"), None),
        ("doubled unknown", Application::web().and("x", "1").and("x", "1"), None),
        (
            "empty response_type",
            Application::web().with("response_type", ""),
            Some("invalid_request"),
        ),
        ("long state", Application::web().with("state", &long), Some("invalid_request")),
        ("long nonce", Application::web().with("nonce", &long), Some("invalid_request")),
    ];
    for (case, request, error) in cases {
        let got = browser.get(&request.request()).await;
        let posted = browser.post("/authorize", &request.pairs()).await;
        let posted = if posted.status == 303 && posted.location().starts_with('/') {
            browser.get(posted.location()).await
        } else {
            posted
        };
        for answer in [got, posted] {
            match error {
                Some(error) => assert_eq!(answer.error(), error, "{case}"),
                None => {
                    assert_eq!((answer.status, answer.has("error-page")), (400, true), "{case}")
                }
            }
        }
    }
}

#[tokio::test]
async fn an_invalid_request_redirects_to_the_client_with_its_error() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let cases = [
        ("request", "a.b.c", "invalid_request_object"),
        ("request_uri", "https://rp.example/ro", "invalid_request_uri"),
        ("registration", "{}", "registration_not_supported"),
        ("scope", "cosmos", "invalid_scope"),
        ("prompt", "none login", "invalid_request"),
        ("prompt", "create", "invalid_request"),
        ("max_age", "-1", "invalid_request"),
        ("claims", "{", "invalid_request"),
        ("id_token_hint", "a.b.c", "invalid_request"),
    ];
    for (name, value, error) in cases {
        let answer = browser.get(&Application::web().with(name, value).request()).await;
        assert_eq!(answer.error(), error, "{name}={value}");
        assert_eq!(answer.parameter("state").as_deref(), Some("st-1"));
        assert_eq!(answer.parameter("iss").as_deref(), Some(ISSUER));
        assert_eq!(answer.parameter("code"), None);
    }
}

#[tokio::test]
async fn unknown_parameters_and_display_and_other_locales_are_ignored() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let request = Application::web()
        .with("display", "popup")
        .with("ui_locales", "se")
        .with("claims_locales", "se")
        .with("extra", "foobar");
    browser.log_in(&request, ANNA).await.code();
}

#[tokio::test]
async fn login_hint_fills_the_user_name_and_nothing_else() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let page = browser.begin(&Application::web().with("login_hint", "\"><b>x")).await;
    let filled_in = page.attribute("login-username", "value");
    assert_eq!(filled_in.as_deref(), Some("\"><b>x"));
    assert!(!page.body.contains("<b>x"));
    browser.sign_in(&page, ANNA, PASSWORD).await.code();
}

#[tokio::test]
async fn id_token_hint_accepts_only_its_own_user() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let web = Application::web();
    let code = browser.log_in(&web, ANNA).await.code();
    let hint = web.redeem(&browser, &code).await.id_token;
    let hinted = web.clone().with("id_token_hint", &hint);
    browser.begin(&hinted.clone().with("prompt", "none")).await.code();
    provider.pass(3_000);
    browser.begin(&hinted.clone().with("prompt", "none")).await.code();
    let mut other = Browser::new(&provider);
    other.log_in(&web, BERIT).await.code();
    let silent = other.begin(&hinted.clone().with("prompt", "none")).await;
    assert_eq!(silent.error(), "login_required");
    let page = other.begin(&hinted).await;
    page.is(200, "login-submit");
    assert_eq!(other.sign_in(&page, BERIT, PASSWORD).await.error(), "login_required");
    other.log_in(&hinted, ANNA).await.code();
    for at in [10, hint.len() - 10] {
        let mut broken = hint.clone();
        broken.replace_range(at..=at, if &hint[at..=at] == "A" { "B" } else { "A" });
        let answer = other.begin(&web.clone().with("id_token_hint", &broken)).await;
        assert_eq!(answer.error(), "invalid_request", "{at}");
    }
}
