//! Section 6, and RFC 9700 section 4.14.2: refresh tokens.

use crate::support::application::claims;
use crate::support::party::{granted, parties, refresh, refresh_with, text, userinfo};
use crate::support::proof::Holder;
use crate::support::{ANNA, Browser, DAY, TestProvider};

async fn started() -> (TestProvider, Browser) {
    let provider = parties().start().await;
    let browser = Browser::new(&provider);
    (provider, browser)
}

#[track_caller]
fn is_refused(answer: &crate::support::Answer) {
    assert_eq!((answer.status, text(&answer.json(), "error").as_str()), (400, "invalid_grant"));
}

#[tokio::test]
async fn a_client_that_authenticates_keeps_its_refresh_token() {
    let (provider, mut browser) = started().await;
    let first = granted(&mut browser, "server", "openid profile").await;
    let token = text(&first, "refresh_token");
    for _ in 0..3 {
        provider.pass(700);
        let answer = refresh(&provider, "server", &token).await;
        assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"));
        let tokens = answer.json();
        assert_eq!(tokens.get("refresh_token"), None);
        assert_eq!(tokens["scope"], "openid profile");
        assert_ne!(tokens["access_token"], first["access_token"]);
        assert_eq!(userinfo(&provider, &tokens["access_token"]).await, 200);
        // OpenID Connect Core section 12.2.
        let (old, new) = (claims(&text(&first, "id_token")), claims(&text(&tokens, "id_token")));
        for same in ["iss", "sub", "aud", "auth_time", "acr", "amr"] {
            assert_eq!(old[same], new[same], "{same}");
        }
        assert_eq!(new.get("nonce"), None);
        assert!(new["iat"].as_i64() > old["iat"].as_i64());
    }
}

#[tokio::test]
async fn a_client_without_grant_type_refresh_token_gets_no_refresh_token() {
    let (_, mut browser) = started().await;
    assert_eq!(granted(&mut browser, "web", "openid").await.get("refresh_token"), None);
}

#[tokio::test]
async fn section_6_a_refresh_token_of_another_client_and_a_wider_scope_are_refused() {
    let (provider, mut browser) = started().await;
    let token =
        text(&granted(&mut browser, "server", "openid profile email").await, "refresh_token");
    is_refused(&refresh(&provider, "pair", &token).await);
    is_refused(&refresh(&provider, "spa", &token).await);
    is_refused(&refresh(&provider, "server", "unknown").await);
    let narrowed = [("scope", "openid email")];
    let answer = refresh_with(&provider, "server", &token, &narrowed, None).await.json();
    assert_eq!(answer["scope"], "openid email");
    let wider = [("scope", "openid address")];
    let answer = refresh_with(&provider, "server", &token, &wider, None).await.json();
    assert_eq!(answer["error"], "invalid_scope");
    let whole = refresh(&provider, "server", &token).await.json();
    assert_eq!(whole["scope"], "openid profile email", "nothing was lost");
}

#[tokio::test]
async fn rfc_9700_section_4_14_2_refresh_tokens_of_a_public_client_are_rotated() {
    let (provider, mut browser) = started().await;
    let mut token = text(&granted(&mut browser, "spa", "openid").await, "refresh_token");
    let mut seen = vec![token.clone()];
    for _ in 0..3 {
        provider.pass(300);
        let tokens = refresh(&provider, "spa", &token).await.json();
        assert_eq!(userinfo(&provider, &tokens["access_token"]).await, 200);
        token = text(&tokens, "refresh_token");
        assert!(!seen.contains(&token));
        seen.push(token.clone());
    }
    // The second last leads on for seconds after its use; later than that it is a theft.
    assert_eq!(refresh(&provider, "spa", &seen[2]).await.status, 200);
    provider.pass(31);
    let last = refresh(&provider, "spa", &token).await.json();
    is_refused(&refresh(&provider, "spa", &seen[2]).await);
    assert_eq!(userinfo(&provider, &last["access_token"]).await, 401, "the family is dead");
    is_refused(&refresh(&provider, "spa", &text(&last, "refresh_token")).await);
}

#[tokio::test]
async fn a_used_refresh_token_is_accepted_for_thirty_seconds_and_returns_the_newest_one() {
    let (provider, mut browser) = started().await;
    let first = text(&granted(&mut browser, "spa", "openid").await, "refresh_token");
    let second = text(&refresh(&provider, "spa", &first).await.json(), "refresh_token");
    provider.pass(30);
    let again = text(&refresh(&provider, "spa", &first).await.json(), "refresh_token");
    assert_eq!(again, second, "two tabs are one client");

    // The one tab has gone on meanwhile; the other is led to where that one is.
    let (provider, mut browser) = started().await;
    let first = text(&granted(&mut browser, "spa", "openid").await, "refresh_token");
    let second = text(&refresh(&provider, "spa", &first).await.json(), "refresh_token");
    provider.pass(10);
    let third = text(&refresh(&provider, "spa", &second).await.json(), "refresh_token");
    provider.pass(10);
    for used in [&first, &second] {
        let again = refresh(&provider, "spa", used).await.json();
        assert_eq!(text(&again, "refresh_token"), third, "both tabs hold the newest");
        assert_eq!(userinfo(&provider, &again["access_token"]).await, 200);
    }
    assert_eq!(refresh(&provider, "spa", &third).await.status, 200);
}

