//! What one node ends is refused there at once, on another node within a second, and by every
//! commit: what a node has read of a login it keeps for that second.

use crate::support::{ANNA, Application, Browser, Setup, TestProvider};

/// The status of `/userinfo` on a node.
async fn userinfo(node: &TestProvider, token: &str) -> u16 {
    Application::userinfo(&Browser::new(node), token).await.status
}

async fn end_by(node: &TestProvider, act: &str) {
    let now = node.clock.now();
    match act {
        "disabled account" => node.disable(ANNA).await,
        "changed password" => node.change_password(ANNA, "another password").await,
        _ => {
            let session = node.place().words("SELECT id AS words FROM sessions").await;
            assert!(node.store().end_session(&session[0], now).await.unwrap());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_login_is_refused_at_once_here_and_within_a_second_on_another_node() {
    for act in ["disabled account", "changed password", "ended session"] {
        for node in Setup::new().start_on_both().await {
            let other = node.again().await;
            let (web, mut browser) = (Application::web(), Browser::new(&node));
            let code = browser.log_in(&web, ANNA).await.code();
            let token = web.redeem(&browser, &code).await.access_token;
            let silent = web.clone().with("prompt", "none");
            let mut elsewhere = browser.clone().now_at(&other);
            let unused = elsewhere.begin(&silent).await.code();
            assert_eq!([userinfo(&node, &token).await, userinfo(&other, &token).await], [200, 200]);

            end_by(&node, act).await;
            assert_eq!(userinfo(&node, &token).await, 401, "{act}: here, at once");
            assert_eq!(browser.begin(&silent).await.error(), "login_required", "{act}");

            // The other node still knows the session of this second, and may not commit on it.
            assert_eq!(elsewhere.begin(&silent).await.error(), "login_required", "{act}");
            let late = web.token(&elsewhere, &web.redemption(&unused)).await;
            assert_eq!(late.json()["error"], "invalid_grant", "{act}: {}", late.body);

            node.pass(1);
            assert_eq!(userinfo(&other, &token).await, 401, "{act}: elsewhere, a second later");
        }
    }
}

#[tokio::test]
async fn a_node_asks_the_database_once_a_second_for_a_login_that_nobody_changes() {
    let node = Setup::new().start().await;
    let (web, mut browser) = (Application::web(), Browser::new(&node));
    let code = browser.log_in(&web, ANNA).await.code();
    let token = web.redeem(&browser, &code).await.access_token;
    assert_eq!(userinfo(&node, &token).await, 200);
    // Behind the back of the node.
    node.place().execute("UPDATE sessions SET ended_at = 1").await;
    assert_eq!(userinfo(&node, &token).await, 200);
    node.pass(1);
    assert_eq!(userinfo(&node, &token).await, 401);
}
