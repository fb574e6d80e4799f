//! The provider is stopped and started again on the same database, at every step of a login.

use idp::jobs::outbox::take_over;
use idp::jobs::outbox::watch::Watch;
use idp::store::jobs::claims::Claim;

use crate::support::browser::path;
use crate::support::{
    ANNA, ANNA_COMPANY, Application, Browser, EMAIL, PASSWORD, REMEMBERED, TestProvider,
};

/// The same browser after a restart.
async fn restarted(browser: Browser) -> Browser {
    let again = browser.provider.again().await;
    browser.now_at(&again)
}

#[tokio::test]
async fn a_login_survives_a_restart_at_every_step() {
    let provider = TestProvider::start().await;
    let idep = Application::idep();
    let mut browser = Browser::new(&provider);
    let page = browser.begin(&idep).await;
    browser = restarted(browser).await;
    let page = browser.get(&path(&page.path)).await;
    let page = browser.sign_in(&page, ANNA, PASSWORD).await;
    page.is(200, "email-submit");
    browser = restarted(browser).await;
    let page = browser.type_address(&page, ANNA_COMPANY, true).await;
    page.is(200, "sent-page");
    browser = restarted(browser).await;
    browser.get(&page.path).await.is(200, "sent-page");
    browser.provider.deliver().await;
    browser = restarted(browser).await;
    let link = browser.provider.last_link();
    let confirm = browser.get(&link).await;
    confirm.is(200, "link-page");
    browser = restarted(browser).await;
    let code = browser.press(&confirm, "link-confirm").await.code();
    browser = restarted(browser).await;
    let tokens = idep.redeem(&browser, &code).await;
    assert_eq!(tokens.claims["acr"], EMAIL);
    browser = restarted(browser).await;
    assert_eq!(Application::userinfo(&browser, &tokens.access_token).await.status, 200);
    browser.begin(&idep.clone().with("prompt", "none")).await.code();
    browser.get(&link).await.is(410, "link-dead-page");
    assert_eq!(idep.token(&browser, &idep.redemption(&code)).await.status, 400);
    assert_eq!(Application::userinfo(&browser, &tokens.access_token).await.status, 401);
    browser.forget_cookie("session");
    browser = restarted(browser).await;
    let code = browser.log_in(&idep, ANNA).await.code();
    assert_eq!(idep.redeem(&browser, &code).await.claims["acr"], REMEMBERED);
}

#[tokio::test]
async fn keys_stay_the_same_over_a_restart() {
    let provider = TestProvider::start().await;
    let before = Browser::new(&provider).get("/jwks.json").await.into_inner().body;
    let after = Browser::new(&provider.again().await).get("/jwks.json").await.into_inner().body;
    assert_eq!(before, after);
}

#[tokio::test]
async fn delays_survive_a_restart() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let page = browser.begin(&Application::web()).await;
    for _ in 0..5 {
        browser.sign_in(&page, ANNA, "fel").await;
    }
    browser = restarted(browser).await;
    assert_eq!(browser.sign_in(&page, ANNA, PASSWORD).await.status, 429);
}

#[tokio::test]
async fn a_mail_claimed_by_a_killed_node_is_sent_by_another_within_seconds() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
    // Claimed, and never heard of again.
    let killed = Claim::any("killed", 1, 16);
    let claimed = provider.store().claim_messages(&killed, provider.clock.now()).await.unwrap();
    assert_eq!(claimed.len(), 1);
    browser = restarted(browser).await;
    let app = browser.provider.app.clone();
    let mut watch = Watch::default();
    for _ in 0..5 {
        assert_eq!(take_over(&app, &mut watch, "own").await.unwrap(), 0);
        browser.provider.deliver().await;
        assert!(provider.mails().is_empty(), "not while it may still be under way");
        provider.pass(1);
    }
    assert_eq!(take_over(&app, &mut watch, "own").await.unwrap(), 1);
    browser.confirm_last_link().await.code();
}

#[tokio::test]
async fn mails_of_a_live_node_are_not_taken_over() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
    let slow = Claim::any("slow", 1, 16);
    provider.store().claim_messages(&slow, provider.clock.now()).await.unwrap();
    let mut watch = Watch::default();
    for beat in 2..600 {
        provider.pass(1);
        provider.store().beat("slow", beat).await.unwrap();
        assert_eq!(take_over(&provider.app, &mut watch, "own").await.unwrap(), 0);
    }
    provider.deliver().await;
    assert!(provider.mails().is_empty());
}
