//! What is refused of the response types with tokens, and how it travels.

use super::{TYPES, asks, legacy, old};
use crate::support::{ANNA, Application, Brought, Browser, TestProvider};

#[tokio::test]
async fn rfc_9700_section_2_1_2_only_response_type_code_is_enabled_by_default() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let document = browser.get("/.well-known/openid-configuration").await.json();
    assert_eq!(document["response_types_supported"], serde_json::json!(["code"]));
    assert_eq!(document["grant_types_supported"].to_string().matches("implicit").count(), 0);
    browser.log_in(&Application::web(), ANNA).await.code();
    for response_type in &TYPES[1..] {
        let request = Application::web().with("response_type", response_type);
        let brought = Brought::by(&browser.begin(&request).await);
        assert_eq!(brought.get("error"), "unsupported_response_type", "{response_type}");
        assert_eq!(brought.carrier, "fragment", "{response_type}");
    }
}

#[tokio::test]
async fn rfc_6749_section_4_2_2_1_an_unregistered_response_type_is_an_unauthorized_client() {
    let provider = legacy().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::web(), ANNA).await.code();
    for response_type in &TYPES[1..] {
        let request = Application::web().with("response_type", response_type);
        let brought = Brought::by(&browser.begin(&request).await);
        assert_eq!(brought.get("error"), "unauthorized_client", "{response_type}");
    }
}

#[tokio::test]
async fn discovery_section_3_each_published_response_type_works_and_no_other() {
    let provider = legacy().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&old("code"), ANNA).await.code();
    let document = browser.get("/.well-known/openid-configuration").await.json();
    assert_eq!(document["response_types_supported"], serde_json::json!(TYPES));
    for response_type in TYPES {
        let reversed: Vec<_> = response_type.split(' ').rev().collect();
        for spelt in [response_type, &reversed.join(" ")] {
            let brought = Brought::by(&browser.begin(&old(spelt)).await);
            assert_eq!(brought.get("error"), "", "{spelt}");
        }
    }
    for other in ["token", "none", "code none", "id_token id_token", "CODE"] {
        let brought = Brought::by(&browser.begin(&old(other)).await);
        assert_eq!(brought.get("error"), "unsupported_response_type", "{other}");
    }
}

#[tokio::test]
async fn core_section_3_2_2_1_a_front_channel_id_token_requires_a_nonce() {
    let provider = legacy().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&old("code"), ANNA).await.code();
    for response_type in TYPES {
        let request = old(response_type).without("nonce");
        let brought = Brought::by(&browser.begin(&request).await);
        let error = if asks(response_type, "id_token") { "invalid_request" } else { "" };
        assert_eq!(brought.get("error"), error, "{response_type}");
        assert_eq!(brought.get("state"), "st-1", "{response_type}");
    }
}

#[tokio::test]
async fn section_2_1_tokens_are_never_returned_in_a_query() {
    let provider = legacy().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&old("code"), ANNA).await.code();
    for response_type in &TYPES[1..] {
        for mode in ["query", "query.jwt"] {
            let request = old(response_type).with("response_mode", mode);
            let brought = Brought::by(&browser.begin(&request).await);
            let found = (brought.carrier, brought.get("error"));
            assert_eq!(found, ("fragment", "invalid_request"), "{response_type} {mode}");
        }
        let signed = old(response_type).with("response_mode", "jwt");
        let answer = browser.begin(&signed).await;
        assert!(answer.location().contains("#response="), "{response_type}");
    }
}

#[tokio::test]
async fn section_5_errors_are_in_the_fragment_and_pkce_is_required_only_for_codes() {
    let provider = legacy().await;
    for response_type in &TYPES[1..] {
        let mut browser = Browser::new(&provider);
        let silent = browser.get(&old(response_type).with("prompt", "none").request()).await;
        let page = browser.begin(&old(response_type)).await;
        let cancelled = browser.press(&page, "login-cancel").await;
        for (answer, error) in [(silent, "login_required"), (cancelled, "access_denied")] {
            let brought = Brought::by(&answer);
            assert_eq!((brought.carrier, brought.get("error")), ("fragment", error));
            let names = ["error", "error_description", "iss", "state"];
            assert_eq!(brought.names(), names, "{response_type}");
        }
        let plain = old(response_type).without("code_challenge").without("code_challenge_method");
        let answer = browser.begin(&plain).await;
        assert_eq!(answer.has("login-submit"), !asks(response_type, "code"), "{response_type}");
    }
}
