//! The single sign-on session.

use idp::account::event::{Actor, Circumstances};

use crate::support::{ANNA, ANNA_COMPANY, Application, BERIT, Browser, PASSWORD, TestProvider};

async fn signed_in() -> (TestProvider, Browser) {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::web(), ANNA).await.code();
    (provider, browser)
}

fn silent() -> Application {
    Application::web().with("prompt", "none")
}

#[tokio::test]
async fn each_authentication_renews_the_session_cookie_and_invalidates_the_old_one() {
    let (provider, mut browser) = signed_in().await;
    let first = browser.cookie("session").unwrap();
    let again = Application::web().with("prompt", "login");
    browser.log_in(&again, ANNA).await.code();
    let second = browser.cookie("session").unwrap();
    let strong = Application::idep();
    let page = browser.begin(&strong).await;
    browser.type_address(&page, ANNA_COMPANY, false).await.is(200, "sent-page");
    browser.confirm_last_link().await.code();
    let third = browser.cookie("session").unwrap();
    assert!(first != second && second != third && first != third);
    for old in [first, second] {
        let mut thief = Browser::new(&provider);
        thief.set_cookie("session", &old);
        assert_eq!(thief.begin(&silent()).await.error(), "login_required");
    }
    browser.begin(&silent()).await.code();
}

#[tokio::test]
async fn a_planted_session_cookie_is_replaced_at_login() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let planted = "A".repeat(43);
    browser.set_cookie("session", &planted);
    browser.log_in(&Application::web(), ANNA).await.code();
    assert_ne!(browser.cookie("session").unwrap(), planted);
}

