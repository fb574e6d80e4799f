//! What one network may begin in a minute (`limits.begun_per_minute`).

use crate::support::party::{call, parties};
use crate::support::{ANNA, Answer, Application, Browser};

#[track_caller]
fn is_held_back(answer: &Answer) {
    assert_eq!((answer.status, answer.header("retry-after")), (429, "60"), "{}", answer.body);
}

#[tokio::test]
async fn a_network_over_its_login_limit_may_complete_logins_already_begun() {
    let provider = parties().settings("[limits]\nbegun_per_minute = 2\n").start().await;
    let mut person = Browser::new(&provider);
    person.log_in(&Application::web(), ANNA).await.code();
    let mut other = Browser::new(&provider);
    let page = other.begin(&Application::web()).await;
    let refused = Browser::new(&provider).begin(&Application::web()).await;
    is_held_back(&refused);
    assert!(refused.body.contains("För många försök"), "{}", refused.body);
    person.begin(&Application::web()).await.code();
    other.sign_in(&page, ANNA, crate::support::PASSWORD).await.code();
    provider.pass(60);
    Browser::new(&provider).begin(&Application::web()).await.is(200, "login-submit");
}

#[tokio::test]
async fn pushed_requests_are_rate_limited_for_public_clients_only() {
    let provider = parties().settings("[limits]\nbegun_per_minute = 1\n").start().await;
    let push = async |id: &'static str| {
        call(&provider, "/par", id, &Application::new(id).pairs(), None).await
    };
    for _ in 0..3 {
        assert_eq!(push("server").await.status, 201);
    }
    assert_eq!(push("spa").await.status, 201);
    let refused = push("spa").await;
    is_held_back(&refused);
    assert_eq!(refused.json()["error"], "temporarily_unavailable");
}
