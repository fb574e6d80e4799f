//! Section 8.1: a client that knows people by names of its own.

use crate::support::application::claims;
use crate::support::party::{granted, introspected, parties, refresh, text};
use crate::support::{ANNA, Application, Browser};

#[tokio::test]
async fn section_8_1_the_pairwise_sub_is_used_in_all_tokens_and_responses() {
    let provider = parties().start().await;
    let mut browser = Browser::new(&provider);
    let tokens = granted(&mut browser, "pair", "openid").await;
    let sub = text(&claims(&text(&tokens, "id_token")), "sub");
    assert_ne!(sub, format!("sub-{ANNA}"));
    let access_token = text(&tokens, "access_token");
    let userinfo = Application::userinfo(&browser, &access_token).await.json();
    assert_eq!(userinfo["sub"], sub.as_str());
    let told = introspected(&provider, "pair", &tokens["access_token"]).await;
    assert_eq!(told["sub"], sub.as_str());
    let again = refresh(&provider, "pair", &text(&tokens, "refresh_token")).await.json();
    assert_eq!(claims(&text(&again, "id_token"))["sub"], sub.as_str());
}

#[tokio::test]
async fn id_token_hint_and_requested_sub_use_the_pairwise_sub() {
    let provider = parties().start().await;
    let mut browser = Browser::new(&provider);
    let tokens = granted(&mut browser, "pair", "openid").await;
    let hint = text(&tokens, "id_token");
    let sub = text(&claims(&hint), "sub");
    let silent = Application::new("pair").with("prompt", "none");
    browser.begin(&silent.clone().with("id_token_hint", &hint)).await.code();
    for (value, known) in [(sub.as_str(), true), (&format!("sub-{ANNA}"), false)] {
        let asked = format!(r#"{{"id_token":{{"sub":{{"value":"{value}"}}}}}}"#);
        let answer = browser.begin(&silent.clone().with("claims", &asked)).await;
        assert_eq!(answer.parameter("code").is_some(), known, "{value}");
    }
    let out = format!("/end_session?id_token_hint={hint}");
    browser.get(&out).await.is(200, "logout-done");
}