#[tokio::test]
async fn a_session_ends_after_an_hour_without_use() {
    let (provider, mut browser) = signed_in().await;
    for _ in 0..3 {
        provider.pass(3_500);
        browser.begin(&silent()).await.code();
    }
    provider.pass(3_600);
    assert_eq!(browser.begin(&silent()).await.error(), "login_required");
    browser.begin(&Application::web()).await.is(200, "login-submit");
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours_however_it_is_used() {
    let (provider, mut browser) = signed_in().await;
    for _ in 0..23 {
        provider.pass(1_800);
        browser.begin(&silent()).await.code();
    }
    provider.pass(1_799);
    browser.begin(&silent()).await.code();
    provider.pass(1);
    assert_eq!(browser.begin(&silent()).await.error(), "login_required");
}

/// Uses the session twice an hour.
async fn use_for(hours: i64, provider: &TestProvider, browser: &mut Browser) {
    for _ in 0..2 * hours {
        provider.pass(1_800);
        browser.begin(&silent()).await.code();
    }
}

#[tokio::test]
async fn a_new_password_proof_restarts_the_session_lifetime_and_a_mailed_link_does_not() {
    let (provider, mut browser) = signed_in().await;
    use_for(11, &provider, &mut browser).await;
    browser.log_in(&Application::web().with("prompt", "login"), ANNA).await.code();
    use_for(11, &provider, &mut browser).await;
    let page = browser.begin(&Application::idep()).await;
    browser.type_address(&page, ANNA_COMPANY, false).await.is(200, "sent-page");
    browser.confirm_last_link().await.code();
    provider.pass(1_800);
    browser.begin(&silent()).await.code();
    provider.pass(1_800);
    assert_eq!(browser.begin(&silent()).await.error(), "login_required");
}

#[tokio::test]
async fn a_disabled_account_has_no_session_and_no_tokens() {
    let (provider, mut browser) = signed_in().await;
    let web = Application::web();
    let code = browser.begin(&web).await.code();
    let tokens = web.redeem(&browser, &code).await;
    let unused = browser.begin(&web).await.code();
    assert_eq!(Application::userinfo(&browser, &tokens.access_token).await.status, 200);
    provider.disable(ANNA).await;
    assert_eq!(Application::userinfo(&browser, &tokens.access_token).await.status, 401);
    assert_eq!(browser.begin(&silent()).await.error(), "login_required");
    let answer = web.token(&browser, &web.redemption(&unused)).await;
    assert_eq!((answer.status, &answer.json()["error"]), (400, &"invalid_grant".into()));
}

#[tokio::test]
async fn a_changed_password_ends_sessions_codes_and_tokens() {
    let (provider, mut browser) = signed_in().await;
    let web = Application::web();
    let code = browser.begin(&web).await.code();
    let tokens = web.redeem(&browser, &code).await;
    let unused = browser.begin(&web).await.code();
    provider.change_password(ANNA, "ett nytt lösenord").await;
    assert_eq!(Application::userinfo(&browser, &tokens.access_token).await.status, 401);
    assert_eq!(browser.begin(&silent()).await.error(), "login_required");
    assert_eq!(web.token(&browser, &web.redemption(&unused)).await.status, 400);
}

#[tokio::test]
async fn another_account_in_the_same_browser_ends_the_first_one_s_session() {
    let (provider, mut browser) = signed_in().await;
    let web = Application::web();
    let code = browser.begin(&web).await.code();
    let tokens = web.redeem(&browser, &code).await;
    let first = browser.cookie("session").unwrap();
    let page = browser.begin(&Application::web().with("prompt", "select_account")).await;
    let code = browser.sign_in(&page, BERIT, PASSWORD).await.code();
    let berit = web.redeem(&browser, &code).await;
    assert_eq!(berit.claims["sub"], crate::support::provider::subject(BERIT));
    let mut old = Browser::new(&provider);
    old.set_cookie("session", &first);
    assert_eq!(old.begin(&silent()).await.error(), "login_required");
    assert_eq!(Application::userinfo(&browser, &tokens.access_token).await.status, 401);
}

#[tokio::test]
async fn an_operator_ends_one_session_of_an_account_or_all_and_its_tokens_end_with_it() {
    let (provider, mut here) = signed_in().await;
    provider.pass(1);
    let mut elsewhere = Browser::new(&provider);
    elsewhere.log_in(&Application::web(), ANNA).await.code();
    let code = here.begin(&silent()).await.code();
    let token = Application::web().redeem(&here, &code).await.access_token;
    let by = Circumstances::of(Actor::Operator("test".to_owned()), provider.clock.now());
    let acts = &provider.app.provider;
    let sessions = acts.list_sessions(ANNA).await.unwrap();
    assert_eq!(sessions.len(), 2);
    let first = sessions.iter().min_by_key(|session| session.created_at).unwrap();
    assert_eq!(acts.end_sessions(ANNA, Some(&first.id), &by).await.unwrap(), 1);
    assert!(acts.end_sessions(ANNA, Some(&first.id), &by).await.is_err(), "it has ended");
    assert!(acts.end_sessions(BERIT, Some(&sessions[0].id), &by).await.is_err(), "not hers");
    assert_eq!(Application::userinfo(&here, &token).await.status, 401);
    assert_eq!(here.begin(&silent()).await.error(), "login_required");
    elsewhere.begin(&silent()).await.code();
    assert_eq!(acts.end_sessions(ANNA, None, &by).await.unwrap(), 1);
    assert_eq!(acts.end_sessions(ANNA, None, &by).await.unwrap(), 0);
    assert_eq!(elsewhere.begin(&silent()).await.error(), "login_required");
}

#[tokio::test]
async fn an_operator_forgets_a_remembered_browser_which_is_asked_for_a_link_again() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in_by_mail(&Application::idep(), (ANNA, ANNA_COMPANY), true).await.code();
    let acts = &provider.app.provider;
    let by = Circumstances::of(Actor::Operator("test".to_owned()), provider.clock.now());
    let marks = acts.list_browsers(ANNA).await.unwrap();
    assert_eq!(marks.len(), 1);
    assert!(acts.forget_browsers(BERIT, Some(&marks[0].id), &by).await.is_err(), "not hers");
    assert_eq!(acts.forget_browsers(ANNA, Some(&marks[0].id), &by).await.unwrap(), 1);
    let again = Application::idep().with("prompt", "login");
    let page = browser.begin(&again).await;
    browser.sign_in(&page, ANNA, PASSWORD).await.is(200, "email-address");
}
