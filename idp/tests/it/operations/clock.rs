//! Nodes whose clocks disagree, beside one database: they go by its clock.

use crate::support::browser::path;
use crate::support::database::Place;
use crate::support::party::{call, granted, parties, refresh, text, userinfo};
use crate::support::proof::Holder;
use crate::support::{ANNA, ANNA_COMPANY, Application, Browser, EMAIL, PASSWORD, TestProvider};

/// Two nodes on PostgreSQL, the second by so many seconds ahead of the first.
async fn nodes(ahead: i64) -> Option<[TestProvider; 2]> {
    let first = parties().start_at(Place::postgres().await?).await;
    let second = first.with_clock_ahead(ahead).await;
    for node in [&first, &second] {
        node.app.provider.follow_database_clock().await.unwrap();
    }
    Some([first, second])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_on_alternating_nodes_succeeds_despite_different_clocks() {
    for ahead in [25, -25, 86_400] {
        let Some([first, second]) = nodes(ahead).await else { return };
        let idep = Application::idep();
        let mut browser = Browser::new(&first);
        let page = browser.begin(&idep).await;
        browser = browser.now_at(&second);
        let page = browser.get(&path(&page.path)).await;
        let page = browser.sign_in(&page, ANNA, PASSWORD).await;
        browser = browser.now_at(&first);
        browser.type_address(&page, ANNA_COMPANY, true).await.is(200, "sent-page");
        second.deliver().await;
        browser = browser.now_at(&second);
        let confirm = browser.get(&first.last_link()).await;
        browser = browser.now_at(&first);
        let code = browser.press(&confirm, "link-confirm").await.code();
        browser = browser.now_at(&second);
        let tokens = idep.redeem(&browser, &code).await;
        assert_eq!(tokens.claims["acr"], EMAIL);
        let code = browser.begin(&idep.clone().with("prompt", "none")).await.code();
        browser = browser.now_at(&first);
        idep.redeem(&browser, &code).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_and_proofs_have_the_same_age_on_nodes_with_different_clocks() {
    for ahead in [25, -25, 300] {
        let Some([first, second]) = nodes(ahead).await else { return };
        let mut browser = Browser::new(&second);
        let tokens = granted(&mut browser, "spa", "openid").await;
        assert_eq!(userinfo(&first, &tokens["access_token"]).await, 200);
        let next = refresh(&first, "spa", &text(&tokens, "refresh_token")).await;
        assert_eq!(next.status, 200, "{}", next.body);
        let next = refresh(&second, "spa", &text(&next.json(), "refresh_token")).await;
        assert_eq!(next.status, 200, "{}", next.body);
        let form = [("grant_type", "client_credentials")];
        let proof = Holder::new().at_token(&first);
        assert_eq!(call(&second, "/token", "server", &form, Some(&proof)).await.status, 200);
        let again = call(&first, "/token", "server", &form, Some(&proof)).await;
        assert_eq!(again.status, 400, "once, on all nodes");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn how_far_a_clock_is_off_is_a_metric() {
    let Some([first, second]) = nodes(25).await else { return };
    let off = |text: &str| -> f64 {
        let line = text.lines().find(|line| line.starts_with("idp_clock_offset_seconds ")).unwrap();
        line.split(' ').nth(1).unwrap().parse().unwrap()
    };
    let (first, second) = (off(&first.metrics().await), off(&second.metrics().await));
    assert!((first - second - 25.0).abs() < 5.0, "{first} {second}");
    let alone = TestProvider::start().await;
    alone.app.provider.follow_database_clock().await.unwrap();
    assert_eq!(off(&alone.metrics().await), 0.0);
}
