//! A form that comes twice: a double click, a lost answer, a page that was reloaded. The browser
//! looks at the second answer alone.

use crate::support::Form;
use crate::support::{ANNA, ANNA_COMPANY, Answer, Application, BERIT, Browser, PASSWORD, Setup};
use crate::support::{REMEMBERED, TestProvider};

const ASKING: &str = r#"
[[client]]
client_id = "asking"
client_secret = "0123456789abcdef0123456789abcdef"
redirect_uris = ["https://rp.example/cb"]
first_party = false
required_acr = "pwd"
"#;

/// Sends a form twice, before the answer to the first has come.
async fn twice(browser: &mut Browser, form: &Form) -> [Answer; 2] {
    let mut late = browser.clone();
    let first = browser.submit(form).await;
    let second = late.submit(form).await;
    *browser = late;
    [first, second]
}

#[track_caller]
fn are_alike([first, second]: &[Answer; 2]) {
    assert!(first.location().starts_with("https://rp.example/cb?"), "{}", first.body);
    assert_eq!(first.location(), second.location());
    assert_eq!(first.cookies(), second.cookies());
}

fn password(page: &Answer, name: &str) -> Form {
    page.form("login-submit").with("username", name).with("password", PASSWORD)
}

/// A browser that looks at the form of its link.
async fn at_the_link(provider: &TestProvider, skip: bool) -> (Browser, Form) {
    let mut browser = Browser::new(provider);
    let page = browser.log_in(&Application::idep(), ANNA).await;
    browser.type_address(&page, ANNA_COMPANY, skip).await.is(200, "sent-page");
    provider.deliver().await;
    let form = browser.get(&provider.last_link()).await.form("link-confirm");
    (browser, form)
}

#[tokio::test]
async fn a_double_click_on_a_link_confirmation_gets_the_same_response_on_both_databases() {
    for provider in Setup::new().start_on_both().await {
        let (mut browser, form) = at_the_link(&provider, true).await;
        let answers = twice(&mut browser, &form).await;
        are_alike(&answers);
        let idep = Application::idep();
        idep.redeem(&browser, &answers[1].code()).await;
        browser.begin(&idep.clone().with("prompt", "none")).await.code();
        browser.forget_cookie("session");
        let code = browser.log_in(&idep, ANNA).await.code();
        let tokens = idep.redeem(&browser, &code).await;
        assert_eq!(tokens.claims["acr"], REMEMBERED, "the mark came with it");
    }
}

#[tokio::test]
async fn repeated_passwords_consents_and_refusals_get_the_same_response() {
    let provider = Setup::new().settings(ASKING).start().await;
    let mut browser = Browser::new(&provider);
    let web = Application::web();
    let page = browser.begin(&web).await;
    let answers = twice(&mut browser, &password(&page, ANNA)).await;
    are_alike(&answers);
    web.redeem(&browser, &answers[1].code()).await;
    browser.begin(&web.clone().with("prompt", "none")).await.code();

    let asking = Application::new("asking").with("prompt", "login consent");
    let page = browser.begin(&asking).await;
    let [first, second] = twice(&mut browser, &password(&page, ANNA)).await;
    assert!(first.location().starts_with("/interaction/"), "on to the question");
    assert_eq!((first.location(), first.cookies()), (second.location(), second.cookies()));
    let page = browser.get(second.location()).await;
    let answers = twice(&mut browser, &page.form("consent-allow")).await;
    are_alike(&answers);
    asking.redeem(&browser, &answers[1].code()).await;

    for button in ["consent-deny", "login-cancel"] {
        let asked = if button == "login-cancel" { "login" } else { "consent" };
        let page = browser.begin(&Application::new("asking").with("prompt", asked)).await;
        let answers = twice(&mut browser, &page.form(button)).await;
        are_alike(&answers);
        assert_eq!(answers[1].error(), "access_denied");
    }
}

#[tokio::test]
async fn a_step_up_whose_link_is_confirmed_twice_keeps_its_session() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::web(), ANNA).await.code();
    let page = browser.begin(&Application::idep()).await;
    browser.type_address(&page, ANNA_COMPANY, false).await.is(200, "sent-page");
    provider.deliver().await;
    let form = browser.get(&provider.last_link()).await.form("link-confirm");
    let answers = twice(&mut browser, &form).await;
    are_alike(&answers);
    Application::idep().redeem(&browser, &answers[1].code()).await;
    browser.begin(&Application::idep().with("prompt", "none")).await.code();
}

#[tokio::test]
async fn a_repeated_confirmation_by_another_browser_or_later_is_refused() {
    let provider = TestProvider::start().await;
    let (mut browser, form) = at_the_link(&provider, false).await;
    let code = browser.submit(&form).await.code();
    Browser::new(&provider).submit(&form).await.is(410, "link-dead-page");
    let unproven = Form { fields: Vec::new(), ..form.clone() };
    browser.submit(&unproven).await.is(410, "link-dead-page");
    provider.pass(30);
    assert_eq!(browser.submit(&form).await.code(), code);
    provider.pass(1);
    browser.submit(&form).await.is(410, "link-dead-page");

    provider.pass(60);
    let (mut browser, form) = at_the_link(&provider, false).await;
    let code = browser.submit(&form).await.code();
    Application::idep().redeem(&browser, &code).await;
    browser.submit(&form).await.is(410, "link-dead-page");

    provider.pass(60);
    let (mut browser, form) = at_the_link(&provider, false).await;
    browser.submit(&form).await.code();
    let asked = browser.get("/end_session").await;
    browser.press(&asked, "logout-confirm").await.is(200, "logout-done");
    browser.submit(&form).await.is(410, "link-dead-page");
}

#[tokio::test]
async fn a_repeated_submission_needs_the_right_password_of_the_same_account() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let page = browser.begin(&Application::web()).await;
    let code = browser.sign_in(&page, ANNA, PASSWORD).await.code();
    for (name, typed) in [(ANNA, "fel"), (BERIT, PASSWORD)] {
        let answer = browser.sign_in(&page, name, typed).await;
        assert_eq!(answer.parameter("code"), None, "{name} {typed}");
        assert!(answer.has("interaction-ended-page"), "{}", answer.body);
    }
    assert_eq!(browser.sign_in(&page, ANNA, PASSWORD).await.code(), code);
}

#[tokio::test]
async fn a_repeated_consent_is_answered_only_in_the_session_of_the_first() {
    let provider = Setup::new().settings(ASKING).start().await;
    let mut browser = Browser::new(&provider);
    let login = browser.begin(&Application::new("asking")).await;
    let page = browser.sign_in(&login, ANNA, PASSWORD).await;
    let form = page.is(200, "consent-allow").form("consent-allow");
    let code = browser.submit(&form).await.code();
    let mut without = browser.clone();
    without.forget_cookie("session");
    assert_eq!(without.submit(&form).await.parameter("code"), None);
    assert_eq!(browser.submit(&form).await.code(), code);
}
