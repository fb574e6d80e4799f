//! The protected resource, for sessions and for access tokens: RFC 6750 and RFC 9470 section 3.

use axum::http::StatusCode;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::{Value, json};

use super::world::{Answer, NOW, PARTY, World};

const RESOURCE: &str = "/resource/party-parameters/202100083701";

impl Answer {
    fn challenge(&self) -> &str {
        self.headers[WWW_AUTHENTICATE].to_str().unwrap()
    }
}

/// What introspection says of a token from a login `age` seconds ago.
fn active(world: &World, class: &str, age: i64) -> Value {
    json!({
        "active": true, "sub": "subject-1", "client_id": "another", "token_type": "Bearer",
        "scope": "openid profile organisation assurance", "iss": world.provider.issuer,
        "acr": format!("{}/acr/{class}", world.provider.issuer), "auth_time": NOW - age,
        "iat": NOW - age, "exp": NOW + 600,
    })
}

async fn present(world: &World, answer: Value, parties: &[&str]) -> Answer {
    world.provider.issue("opaque.token", answer, parties);
    world.browser().get_with("Bearer opaque.token", RESOURCE).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_needs_a_fresh_e_mail_step() {
    let world = World::new().await;
    let issuer = &world.provider.issuer;
    let demand = format!("acr_values=\"{issuer}/acr/pwd-email\", max_age=\"1800\"");
    let mut weak = world.logged_in("pwd-email-remembered").await;
    let mut stale = world.logged_in("pwd-email").await;
    let fresh = stale.get(RESOURCE).await;
    assert_eq!(fresh.status, StatusCode::OK);
    assert!(fresh.body.contains("Magnus.Lange@Scb.se"));

    world.app.clock.advance(1801);
    for browser in [&mut weak, &mut stale] {
        let answer = browser.get(RESOURCE).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        let challenge = answer.challenge();
        assert!(challenge.starts_with("Bearer error=\"insufficient_user_authentication\""));
        assert!(challenge.ends_with(&demand), "{challenge}");
    }
    let nobody = world.browser().get(RESOURCE).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    assert_eq!(nobody.challenge(), format!("Bearer {demand}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_of_a_fresh_strong_login_opens_the_resource() {
    let world = World::new().await;
    let mut named = active(&world, "pwd-email", 60);
    named["aud"] = json!(["https://api.example/", "http://localhost:8401/resource"]);
    for token in [active(&world, "pwd-email", 60), named] {
        let answer = present(&world, token, &[PARTY]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert!(answer.body.contains("Magnus.Lange@Scb.se"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_of_a_weak_or_old_login_gets_a_step_up_challenge() {
    let world = World::new().await;
    for (class, age, why) in [
        ("pwd", 0, "A stronger login is required: password and a mailed link"),
        ("pwd-email-remembered", 0, "A stronger login is required: password and a mailed link"),
        ("pwd-email", 1801, "A more recent login with an e-mail step is required"),
    ] {
        let answer = present(&world, active(&world, class, age), &[PARTY]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{class}");
        let issuer = &world.provider.issuer;
        assert_eq!(
            answer.challenge(),
            format!(
                "Bearer error=\"insufficient_user_authentication\", error_description=\"{why}\", \
                 acr_values=\"{issuer}/acr/pwd-email\", max_age=\"1800\""
            )
        );
        assert_eq!(answer.body, "{\"error\":\"insufficient_user_authentication\"}");
    }
    let mut silent = active(&world, "pwd-email", 0);
    silent.as_object_mut().unwrap().remove("acr");
    let answer = present(&world, silent, &[PARTY]).await;
    assert!(answer.challenge().contains("insufficient_user_authentication"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inactive_bound_userless_or_foreign_audience_token_is_invalid() {
    let world = World::new().await;
    let mut bound = active(&world, "pwd-email", 0);
    bound["cnf"] = json!({ "jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" });
    let mut over = active(&world, "pwd-email", 0);
    over["active"] = json!(false);
    let mut nobody = active(&world, "pwd-email", 0);
    nobody.as_object_mut().unwrap().remove("sub");
    let mut strange = active(&world, "pwd-email", 0);
    strange["aud"] = json!("https://api.example/");
    for answer in [json!({ "active": false }), bound, over, nobody, strange] {
        let told = present(&world, answer, &[PARTY]).await;
        assert_eq!(told.status, StatusCode::UNAUTHORIZED);
        assert!(told.challenge().starts_with("Bearer error=\"invalid_token\""));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_the_scopes_gets_insufficient_scope_with_their_names() {
    let world = World::new().await;
    let mut answer = active(&world, "pwd-email", 0);
    answer["scope"] = json!("openid profile");
    let told = present(&world, answer, &[PARTY]).await;
    assert_eq!(told.status, StatusCode::FORBIDDEN);
    assert_eq!(
        told.challenge(),
        "Bearer error=\"insufficient_scope\", scope=\"openid organisation assurance\""
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_the_party_is_refused_without_a_step_up_challenge() {
    let world = World::new().await;
    let told = present(&world, active(&world, "pwd", 0), &["559999900901"]).await;
    assert_eq!(told.status, StatusCode::FORBIDDEN);
    assert!(!told.headers.contains_key(WWW_AUTHENTICATE));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_introspection_endpoint_is_503() {
    let world = World::new().await;
    world.provider.trouble();
    let told = present(&world, active(&world, "pwd-email", 0), &[PARTY]).await;
    assert_eq!(told.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(told.headers.contains_key(RETRY_AFTER) && !told.headers.contains_key(WWW_AUTHENTICATE));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authorization_header_is_never_replaced_by_the_session() {
    let world = World::new().await;
    let mut browser = world.logged_in("pwd-email").await;
    for authorization in ["DPoP opaque.token", "Basic YTpi", "Bearer"] {
        let told = browser.get_with(authorization, RESOURCE).await;
        assert_eq!((told.status, told.challenge()), (StatusCode::UNAUTHORIZED, "Bearer"));
    }
    let told = browser.get_with("Bearer unknown", RESOURCE).await;
    assert!(told.challenge().contains("invalid_token"), "the session does not help");
}
