//! RFC 8628: a device without a browser is let in by a person elsewhere.

use serde_json::Value;

use crate::support::application::{basic, token};
use crate::support::{ANNA, ANNA_COMPANY, Answer, Application, Browser, PASSWORD, Setup};

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const CLIENTS: &str = r#"
[authorization]
require_pushed_requests = true

[[client]]
client_id = "tv"
client_name = "Väggskärmen"
client_secret = "0123456789abcdef0123456789abcdef"
grant_types = ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"]

[[client]]
client_id = "stern-tv"
client_secret = "0123456789abcdef0123456789abcdef"
grant_types = ["urn:ietf:params:oauth:grant-type:device_code"]
required_acr = "pwd-email"
"#;

fn setup() -> Setup {
    Setup::new().settings(CLIENTS)
}

async fn browser() -> Browser {
    Browser::new(&setup().start().await)
}

/// A device begins.
pub(crate) async fn begin(from: &Browser, client: &str) -> Value {
    let scope = [("scope", "openid email")];
    let authorization = basic(client, SECRET);
    let headers = [("authorization", authorization.as_str())];
    let mut device = from.without_cookies();
    let answer = device.post_with("/device_authorization", &scope, &headers).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

/// The device asks for its tokens.
pub(crate) async fn ask(from: &Browser, client: &str, codes: &Value) -> Answer {
    let code = codes["device_code"].as_str().unwrap();
    let form = [("grant_type", GRANT), ("device_code", code)];
    token(from, Some(&basic(client, SECRET)), &form).await
}

fn code(codes: &Value) -> String {
    codes["user_code"].as_str().unwrap().to_owned()
}

/// The person types the code, and signs in if that is asked.
pub(crate) async fn confirm(browser: &mut Browser, codes: &Value) -> Answer {
    let answer = browser.get(&format!("/device?user_code={}", code(codes))).await;
    let page = browser.follow(answer).await;
    if page.has("login-submit") { browser.sign_in(&page, ANNA, PASSWORD).await } else { page }
}

#[tokio::test(flavor = "multi_thread")]
async fn section_3_a_device_gets_tokens_after_the_user_enters_the_code_and_logs_in() {
    let mut browser = browser().await;
    let codes = begin(&browser, "tv").await;
    assert_eq!(codes["verification_uri"], "https://login.example.se/device");
    assert_eq!((&codes["expires_in"], &codes["interval"]), (&900.into(), &5.into()));
    assert_eq!(ask(&browser, "tv", &codes).await.json()["error"], "authorization_pending");
    browser.get("/device").await.is(200, "device-code");
    let page = confirm(&mut browser, &codes).await;
    page.is(200, "consent-allow");
    assert_eq!(page.text("consent-code"), code(&codes));
    assert!(page.body.contains("Väggskärmen") && page.body.contains("e-post"));
    browser.press(&page, "consent-allow").await.is(200, "device-done");
    browser.provider.clock.advance(5);
    let tokens = ask(&browser, "tv", &codes).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    let tokens = tokens.json();
    assert!(tokens["refresh_token"].is_string() && tokens["id_token"].is_string());
    let access_token = tokens["access_token"].as_str().unwrap();
    let userinfo = Application::userinfo(&browser, access_token).await;
    assert_eq!(userinfo.status, 200);
    browser.provider.clock.advance(10);
    assert_eq!(ask(&browser, "tv", &codes).await.json()["error"], "invalid_grant", "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn section_3_5_a_denied_device_gets_access_denied() {
    let mut browser = browser().await;
    let codes = begin(&browser, "tv").await;
    let page = confirm(&mut browser, &codes).await;
    browser.press(&page, "consent-deny").await.is(200, "device-done");
    assert_eq!(ask(&browser, "tv", &codes).await.json()["error"], "access_denied");
    // A second click on the old page lets nobody in.
    browser.press(&page, "consent-allow").await.is(200, "device-code");
}

#[tokio::test(flavor = "multi_thread")]
async fn section_3_5_polling_too_often_is_slow_down_and_too_late_is_expired_token() {
    let browser = browser().await;
    let codes = begin(&browser, "tv").await;
    assert_eq!(ask(&browser, "tv", &codes).await.json()["error"], "authorization_pending");
    assert_eq!(ask(&browser, "tv", &codes).await.json()["error"], "slow_down");
    assert_eq!(ask(&browser, "stern-tv", &codes).await.json()["error"], "invalid_grant");
    browser.provider.clock.advance(900);
    assert_eq!(ask(&browser, "tv", &codes).await.json()["error"], "expired_token");
    let page =
        Browser::new(&browser.provider).get(&format!("/device?user_code={}", code(&codes))).await;
    page.is(200, "device-code-error");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_login_includes_the_email_step_if_the_client_requires_it() {
    let mut browser = browser().await;
    let codes = begin(&browser, "stern-tv").await;
    let page = confirm(&mut browser, &codes).await;
    page.is(200, "email-submit");
    browser.type_address(&page, ANNA_COMPANY, false).await.is(200, "sent-page");
    let page = browser.confirm_last_link().await;
    page.is(200, "consent-allow");
    browser.press(&page, "consent-allow").await.is(200, "device-done");
    let tokens = ask(&browser, "stern-tv", &codes).await.json();
    let id_token = crate::support::application::claims(tokens["id_token"].as_str().unwrap());
    assert!(id_token["acr"].as_str().unwrap().ends_with("/acr/pwd-email"));
}

#[tokio::test(flavor = "multi_thread")]
async fn section_5_1_guesses_of_user_codes_are_rate_limited() {
    let mut browser = browser().await;
    let codes = begin(&browser, "tv").await;
    let mut last = browser.get("/device?user_code=BBBB-BBBB").await;
    for _ in 0..50 {
        last = browser.get("/device?user_code=BBBB-BBBB").await;
    }
    assert_eq!(last.status, 429);
    let right = browser.get(&format!("/device?user_code={}", code(&codes))).await;
    assert_eq!(right.status, 429, "not even the right one is looked at");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_device_login_returns_to_the_user_code_form() {
    let mut browser = browser().await;
    let codes = begin(&browser, "tv").await;
    let answer = browser.get(&format!("/device?user_code={}", code(&codes))).await;
    let page = browser.follow(answer).await;
    browser.press(&page, "login-cancel").await.is(200, "device-code");
    assert_eq!(ask(&browser, "tv", &codes).await.json()["error"], "authorization_pending");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_without_grant_type_device_code_is_unauthorized_and_the_own_client_unusable() {
    let browser = browser().await;
    let authorization = basic("web", SECRET);
    let headers = [("authorization", authorization.as_str())];
    let answer = Browser::new(&browser.provider)
        .post_with("/device_authorization", &[("scope", "openid")], &headers)
        .await;
    assert_eq!(answer.json()["error"], "unauthorized_client");
    let own = [("grant_type", "client_credentials")];
    let answer = token(&browser, Some(&basic("urn:idp:own-pages", "x")), &own).await;
    assert_eq!(answer.status, 401);
}

/// P11.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_several_parallel_uses_of_a_device_code_gets_tokens_that_are_then_revoked() {
    for provider in setup().start_on_both().await {
        let nodes = [provider.clone(), provider.again().await];
        for _ in 0..5 {
            let mut browser = Browser::new(&provider);
            let codes = begin(&browser, "tv").await;
            let page = confirm(&mut browser, &codes).await;
            browser.press(&page, "consent-allow").await.is(200, "device-done");
            let tries = nodes.clone().map(|node| {
                let codes = codes.clone();
                tokio::spawn(async move { ask(&Browser::new(&node), "tv", &codes).await })
            });
            let mut won = Vec::new();
            for answer in tries {
                let answer = answer.await.unwrap();
                if answer.status == 200 {
                    won.push(answer.json());
                } else {
                    assert_eq!(answer.json()["error"], "invalid_grant");
                }
            }
            assert_eq!(won.len(), 1);
            // The other node learns of it within a second.
            provider.pass(1);
            let access_token = won[0]["access_token"].as_str().unwrap();
            assert_eq!(Application::userinfo(&browser, access_token).await.status, 401);
        }
    }
}
