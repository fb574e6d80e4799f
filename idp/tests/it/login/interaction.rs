//! The interaction: bound to its browser, one request each, ended once.

use crate::support::{
    ANNA, ANNA_COMPANY, Answer, Application, BERIT, Browser, PASSWORD, TestProvider,
};

#[tokio::test]
async fn an_interaction_without_its_browser_cookie_is_answered_like_an_unknown_one() {
    let provider = TestProvider::start().await;
    let mut owner = Browser::new(&provider);
    let page = owner.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
    let own = page.path.clone();
    let unknown = format!("/interaction/{}", "0".repeat(26));
    let token = page.form("sent-resend").fields[0].1.clone();
    let mut without = Browser::new(&provider);
    let mut of_another = Browser::new(&provider);
    of_another.begin(&Application::idep()).await;
    for browser in [&mut without, &mut of_another] {
        for step in ["", "/password", "/email", "/resend", "/cancel", "?step=email", "/x"] {
            let fields = [("csrf", token.as_str()), ("email", ANNA_COMPANY), ("username", ANNA)];
            let neutral = |answer: &Answer, id: &str| {
                let mut headers = answer.headers.clone();
                headers.remove("x-request-id");
                headers.remove("content-length");
                let headers = format!("{headers:?}").replace(id, "…");
                (answer.status, headers, answer.neutral(&[id]))
            };
            let mut answers = Vec::new();
            for id in [&own, &unknown] {
                let got = browser.get(&format!("{id}{step}")).await;
                let posted = browser.post(&format!("{id}{step}"), &fields).await;
                answers.push((neutral(&got, id), neutral(&posted, id)));
            }
            assert_eq!(answers[0], answers[1], "{step}");
        }
    }
    owner.get(&own).await.is(200, "sent-page");
}

#[tokio::test]
async fn two_logins_in_one_browser_do_not_touch_each_other() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let first = Application::idep().with("state", "first");
    let second = Application::idep().with("state", "second");
    let page_1 = browser.begin(&first).await;
    let page_2 = browser.begin(&second).await;
    let page_1 = browser.sign_in(&page_1, ANNA, PASSWORD).await;
    browser.get(&page_2.path).await.is(200, "login-submit");
    browser.type_address(&page_1, ANNA_COMPANY, false).await.is(200, "sent-page");
    provider.deliver().await;
    let page_2 = browser.sign_in(&page_2, ANNA, PASSWORD).await;
    page_2.is(200, "email-submit");
    browser.type_address(&page_2, ANNA_COMPANY, false).await.is(200, "sent-page");
    provider.deliver().await;
    let links = provider.links();
    let page = browser.get(&links[0]).await;
    let back = browser.press(&page, "link-confirm").await;
    assert_eq!(back.parameter("state").as_deref(), Some("first"));
    browser.get(&page_2.path).await.is(200, "sent-page");
    let page = browser.get(&links[1]).await;
    let back = browser.press(&page, "link-confirm").await;
    assert_eq!(back.parameter("state").as_deref(), Some("second"));
}

#[tokio::test]
async fn two_accounts_in_two_tabs_get_their_own_tokens() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let web = Application::web();
    let (page_1, page_2) = (browser.begin(&web).await, browser.begin(&web).await);
    let anna = browser.sign_in(&page_1, ANNA, PASSWORD).await.code();
    let subject = |tokens: crate::support::Tokens| tokens.claims["sub"].clone();
    assert_eq!(subject(web.redeem(&browser, &anna).await), format!("sub-{ANNA}"));
    let berit = browser.sign_in(&page_2, BERIT, PASSWORD).await.code();
    assert_eq!(subject(web.redeem(&browser, &berit).await), format!("sub-{BERIT}"));
}