#[tokio::test]
async fn rfc_9449_section_5_a_used_refresh_token_requires_the_key_of_its_successor() {
    let (provider, mut browser) = started().await;
    let first = text(&granted(&mut browser, "spa", "openid").await, "refresh_token");
    let (own, other) = (Holder::new(), Holder::new());
    let shown = async |holder: &Holder| {
        let proof = holder.at_token(&provider);
        refresh_with(&provider, "spa", &first, &[], Some(&proof)).await
    };
    let second = shown(&own).await;
    assert_eq!(second.status, 200, "{}", second.body);
    is_refused(&shown(&other).await);
    is_refused(&refresh(&provider, "spa", &first).await);
    let again = shown(&own).await;
    assert_eq!(again.status, 200, "{}", again.body);
    assert_eq!(again.json()["refresh_token"], second.json()["refresh_token"]);
}

#[tokio::test]
async fn a_refresh_token_replayed_later_revokes_the_family_even_if_its_successor_is_unused() {
    let (provider, mut browser) = started().await;
    let first = text(&granted(&mut browser, "spa", "openid").await, "refresh_token");
    let tokens = refresh(&provider, "spa", &first).await.json();
    provider.pass(31);
    is_refused(&refresh(&provider, "spa", &first).await);
    assert_eq!(userinfo(&provider, &tokens["access_token"]).await, 401);
    is_refused(&refresh(&provider, "spa", &text(&tokens, "refresh_token")).await);
}

#[tokio::test]
async fn a_refresh_token_expires_after_14_days_unused_or_30_days_in_all() {
    let (provider, mut browser) = started().await;
    let scope = "openid offline_access";
    for id in ["server", "spa"] {
        let mut token = text(&granted(&mut browser, id, scope).await, "refresh_token");
        let idle = text(&granted(&mut browser, id, scope).await, "refresh_token");
        for days in [13, 13] {
            provider.pass(days * DAY);
            let tokens = refresh(&provider, id, &token).await.json();
            token = tokens["refresh_token"].as_str().map_or(token, str::to_owned);
        }
        is_refused(&refresh(&provider, id, &idle).await);
        provider.pass(4 * DAY);
        is_refused(&refresh(&provider, id, &token).await);
        browser = Browser::new(&provider);
    }
}

#[tokio::test]
async fn online_refresh_tokens_end_with_the_session_and_all_with_a_password_change() {
    let (provider, mut browser) = started().await;
    let bound = text(&granted(&mut browser, "server", "openid").await, "refresh_token");
    let offline = granted(&mut browser, "server", "openid offline_access").await;
    let offline = text(&offline, "refresh_token");
    let page = browser.get("/end_session").await;
    browser.press(&page, "logout-confirm").await.is(200, "logout-done");
    is_refused(&refresh(&provider, "server", &bound).await);
    let tokens = refresh(&provider, "server", &offline).await.json();
    assert_eq!(userinfo(&provider, &tokens["access_token"]).await, 200);
    provider.change_password(ANNA, crate::support::PASSWORD).await;
    is_refused(&refresh(&provider, "server", &offline).await);
    assert_eq!(userinfo(&provider, &tokens["access_token"]).await, 401);

    let offline = granted(&mut browser, "spa", "openid offline_access").await;
    provider.disable(ANNA).await;
    is_refused(&refresh(&provider, "spa", &text(&offline, "refresh_token")).await);
}

#[tokio::test]
async fn an_online_refresh_token_expires_with_the_session_lifetime() {
    let (provider, mut browser) = started().await;
    let token = text(&granted(&mut browser, "server", "openid").await, "refresh_token");
    provider.pass(12 * 3_600 - 1);
    assert_eq!(refresh(&provider, "server", &token).await.status, 200);
    provider.pass(1);
    is_refused(&refresh(&provider, "server", &token).await);
}

#[tokio::test]
async fn a_logout_revokes_online_refresh_tokens_of_an_idle_session() {
    let (provider, mut browser) = started().await;
    for again in [false, true] {
        let token = text(&granted(&mut browser, "server", "openid").await, "refresh_token");
        provider.pass(3_700);
        assert_eq!(refresh(&provider, "server", &token).await.status, 200);
        if again {
            granted(&mut browser, "web", "openid").await;
        }
        let page = browser.get("/end_session").await;
        browser.press(&page, "logout-confirm").await.is(200, "logout-done");
        is_refused(&refresh(&provider, "server", &token).await);
    }
}
