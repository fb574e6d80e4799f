//! The remembered browser.

use crate::support::{
    ANNA, ANNA_COMPANY, ANNA_DISPATCHES, Application, BERIT, Browser, DAY, EMAIL, NOW, PASSWORD,
    REMEMBERED, TestProvider,
};

/// A browser that is remembered for Anna and has no session any more.
async fn remembered() -> (TestProvider, Browser) {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in_by_mail(&Application::idep(), (ANNA, ANNA_COMPANY), true).await.code();
    assert!(browser.cookie("remembered").is_some());
    browser.forget_cookie("session");
    (provider, browser)
}

#[tokio::test]
async fn the_second_login_sends_no_mail_and_says_truthfully_what_it_was() {
    let (provider, mut browser) = remembered().await;
    provider.pass(100);
    let idep = Application::idep().with("scope", "openid assurance");
    let code = browser.log_in(&idep, ANNA).await.code();
    provider.deliver().await;
    assert_eq!(provider.mails().len(), 1);
    let tokens = idep.redeem(&browser, &code).await;
    assert_eq!(tokens.claims["acr"], REMEMBERED);
    assert_eq!(tokens.claims["amr"], serde_json::json!(["pwd"]));
    assert_eq!(tokens.claims["auth_time"], NOW.0 + 100);
    let claims = Application::userinfo(&browser, &tokens.access_token).await.json();
    assert_eq!(
        (claims["email_step_time"].as_i64(), &claims["email_step_role"]),
        (Some(NOW.0), &"company".into())
    );
}

#[tokio::test]
async fn only_those_who_ask_for_it_are_remembered() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in_by_mail(&Application::idep(), (ANNA, ANNA_COMPANY), false).await.code();
    assert!(browser.cookie("remembered").is_none());
}

#[tokio::test]
async fn the_secret_is_new_after_each_use_and_the_old_one_is_worthless() {
    let (provider, mut browser) = remembered().await;
    let old = browser.cookie("remembered").unwrap();
    browser.log_in(&Application::idep(), ANNA).await.code();
    let new = browser.cookie("remembered").unwrap();
    assert_ne!(old, new);
    let mut thief = Browser::new(&provider);
    thief.set_cookie("remembered", &old);
    thief.log_in(&Application::idep(), ANNA).await.is(200, "email-submit");
    browser.forget_cookie("session");
    browser.log_in(&Application::idep(), ANNA).await.code();
}

#[tokio::test]
async fn it_counts_twenty_days_to_the_second_and_use_does_not_lengthen_it() {
    let (provider, mut browser) = remembered().await;
    let secret = |browser: &Browser| browser.cookie("remembered").unwrap();
    for day in 1..20 {
        provider.pass(DAY);
        browser.log_in(&Application::idep(), ANNA).await.code();
        browser.forget_cookie("session");
        assert!(day < 20);
    }
    provider.pass(DAY - 1);
    browser.log_in(&Application::idep(), ANNA).await.code();
    browser.forget_cookie("session");
    let kept = secret(&browser);
    provider.pass(1);
    // Even a browser that keeps its cookie for longer.
    browser.set_cookie("remembered", &kept);
    browser.log_in(&Application::idep(), ANNA).await.is(200, "email-submit");
}

#[tokio::test]
async fn it_is_worth_nothing_without_the_password() {
    let (_, mut browser) = remembered().await;
    browser.begin(&Application::idep()).await.is(200, "login-submit");
    let silent = browser.begin(&Application::idep().with("prompt", "none")).await;
    assert_eq!(silent.error(), "login_required");
    let page = browser.begin(&Application::idep()).await;
    assert_eq!(browser.sign_in(&page, ANNA, "fel").await.status, 422);
}

#[tokio::test]
async fn it_covers_no_other_account_and_no_other_browser() {
    let (provider, mut browser) = remembered().await;
    browser.log_in(&Application::idep(), BERIT).await.is(200, "email-submit");
    Browser::new(&provider).log_in(&Application::idep(), ANNA).await.is(200, "email-submit");
}

#[tokio::test]
async fn two_accounts_can_be_remembered_in_one_browser() {
    let (_, mut browser) = remembered().await;
    let berit = (BERIT, crate::support::BERIT_COMPANY);
    browser.log_in_by_mail(&Application::idep(), berit, true).await.code();
    for name in [ANNA, BERIT, ANNA] {
        browser.forget_cookie("session");
        browser.log_in(&Application::idep(), name).await.code();
    }
}

#[tokio::test]
async fn it_dies_with_the_password() {
    let (provider, mut browser) = remembered().await;
    provider.change_password(ANNA, "ett nytt lösenord").await;
    let page = browser.begin(&Application::idep()).await;
    assert_eq!(browser.sign_in(&page, ANNA, PASSWORD).await.status, 422);
    browser.sign_in(&page, ANNA, "ett nytt lösenord").await.is(200, "email-submit");
}

#[tokio::test]
async fn it_dies_with_the_address_that_earned_it_and_with_no_other() {
    let (provider, mut browser) = remembered().await;
    provider.pass(1);
    provider.addresses(&[ANNA_COMPANY, "", "other@scb.se"]).await;
    browser.log_in(&Application::idep(), ANNA).await.code();
    browser.forget_cookie("session");
    provider.pass(1);
    provider.addresses(&["new@scb.se", "", ANNA_DISPATCHES]).await;
    browser.log_in(&Application::idep(), ANNA).await.is(200, "email-submit");
}

#[tokio::test]
async fn it_is_not_enough_where_a_link_is_asked_for() {
    let (_, mut browser) = remembered().await;
    let strong = Application::idep().with("acr_values", EMAIL);
    let page = browser.log_in(&strong, ANNA).await;
    page.is(200, "email-submit");
    browser.type_address(&page, ANNA_COMPANY, false).await;
    let code = browser.confirm_last_link().await.code();
    assert_eq!(strong.redeem(&browser, &code).await.claims["acr"], EMAIL);
}
