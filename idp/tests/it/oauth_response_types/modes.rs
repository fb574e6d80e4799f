//! Section 2.1: every response mode, for every answer of the authorization endpoint.

use crate::support::{
    ANNA, ANNA_COMPANY, Answer, Application, Brought, Browser, ISSUER, NILS, TestProvider,
};

/// The modes of a request for a code, and the mode in which each is answered.
const MODES: [(&str, &str); 7] = [
    ("query", "query"),
    ("fragment", "fragment"),
    ("form_post", "form_post"),
    ("query.jwt", "query.jwt"),
    ("fragment.jwt", "fragment.jwt"),
    ("form_post.jwt", "form_post.jwt"),
    ("jwt", "query.jwt"),
];

/// Reads an answer that came in `mode` to `application`, and takes off what every signed one has.
#[track_caller]
fn read(
    answer: &Answer,
    mode: &str,
    application: &Application,
    provider: &TestProvider,
) -> Brought {
    let mut brought = Brought::in_mode(answer, mode, provider);
    assert_eq!(brought.get("iss"), ISSUER, "{mode}");
    if mode.ends_with(".jwt") {
        assert_eq!(brought.parameters.remove("aud").as_deref(), Some(application.id), "{mode}");
        let exp: i64 = brought.parameters.remove("exp").unwrap().parse().unwrap();
        let ahead = exp - provider.clock.now().0;
        assert!((10..=600).contains(&ahead), "{mode}: {ahead}");
    }
    brought
}

#[tokio::test]
async fn a_code_comes_in_every_mode_after_a_mailed_link_and_from_a_session() {
    let provider = TestProvider::start().await;
    for (mode, answered) in MODES {
        let mut browser = Browser::new(&provider);
        let idep = Application::idep().with("response_mode", mode);
        let first = browser.log_in_by_mail(&idep, (ANNA, ANNA_COMPANY), false).await;
        assert!(browser.cookie("session").is_some(), "{mode}: the login is kept");
        let again = browser.begin(&idep).await;
        for answer in [first, again] {
            let brought = read(&answer, answered, &idep, &provider);
            assert_eq!(brought.names(), ["code", "iss", "state"], "{mode}");
            assert_eq!(brought.get("state"), "st-1", "{mode}");
            let tokens = idep.redeem(&browser, brought.get("code")).await;
            assert_eq!(tokens.claims["auth_time"], provider.clock.now().0, "{mode}");
        }
        provider.pass(3_600);
        browser.forget_cookie("session");
    }
}

#[tokio::test]
async fn errors_are_returned_in_every_mode() {
    let provider = TestProvider::start().await;
    for (mode, answered) in MODES {
        let mut browser = Browser::new(&provider);
        let web = Application::web().with("response_mode", mode);
        let silent = browser.get(&web.clone().with("prompt", "none").request()).await;
        let page = browser.begin(&web).await;
        let cancelled = browser.press(&page, "login-cancel").await;
        let malformed = browser.get(&web.clone().with("max_age", "x").request()).await;
        let claims = web.clone().with("claims", "{").request();
        let claims = browser.get(&claims).await;
        for (answer, error) in [
            (silent, "login_required"),
            (cancelled, "access_denied"),
            (malformed, "invalid_request"),
            (claims, "invalid_request"),
        ] {
            let brought = read(&answer, answered, &web, &provider);
            assert_eq!(brought.names(), ["error", "error_description", "iss", "state"], "{mode}");
            assert_eq!((brought.get("error"), brought.get("state")), (error, "st-1"), "{mode}");
        }
        let stateless = web.clone().without("state").with("prompt", "none");
        let brought = read(&browser.get(&stateless.request()).await, answered, &web, &provider);
        assert_eq!(brought.names(), ["error", "error_description", "iss"], "{mode}");
    }
}

#[tokio::test]
async fn unmet_authentication_requirements_is_returned_in_every_mode() {
    let provider = TestProvider::start().await;
    for (mode, answered) in MODES {
        let mut browser = Browser::new(&provider);
        let idep = Application::idep().with("response_mode", mode);
        let page = browser.log_in(&idep, NILS).await;
        page.is(200, "no-address-page");
        let answer = browser.press(&page, "login-cancel").await;
        let brought = read(&answer, answered, &idep, &provider);
        assert_eq!(brought.get("error"), "unmet_authentication_requirements", "{mode}");
    }
}

#[tokio::test]
async fn section_2_1_an_unknown_mode_is_an_error_in_the_default_mode_of_the_response_type() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    for (response_type, mode, carrier, error) in [
        ("code", "web_message", "query", "invalid_request"),
        ("code", "Query", "query", "invalid_request"),
        ("id_token", "query", "fragment", "unsupported_response_type"),
        ("id_token", "query.jwt", "fragment", "unsupported_response_type"),
        ("code id_token", "form_post", "form_post", "unsupported_response_type"),
        ("token", "", "fragment", "unsupported_response_type"),
        ("none", "", "query", "unsupported_response_type"),
        ("", "", "query", "invalid_request"),
        ("", "form_post", "form_post", "invalid_request"),
    ] {
        let request =
            Application::web().with("response_type", response_type).with("response_mode", mode);
        let brought = Brought::by(&browser.get(&request.request()).await);
        let case = format!("{response_type} {mode}");
        assert_eq!((brought.carrier, brought.get("error")), (carrier, error), "{case}");
        assert_eq!(brought.get("state"), "st-1", "{case}");
    }
}

#[tokio::test]
async fn rfc_6749_section_3_1_2_4_no_mode_redirects_to_an_unregistered_uri() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    for (mode, _) in MODES {
        for uri in ["https://evil.example/cb", "https://rp.example/cb#x", "javascript:alert(1)"] {
            let request = Application::web().with("response_mode", mode).with("redirect_uri", uri);
            let answer = browser.get(&request.request()).await;
            answer.is(400, "error-page");
            assert_eq!(answer.location(), "", "{mode} {uri}");
            assert!(!answer.has("form-post"), "{mode} {uri}");
        }
    }
}
