//! Sections 2.3, 4.1.3 and 5: client authentication, and the code that is worth tokens once.

use crate::support::application::{CALLBACK, SECRET, VERIFIER, basic, token};
use crate::support::{ANNA, Answer, Application, Browser, TestProvider};

async fn with_code(application: &Application) -> (TestProvider, Browser, String) {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let code = browser.log_in(application, ANNA).await.code();
    (provider, browser, code)
}

#[track_caller]
fn refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!(
        (answer.status, &answer.json()["error"]),
        (status, &error.into()),
        "{}",
        answer.body
    );
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(!answer.header("www-authenticate").is_empty(), status == 401);
}

#[tokio::test]
async fn section_5_1_a_token_response_has_the_required_members() {
    let web = Application::web().with("scope", "openid email unknown");
    let (_, browser, code) = with_code(&web).await;
    let answer = web.token(&browser, &web.redemption(&code)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let json = answer.json();
    let mut names: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["access_token", "expires_in", "id_token", "scope", "token_type"]);
    assert_eq!((&json["token_type"], &json["expires_in"]), (&"Bearer".into(), &600.into()));
    assert_eq!(json["scope"], "openid email");
}

#[tokio::test]
async fn section_2_3_a_client_authenticates_only_by_its_registered_method() {
    for application in [Application::web(), Application::idep(), Application::public()] {
        let provider = TestProvider::start().await;
        let mut browser = Browser::new(&provider);
        let page = browser.log_in(&application.clone().with("acr_values", ""), ANNA).await;
        let code = if page.has("email-submit") {
            browser.type_address(&page, crate::support::ANNA_COMPANY, false).await;
            browser.confirm_last_link().await.code()
        } else {
            page.code()
        };
        let id = application.id;
        let grant = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let with = |more: &[(&'static str, &'static str)]| [&grant[..], more].concat();
        let named = with(&[("client_id", id)]);
        let posted = with(&[("client_id", id), ("client_secret", SECRET)]);
        let wrong = with(&[("client_id", id), ("client_secret", "wrong")]);
        let tries = [
            (Some(basic(id, SECRET)), &grant[..], id == "web"),
            (Some(basic(id, "wrong")), &grant[..], false),
            (Some(basic("nobody", SECRET)), &grant[..], false),
            (None, &posted[..], id == "idep"),
            (None, &wrong[..], false),
            (None, &named[..], id == "public"),
            (None, &grant[..], false),
            (Some("Basic !".to_owned()), &grant[..], false),
            (Some(format!("Bearer {SECRET}")), &named[..], false),
        ];
        for (header, fields, good) in
            tries.iter().filter(|t| !t.2).chain(tries.iter().filter(|t| t.2))
        {
            let answer = token(&browser, header.as_deref(), fields).await;
            if *good {
                assert_eq!(answer.status, 200, "{id} {header:?} {}", answer.body);
            } else {
                refused(&answer, 401, "invalid_client");
            }
        }
    }
}

#[tokio::test]
async fn section_5_2_an_invalid_token_request_does_not_consume_the_code() {
    let web = Application::web();
    let (_, mut browser, code) = with_code(&web).await;
    let good = web.redemption(&code);
    let with = |name: &'static str, value: &'static str| {
        let mut form: Vec<_> = good.iter().copied().filter(|(other, _)| *other != name).collect();
        form.push((name, value));
        form
    };
    let doubled = [&good[..], &[("code", code.as_str())]].concat();
    let cases = [
        ("another grant", with("grant_type", "client_credentials"), "unauthorized_client"),
        ("a refresh token", with("grant_type", "refresh_token"), "unauthorized_client"),
        ("no grant", with("grant_type", ""), "invalid_request"),
        ("no code", with("code", ""), "invalid_request"),
        ("doubled", doubled, "invalid_request"),
        ("an unknown code", with("code", "abc"), "invalid_grant"),
        ("no address", with("redirect_uri", ""), "invalid_request"),
        ("another address", with("redirect_uri", "https://rp.example/other"), "invalid_grant"),
        ("two ways", with("client_secret", SECRET), "invalid_request"),
        ("another client", with("client_id", "idep"), "invalid_request"),
    ];
    for (case, form, error) in cases {
        let answer = web.token(&browser, &form).await;
        assert_eq!(answer.json()["error"], error, "{case}");
        refused(&answer, 400, error);
    }
    let headers = [("content-type", "application/json")];
    let json = browser.send("POST", "/token", &headers, "{}".into()).await;
    refused(&json, 400, "invalid_request");
    web.redeem(&browser, &code).await;
}

#[tokio::test]
async fn rfc_7636_section_4_6_the_verifier_must_fit() {
    for verifier in ["", "short", &VERIFIER[1..], &VERIFIER.replace('d', "e")] {
        let web = Application::web();
        let (_, browser, code) = with_code(&web).await;
        let mut form = web.redemption(&code);
        form.retain(|(name, _)| *name != "code_verifier");
        form.push(("code_verifier", verifier));
        let answer = web.token(&browser, &form).await;
        assert_eq!(answer.status, 400, "{verifier}");
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(["invalid_grant", "invalid_request"].contains(&error.as_str()), "{error}");
    }
}

#[tokio::test]
async fn section_4_1_3_a_code_of_another_client_is_refused() {
    let web = Application::web();
    let (_, browser, code) = with_code(&web).await;
    let eddsa = Application::eddsa();
    refused(&eddsa.token(&browser, &eddsa.redemption(&code)).await, 400, "invalid_grant");
    let public = Application::public();
    refused(&public.token(&browser, &public.redemption(&code)).await, 400, "invalid_grant");
}

#[tokio::test]
async fn section_4_1_2_a_code_is_redeemed_once_and_its_replay_revokes_the_tokens() {
    let web = Application::web();
    let (_, mut browser, code) = with_code(&web).await;
    let tokens = web.redeem(&browser, &code).await;
    let other = browser.begin(&web).await.code();
    let unhurt = web.redeem(&browser, &other).await;
    assert_eq!(Application::userinfo(&browser, &tokens.access_token).await.status, 200);
    for _ in 0..2 {
        refused(&web.token(&browser, &web.redemption(&code)).await, 400, "invalid_grant");
        assert_eq!(Application::userinfo(&browser, &tokens.access_token).await.status, 401);
    }
    assert_eq!(Application::userinfo(&browser, &unhurt.access_token).await.status, 200);
    browser.begin(&web.with("prompt", "none")).await.code();
}

#[tokio::test]
async fn a_code_ends_after_sixty_seconds() {
    let web = Application::web();
    let (provider, mut browser, code) = with_code(&web).await;
    provider.pass(60);
    refused(&web.token(&browser, &web.redemption(&code)).await, 400, "invalid_grant");
    let young = browser.begin(&web).await.code();
    provider.pass(59);
    web.redeem(&browser, &young).await;
}

#[tokio::test]
async fn a_code_ends_with_the_session_it_came_from() {
    let web = Application::web();
    let (_, mut browser, code) = with_code(&web).await;
    let page = browser.get("/end_session").await;
    browser.press(&page, "logout-confirm").await.is(200, "logout-done");
    refused(&web.token(&browser, &web.redemption(&code)).await, 400, "invalid_grant");
}

#[tokio::test]
async fn the_token_endpoint_accepts_only_post() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    for method in ["GET", "PUT", "DELETE"] {
        let answer = browser.send(method, "/token", &[], String::new().into()).await;
        assert_eq!(answer.status, 405, "{method}");
    }
}
