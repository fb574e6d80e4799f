//! Section 5.5.1.1: `acr_values`, the essential `acr`, and the client's own minimum.

use crate::support::application::{CALLBACK, SECRET};
use crate::support::{
    ANNA, ANNA_COMPANY, Application, Browser, EMAIL, NILS, PWD, REMEMBERED, Setup, TestProvider,
};

fn demanding(application: Application, values: &[&str]) -> Application {
    let values = serde_json::json!({"id_token": {"acr": {"essential": true, "values": values}}});
    application.with("claims", &values.to_string())
}

/// The acr of a whole login in a new browser, with the link where it is asked for.
async fn reached(provider: &TestProvider, application: &Application, name: &str) -> String {
    let mut browser = Browser::new(provider);
    let page = browser.log_in(application, name).await;
    let back = if page.has("email-submit") {
        browser.type_address(&page, ANNA_COMPANY, false).await.is(200, "sent-page");
        browser.confirm_last_link().await
    } else {
        page
    };
    let tokens = application.redeem(&browser, &back.code()).await;
    tokens.claims["acr"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn acr_values_are_preferences_and_acr_is_the_class_reached() {
    let provider = TestProvider::start().await;
    let web = Application::web;
    let cases = [
        ("nothing asked", web(), ANNA, PWD),
        ("a link preferred", web().with("acr_values", EMAIL), ANNA, EMAIL),
        (
            "the first that can be reached",
            web().with("acr_values", &format!("{PWD} {EMAIL}")),
            ANNA,
            PWD,
        ),
        ("unknown values", web().with("acr_values", "urn:loa:4 1"), ANNA, PWD),
        (
            "a link preferred, no address",
            web().with("acr_values", &format!("{EMAIL} {PWD}")),
            NILS,
            PWD,
        ),
        ("never below the minimum", Application::idep().with("acr_values", PWD), ANNA, EMAIL),
        (
            "a voluntary claim",
            web().with("claims", &format!(r#"{{"id_token":{{"acr":{{"values":["{EMAIL}"]}}}}}}"#)),
            ANNA,
            EMAIL,
        ),
    ];
    for (case, application, name, acr) in cases {
        assert_eq!(reached(&provider, &application, name).await, acr, "{case}");
    }
}

#[tokio::test]
async fn registration_section_2_default_acr_values_apply_if_the_request_has_none() {
    let client = format!(
        "[[client]]\nclient_id = \"strong\"\nclient_secret = \"{SECRET}\"\n\
         redirect_uris = [\"{CALLBACK}\"]\ndefault_acr_values = [\"{EMAIL}\"]\n"
    );
    let provider = Setup::new().settings(&client).start().await;
    let strong = || Application::named("strong");
    let voluntary = format!(r#"{{"id_token":{{"acr":{{"values":["{PWD}"]}}}}}}"#);
    for (case, application, acr) in [
        ("nothing asked", strong(), EMAIL),
        ("acr_values", strong().with("acr_values", PWD), PWD),
        ("a voluntary claim", strong().with("claims", &voluntary), PWD),
    ] {
        assert_eq!(reached(&provider, &application, ANNA).await, acr, "{case}");
    }
}

#[tokio::test]
async fn an_essential_acr_is_reached_or_the_request_fails() {
    let provider = TestProvider::start().await;
    let strong = demanding(Application::web(), &[EMAIL]);
    assert_eq!(reached(&provider, &strong, ANNA).await, EMAIL);
    let either = demanding(Application::web(), &["urn:loa:4", PWD]);
    assert_eq!(reached(&provider, &either, ANNA).await, PWD);
    let mut browser = Browser::new(&provider);
    let impossible = [
        demanding(Application::web(), &["urn:loa:4"]),
        demanding(Application::web(), &[]),
        demanding(Application::idep(), &[PWD]),
        demanding(Application::web(), &["urn:loa:4"]).with("prompt", "none"),
    ];
    for application in impossible {
        let answer = browser.get(&application.request()).await;
        assert_eq!(answer.error(), "unmet_authentication_requirements", "{application:?}");
    }
    let page = browser.log_in(&strong, NILS).await;
    page.is(200, "no-address-page");
    let back = browser.press(&page, "login-cancel").await;
    assert_eq!(back.error(), "unmet_authentication_requirements");
}

#[tokio::test]
async fn a_weak_session_is_stepped_up_and_a_strong_one_satisfies_all_requests() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::web(), ANNA).await.code();
    let strong = demanding(Application::web(), &[EMAIL]);
    let silent = browser.begin(&strong.clone().with("prompt", "none")).await;
    assert_eq!(silent.error(), "interaction_required");
    let page = browser.begin(&strong).await;
    browser.type_address(&page, ANNA_COMPANY, false).await.is(200, "sent-page");
    browser.confirm_last_link().await.code();
    for application in [Application::web(), Application::idep(), strong] {
        let code = browser.begin(&application).await.code();
        assert_eq!(application.redeem(&browser, &code).await.claims["acr"], EMAIL);
    }
}

#[tokio::test]
async fn acr_is_the_essential_value_even_if_a_stronger_class_was_reached() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in_by_mail(&Application::idep(), (ANNA, ANNA_COMPANY), false).await.code();
    for demanded in [PWD, REMEMBERED, EMAIL] {
        let application = demanding(Application::web(), &[demanded]);
        let code = browser.begin(&application).await.code();
        assert_eq!(application.redeem(&browser, &code).await.claims["acr"], demanded);
    }
}

#[tokio::test]
async fn only_published_acr_values_have_a_page() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let document = browser.get("/.well-known/openid-configuration").await.json();
    assert_eq!(document["acr_values_supported"], serde_json::json!([PWD, REMEMBERED, EMAIL]));
    for acr in [PWD, REMEMBERED, EMAIL] {
        let page = browser.get(acr).await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains(acr));
    }
    browser.get("/acr/mfa").await.is(404, "error-page");
}
