//! The way out of the provider. Browsers check a redirect after a form against the `form-action` of
//! the page it stood on, and every redirect of the application after it: so no form of ours is
//! answered by a redirect to another site.

use crate::support::application::VERIFIER;
use crate::support::response::Brought;
use crate::support::{
    ANNA, ANNA_COMPANY, Answer, Application, BERIT, Browser, PASSWORD, Setup, TestProvider,
};

const CLIENTS: &str = r#"
[[client]]
client_id = "asking"
client_secret = "0123456789abcdef0123456789abcdef"
redirect_uris = ["https://rp.example/cb"]
first_party = false
required_acr = "pwd"
[[client]]
client_id = "spa"
application_type = "native"
token_endpoint_auth_method = "none"
redirect_uris = [
    "com.example.app:/cb?a='b';c=%22", "com.example.app://cb", "http://127.0.0.1/cb", "http://[::1]/cb",
]
post_logout_redirect_uris = ["com.example.app:/out"]
required_acr = "pwd"
"#;

/// Whether a page leads on by itself: with the header, and for people who are still there with a
/// link to the very same address. Nothing of it is a redirect.
#[track_caller]
fn leads_on(answer: &Answer, to: &str) {
    answer.is(200, "leave-page");
    assert_eq!(answer.header("location"), "");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert!(answer.header("content-security-policy").contains("form-action 'self'"));
    let refresh = answer.header("refresh").strip_prefix("0; url=").unwrap();
    assert!(refresh.starts_with(to), "{refresh}");
    let link = answer.attribute("leave-continue", "href").unwrap();
    assert_eq!(link, refresh);
}

#[tokio::test]
async fn no_form_of_a_login_is_answered_by_a_redirect_to_another_site() {
    let provider = Setup::new().settings(CLIENTS).start().await;
    let mut browser = Browser::new(&provider);
    let (web, idep) = (Application::web(), Application::idep());
    let done = browser.log_in(&web, ANNA).await;
    leads_on(&done, "https://rp.example/cb?code=");
    assert!(!done.cookies().is_empty(), "and brings the session");
    let hint = web.redeem(&browser, &done.code()).await.id_token;
    let login = browser.begin(&web.clone().with("prompt", "login")).await;
    leads_on(&browser.press(&login, "login-cancel").await, "https://rp.example/cb?error=");
    let email = browser.begin(&idep).await;
    leads_on(&browser.press(&email, "login-cancel").await, "https://rp.example/cb?error=");
    browser.begin(&idep).await.is(200, "email-submit");
    let email = browser.begin(&idep).await;
    browser.type_address(&email, ANNA_COMPANY, false).await.is(200, "sent-page");
    leads_on(&browser.confirm_last_link().await, "https://rp.example/cb?code=");
    for (button, expected) in [("consent-allow", "code="), ("consent-deny", "error=")] {
        let asking = Application::new("asking").with("prompt", "consent");
        let page = browser.begin(&asking).await;
        let expected = format!("https://rp.example/cb?{expected}");
        leads_on(&browser.press(&page, button).await, &expected);
    }
    // Of another session than the hint speaks of, the person is asked.
    let page = browser.begin(&web.clone().with("prompt", "login")).await;
    browser.sign_in(&page, BERIT, PASSWORD).await.code();
    let to = "post_logout_redirect_uri=https://rp.example/out&state=s";
    let asked = browser.get(&format!("/end_session?id_token_hint={hint}&{to}")).await;
    leads_on(&browser.press(&asked, "logout-confirm").await, "https://rp.example/out?state=s");
}

#[tokio::test]
async fn a_request_without_interaction_is_answered_with_a_redirect() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::web(), ANNA).await.code();
    let silent = browser.get(&Application::web().request()).await;
    assert_eq!((silent.status, silent.header("refresh")), (303, ""));
    silent.code();
}

#[tokio::test]
async fn every_response_mode_is_answered_without_a_redirect_after_a_form() {
    let provider = TestProvider::start().await;
    for mode in ["query", "fragment", "form_post", "query.jwt", "fragment.jwt", "form_post.jwt"] {
        let mut browser = Browser::new(&provider);
        let done = browser.log_in(&Application::web().with("response_mode", mode), ANNA).await;
        assert_eq!((done.status, done.header("location")), (200, ""), "{mode}");
        if mode.starts_with("form_post") {
            let policy = done.header("content-security-policy");
            assert!(!policy.contains("form-action"), "the client may redirect it: {policy}");
        } else {
            let mark = if mode.starts_with("query") { '?' } else { '#' };
            leads_on(&done, &format!("https://rp.example/cb{mark}"));
        }
        Brought::in_mode(&done, mode, &provider);
    }
}

#[tokio::test]
async fn rfc_8252_section_7_native_clients_get_the_response_at_every_kind_of_redirect_uri() {
    let provider = Setup::new().settings(CLIENTS).start().await;
    for (uri, to) in [
        ("com.example.app:/cb?a='b';c=%22", "com.example.app:/cb?a='b';c=%22&code="),
        ("com.example.app://cb", "com.example.app://cb?code="),
        ("http://127.0.0.1:49152/cb", "http://127.0.0.1:49152/cb?code="),
        ("http://[::1]:49152/cb", "http://[::1]:49152/cb?code="),
    ] {
        let mut browser = Browser::new(&provider);
        let application = Application::new("spa").with("redirect_uri", uri);
        let page = browser.begin(&application).await;
        let done = browser.sign_in(&page, ANNA, PASSWORD).await;
        leads_on(&done, to);
        let code = done.code();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", uri),
            ("code_verifier", VERIFIER),
            ("client_id", "spa"),
        ];
        let tokens = application.token(&browser, &form).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        // A second request needs no page: the scheme is a redirect's, too.
        assert_eq!(browser.get(&application.request()).await.status, 303);
    }
    let other = Application::new("spa").with("redirect_uri", "com.example.app:/other");
    Browser::new(&provider).get(&other.request()).await.is(400, "error-page");
}
