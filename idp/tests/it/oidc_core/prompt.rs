//! Section 3.1.2.1: `prompt`, `max_age` and `auth_time`.

use crate::support::{
    ANNA, ANNA_COMPANY, Application, Browser, EMAIL, NOW, PASSWORD, PWD, REMEMBERED, Setup,
    TestProvider,
};

#[tokio::test]
async fn prompt_none_shows_no_page_and_sends_no_mail() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let silent = |application: Application| application.with("prompt", "none");
    let answer = browser.get(&silent(Application::web()).request()).await;
    assert_eq!(answer.error(), "login_required");
    assert!(answer.cookies().is_empty());
    browser.log_in(&Application::web(), ANNA).await.code();
    browser.get(&silent(Application::web()).request()).await.code();
    let answer = browser.get(&silent(Application::idep()).request()).await;
    assert_eq!(answer.error(), "interaction_required");
    assert!(answer.cookies().is_empty());
    let answer = browser.get(&silent(Application::web().with("max_age", "0")).request()).await;
    assert_eq!(answer.error(), "login_required");
    provider.deliver().await;
    assert!(provider.mails().is_empty());
}

/// P23.
#[tokio::test]
async fn prompt_none_writes_only_the_issued_grant() {
    for provider in Setup::new().start_on_both().await {
        let mut browser = Browser::new(&provider);
        let silent = |application: Application| application.with("prompt", "none").request();
        let empty = provider.rows().await;
        browser.get(&silent(Application::web())).await.error();
        assert_eq!(provider.rows().await, empty);
        browser.log_in(&Application::web(), ANNA).await.code();
        let before = provider.rows().await;
        assert_ne!(before, empty);
        for refused in [
            Application::idep(),
            Application::web().with("max_age", "0"),
            Application::web().with("scope", "cosmos"),
            Application::web().with("id_token_hint", "a.b.c"),
        ] {
            browser.get(&silent(refused)).await.error();
            assert_eq!(provider.rows().await, before);
        }
        browser.get(&silent(Application::web())).await.code();
        let after = provider.rows().await;
        let changed = after.iter().filter(|(table, rows)| before[*table] != **rows);
        assert_eq!(
            changed.map(|(table, _)| table.as_str()).collect::<Vec<_>>(),
            ["events", "grants"]
        );
    }
}

#[tokio::test]
async fn prompt_none_succeeds_with_the_session_if_a_stronger_acr_is_only_preferred() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::web(), ANNA).await.code();
    let wish = Application::web().with("prompt", "none").with("acr_values", EMAIL);
    let code = browser.begin(&wish).await.code();
    assert_eq!(wish.redeem(&browser, &code).await.claims["acr"], PWD);
}

#[tokio::test]
async fn prompt_login_and_select_account_require_the_password_and_update_auth_time() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let web = Application::web();
    let code = browser.log_in(&web, ANNA).await.code();
    let first = web.redeem(&browser, &code).await;
    assert_eq!(first.claims["auth_time"], NOW.0);
    for (number, prompt) in
        ["login", "select_account", "login select_account"].into_iter().enumerate()
    {
        provider.pass(10);
        let asked = web.clone().with("prompt", prompt);
        let page = browser.begin(&asked).await;
        page.is(200, "login-submit");
        let code = browser.sign_in(&page, ANNA, PASSWORD).await.code();
        let tokens = web.redeem(&browser, &code).await;
        assert_eq!(tokens.claims["auth_time"], NOW.0 + 10 * (number as i64 + 1), "{prompt}");
        assert_eq!(tokens.claims["sub"], first.claims["sub"]);
    }
}

#[tokio::test]
async fn single_sign_on_shows_no_page_and_keeps_auth_time() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::web(), ANNA).await.code();
    let session = browser.cookie("session");
    for application in [Application::web(), Application::public(), Application::eddsa()] {
        provider.pass(100);
        let back = browser.get(&application.request()).await;
        assert!(back.cookies().is_empty());
        let tokens = application.redeem(&browser, &back.code()).await;
        assert_eq!(tokens.claims["auth_time"], NOW.0, "{}", application.id);
        assert_eq!(tokens.claims["aud"], serde_json::json!([application.id]));
    }
    assert_eq!(browser.cookie("session"), session);
}

#[tokio::test]
async fn max_age_asks_the_password_once_the_login_is_older() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::web(), ANNA).await.code();
    let young = Application::web().with("max_age", "60");
    provider.pass(60);
    let code = browser.begin(&young).await.code();
    assert_eq!(young.redeem(&browser, &code).await.claims["auth_time"], NOW.0);
    provider.pass(1);
    let code = browser.log_in(&young, ANNA).await.code();
    assert_eq!(young.redeem(&browser, &code).await.claims["auth_time"], NOW.0 + 61);
    let newest = Application::web().with("max_age", "0");
    browser.log_in(&newest, ANNA).await.code();
    browser.begin(&newest).await.is(200, "login-submit");
}

#[tokio::test]
async fn max_age_holds_until_the_mailed_link_is_confirmed() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::web(), ANNA).await.code();
    provider.pass(1_000);
    let idep = Application::idep();
    let page = browser.begin(&idep.with("max_age", "1800")).await;
    provider.pass(500);
    browser.type_address(&page, ANNA_COMPANY, false).await.is(200, "sent-page");
    provider.pass(301);
    let dead = browser.confirm_last_link().await;
    dead.is(410, "link-dead-page");
    assert!(dead.body.contains("Länken gäller inte längre"), "{}", dead.body);
}

#[tokio::test]
async fn an_email_step_up_requires_no_password_and_keeps_auth_time() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::web(), ANNA).await.code();
    provider.pass(500);
    let idep = Application::idep();
    let page = browser.begin(&idep).await;
    page.is(200, "email-submit");
    browser.type_address(&page, ANNA_COMPANY, true).await.is(200, "sent-page");
    provider.pass(100);
    let code = browser.confirm_last_link().await.code();
    let tokens = idep.redeem(&browser, &code).await;
    assert_eq!(
        (&tokens.claims["acr"], &tokens.claims["auth_time"]),
        (&EMAIL.into(), &NOW.0.into())
    );
    let code = browser.begin(&idep.clone().with("prompt", "none")).await.code();
    let again = idep.redeem(&browser, &code).await;
    assert_eq!((&again.claims["acr"], &again.claims["auth_time"]), (&EMAIL.into(), &NOW.0.into()));
    // The mark lifts a later session, too, and does not move it either.
    browser.forget_cookie("session");
    provider.pass(10);
    browser.log_in(&Application::web(), ANNA).await.code();
    provider.pass(10);
    let code = browser.begin(&idep).await.code();
    let marked = idep.redeem(&browser, &code).await;
    assert_eq!(marked.claims["acr"], REMEMBERED);
    assert_eq!(marked.claims["auth_time"], NOW.0 + 610);
}

#[tokio::test]
async fn a_step_up_ends_with_the_session_it_strengthens() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::web(), ANNA).await.code();
    let page = browser.begin(&Application::idep()).await;
    browser.type_address(&page, ANNA_COMPANY, false).await.is(200, "sent-page");
    let logout = browser.get("/end_session").await;
    browser.press(&logout, "logout-confirm").await.is(200, "logout-done");
    provider.deliver().await;
    let page = browser.get(&provider.last_link()).await;
    let answer = browser.press(&page, "link-confirm").await;
    answer.is(410, "link-dead-page");
}