#[tokio::test]
async fn cancelling_goes_back_with_access_denied_from_every_step() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let password = browser.begin(&Application::idep()).await;
    let back = browser.press(&password, "login-cancel").await;
    let told = |name: &str| back.parameter(name);
    assert_eq!(back.error(), "access_denied");
    assert_eq!(told("state").as_deref(), Some("st-1"));
    assert_eq!(told("iss").as_deref(), Some(crate::support::ISSUER));
    browser.get(&password.path).await.is(200, "interaction-ended-page");
    browser.sign_in(&password, ANNA, PASSWORD).await.is(200, "interaction-ended-page");
    let email = browser.log_in(&Application::idep(), ANNA).await;
    assert_eq!(browser.press(&email, "login-cancel").await.error(), "access_denied");
    browser.type_address(&email, ANNA_COMPANY, false).await.is(200, "interaction-ended-page");
    let sent = browser.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
    assert_eq!(browser.press(&sent, "login-cancel").await.error(), "access_denied");
    assert!(browser.cookie("session").is_none());
    provider.deliver().await;
    assert!(provider.mails().is_empty(), "a mail that lost its meaning is not sent");
}

#[tokio::test]
async fn an_interaction_expires_after_an_hour() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let asked = Application::idep().with("prompt", "login");
    let page = browser.begin(&asked).await;
    provider.pass(3_599);
    browser.get(&page.path).await.is(200, "login-submit");
    provider.pass(1);
    let ended = browser.get(&page.path).await;
    ended.is(200, "interaction-ended-page");
    browser.sign_in(&page, ANNA, PASSWORD).await.is(200, "interaction-ended-page");
}

#[tokio::test]
async fn a_link_mailed_late_keeps_its_interaction_alive() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let page = browser.log_in(&Application::idep(), ANNA).await;
    provider.pass(3_500);
    browser.type_address(&page, ANNA_COMPANY, false).await.is(200, "sent-page");
    provider.pass(1_700);
    browser.confirm_last_link().await.code();
}

#[tokio::test]
async fn a_submitted_step_that_is_not_the_current_one_changes_nothing() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let page = browser.begin(&Application::idep()).await;
    let token = page.form("login-submit").fields[0].1.clone();
    let step = |name: &str| format!("{}/{name}", page.path);
    let fields = [("csrf", token.as_str()), ("email", ANNA_COMPANY)];
    for name in ["email", "resend"] {
        let answer = browser.post(&step(name), &fields).await;
        browser.follow(answer).await.is(200, "login-submit");
    }
    let email = browser.sign_in(&page, ANNA, PASSWORD).await;
    email.is(200, "email-submit");
    // A second click on the button of the password form.
    browser.sign_in(&page, ANNA, PASSWORD).await.is(200, "email-submit");
    let answer = browser.post(&step("resend"), &fields).await;
    browser.follow(answer).await.is(200, "email-submit");
    provider.deliver().await;
    assert!(provider.mails().is_empty());
    browser.type_address(&email, ANNA_COMPANY, false).await.is(200, "sent-page");
    assert_eq!(browser.confirm_last_link().await.parameter("state").as_deref(), Some("st-1"));
}

#[tokio::test]
async fn the_language_follows_the_request_and_can_be_changed_on_the_way() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider).with("accept-language", "de, en;q=0.8");
    let page = browser.begin(&Application::idep()).await;
    assert!(page.body.contains("<html lang=\"en\">"));
    let page = browser.begin(&Application::idep().with("ui_locales", "se sv")).await;
    assert!(page.body.contains("<html lang=\"sv\">"));
    let page = browser.get(&format!("{}?ui_locales=en", page.path)).await;
    assert!(page.body.contains("<html lang=\"en\">"));
    assert_eq!(page.header("content-language"), "en");
    let page = browser.sign_in(&page, ANNA, PASSWORD).await;
    assert!(page.body.contains("<html lang=\"en\">"));
    browser.type_address(&page, ANNA_COMPANY, false).await;
    provider.deliver().await;
    let mail = String::from_utf8_lossy(provider.mails()[0].raw()).into_owned();
    assert!(mail.contains("Subject: ") && !mail.contains("Slutf"), "{mail}");
}
