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
async fn a_login_in_a_remembered_browser_sends_no_mail_and_has_its_own_acr() {
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
async fn a_browser_is_not_remembered_unless_requested() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in_by_mail(&Application::idep(), (ANNA, ANNA_COMPANY), false).await.code();
    assert!(browser.cookie("remembered").is_none());
}

/// Another browser with that secret of the mark.
fn holding(provider: &TestProvider, secret: &str) -> Browser {
    let mut browser = Browser::new(provider);
    browser.set_cookie("remembered", secret);
    browser
}

/// Logs in by password, and says whether that was enough.
async fn is_remembered(browser: &mut Browser) -> bool {
    browser.forget_cookie("session");
    let page = browser.log_in(&Application::idep(), ANNA).await;
    page.parameter("code").is_some()
}

#[tokio::test]
async fn the_secret_of_a_mark_is_renewed_after_each_use_and_old_ones_are_refused() {
    let (provider, mut browser) = remembered().await;
    let mut seen = vec![browser.cookie("remembered").unwrap()];
    for _ in 0..3 {
        assert!(is_remembered(&mut browser).await);
        let secret = browser.cookie("remembered").unwrap();
        assert!(!seen.contains(&secret));
        seen.push(secret);
    }
    // Older than the former one.
    assert!(!is_remembered(&mut holding(&provider, &seen[0])).await);
    assert!(is_remembered(&mut browser).await);
}

#[tokio::test]
async fn a_lost_response_a_double_click_and_parallel_tabs_keep_the_mark() {
    for late in [0, 1, 59] {
        let (provider, mut browser) = remembered().await;
        let old = browser.cookie("remembered").unwrap();
        let page = browser.begin(&Application::idep()).await;
        let mut lost = browser.clone();
        lost.sign_in(&page, ANNA, PASSWORD).await.code();
        assert_ne!(lost.cookie("remembered").unwrap(), old);
        provider.pass(late);
        assert!(is_remembered(&mut browser).await, "the answer was lost {late} s ago");
        assert_eq!(browser.cookie("remembered"), lost.cookie("remembered"), "one successor");
        // Whichever answer arrived last, the mark goes on from there.
        provider.pass(3_600);
        assert!(is_remembered(&mut lost).await);
    }
}

#[tokio::test]
async fn a_former_secret_used_after_a_minute_ends_the_mark() {
    let (provider, mut browser) = remembered().await;
    let old = browser.cookie("remembered").unwrap();
    assert!(is_remembered(&mut browser).await);
    provider.pass(60);
    let mut thief = holding(&provider, &old);
    let page = thief.begin(&Application::idep()).await;
    assert_eq!(thief.sign_in(&page, ANNA, "fel").await.status, 422);
    assert!(is_remembered(&mut browser).await, "without the password it is worth nothing");
    let old = holding(&provider, &browser.cookie("remembered").unwrap());
    assert!(is_remembered(&mut browser).await);
    provider.pass(60);
    assert!(!is_remembered(&mut old.clone()).await);
    assert!(!is_remembered(&mut browser).await, "nobody knows which of the two is the thief");
}

#[tokio::test]
async fn the_cookie_expires_with_the_mark_however_often_renewed() {
    let (provider, mut browser) = remembered().await;
    for day in 1..20 {
        provider.pass(DAY);
        browser.forget_cookie("session");
        let page = browser.begin(&Application::idep()).await;
        let form = page.form("login-submit").with("username", ANNA).with("password", PASSWORD);
        let answer = browser.submit(&form).await;
        answer.code();
        let set = answer.cookies();
        let mark = set.iter().find(|cookie| cookie.contains("remembered")).unwrap();
        assert!(mark.ends_with(&format!("; Max-Age={}", (20 - day) * DAY)), "day {day}: {mark}");
    }
}

#[tokio::test]
async fn a_mark_used_together_with_a_session_is_renewed() {
    for prompt in [None, Some("none")] {
        let (provider, mut browser) = remembered().await;
        // A session by password alone, to which the mark is added later.
        let mut without = browser.clone();
        without.forget_cookie("remembered");
        without.log_in(&Application::web(), ANNA).await.code();
        browser.set_cookie("session", &without.cookie("session").unwrap());
        let old = browser.cookie("remembered").unwrap();
        let idep = Application::idep();
        let idep = prompt.map_or(idep.clone(), |prompt| idep.with("prompt", prompt));
        let answer = browser.begin(&idep).await;
        let tokens = idep.redeem(&browser, &answer.code()).await;
        assert_eq!(tokens.claims["acr"], REMEMBERED);
        assert_ne!(browser.cookie("remembered").unwrap(), old, "{prompt:?}");
        provider.pass(60);
        assert!(!is_remembered(&mut holding(&provider, &old)).await, "a copy ends it");
        assert!(!is_remembered(&mut browser).await);
    }
}

#[tokio::test]
async fn a_mark_is_valid_for_exactly_twenty_days_and_not_extended_by_use() {
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
async fn a_remembered_browser_still_requires_the_password() {
    let (_, mut browser) = remembered().await;
    browser.begin(&Application::idep()).await.is(200, "login-submit");
    let silent = browser.begin(&Application::idep().with("prompt", "none")).await;
    assert_eq!(silent.error(), "login_required");
    let page = browser.begin(&Application::idep()).await;
    assert_eq!(browser.sign_in(&page, ANNA, "fel").await.status, 422);
}

#[tokio::test]
async fn a_mark_is_not_valid_for_another_account_or_browser() {
    let (provider, mut browser) = remembered().await;
    browser.log_in(&Application::idep(), BERIT).await.is(200, "email-submit");
    Browser::new(&provider).log_in(&Application::idep(), ANNA).await.is(200, "email-submit");
}

#[tokio::test]
async fn two_accounts_can_be_remembered_in_one_browser() {
    let (provider, mut browser) = remembered().await;
    let berit = (BERIT, crate::support::BERIT_COMPANY);
    browser.log_in_by_mail(&Application::idep(), berit, true).await.code();
    assert_eq!(browser.cookies("remembered").len(), 2, "each has its own");
    for name in [ANNA, BERIT, ANNA] {
        provider.pass(3_600);
        browser.forget_cookie("session");
        browser.log_in(&Application::idep(), name).await.code();
    }
    // What ends the one does not end the other.
    provider.change_password(ANNA, "ett nytt lösenord").await;
    browser.forget_cookie("session");
    browser.log_in(&Application::idep(), BERIT).await.code();
}

#[tokio::test]
async fn a_mark_ends_with_a_password_change() {
    let (provider, mut browser) = remembered().await;
    provider.change_password(ANNA, "ett nytt lösenord").await;
    let page = browser.begin(&Application::idep()).await;
    assert_eq!(browser.sign_in(&page, ANNA, PASSWORD).await.status, 422);
    browser.sign_in(&page, ANNA, "ett nytt lösenord").await.is(200, "email-submit");
}

#[tokio::test]
async fn a_mark_ends_only_with_the_address_of_its_email_step() {
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
async fn a_mark_does_not_satisfy_a_request_for_the_email_class() {
    let (_, mut browser) = remembered().await;
    let strong = Application::idep().with("acr_values", EMAIL);
    let page = browser.log_in(&strong, ANNA).await;
    page.is(200, "email-submit");
    browser.type_address(&page, ANNA_COMPANY, false).await;
    let code = browser.confirm_last_link().await.code();
    assert_eq!(strong.redeem(&browser, &code).await.claims["acr"], EMAIL);
}
