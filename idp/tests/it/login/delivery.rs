//! What the waiting page tells of the mail, and what a failing mail server can and cannot do.

use idp::mail::{Cause, Outcome};

use crate::support::{
    ANNA, ANNA_COMPANY, ANNA_DISPATCHES, Answer, Application, Browser, TestProvider,
};

fn state(page: &Answer) -> String {
    page.is(200, "sent-page");
    page.attribute("sent-status", "data-state").unwrap()
}

async fn waiting() -> (TestProvider, Browser, String) {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let page = browser.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
    assert_eq!(state(&page), "queued");
    (provider, browser, page.path)
}

fn deferred(cause: Cause) -> Outcome {
    Outcome::Deferred { cause, reply: "451 later".to_owned() }
}

#[tokio::test]
async fn the_page_shows_when_a_mail_was_sent() {
    let (provider, mut browser, page) = waiting().await;
    provider.pass(120);
    provider.deliver().await;
    let page = browser.get(&page).await;
    assert_eq!(state(&page), "sent");
    assert!(page.body.contains("kl. 14.02"), "{}", page.body);
}

#[tokio::test]
async fn the_page_shows_a_deferred_mail_which_is_retried_soon() {
    let (provider, mut browser, page) = waiting().await;
    provider.relay.answer(deferred(Cause::Busy));
    provider.deliver().await;
    assert_eq!(state(&browser.get(&page).await), "deferred");
    provider.pass(75);
    provider.deliver().await;
    assert_eq!(state(&browser.get(&page).await), "sent");
    browser.confirm_last_link().await.code();
    assert_eq!(provider.mails().len(), 1);
}

#[tokio::test]
async fn an_unreachable_mail_server_only_delays_the_login() {
    let (provider, mut browser, page) = waiting().await;
    for _ in 0..5 {
        provider.relay.answer(deferred(Cause::Unreachable));
        provider.deliver().await;
        provider.pass(300);
    }
    assert_eq!(state(&browser.get(&page).await), "deferred");
    provider.deliver().await;
    let stale = provider.mails().len();
    assert_eq!(stale, 1, "it is sent once the server is back");
    browser.confirm_last_link().await.code();
}

#[tokio::test]
async fn no_mail_is_sent_after_its_link_has_expired() {
    let (provider, mut browser, page) = waiting().await;
    provider.relay.answer(deferred(Cause::Unreachable));
    provider.deliver().await;
    provider.pass(1_800);
    provider.deliver().await;
    assert!(provider.mails().is_empty());
    browser.get(&page).await.is(200, "email-submit");
}

#[tokio::test]
async fn after_a_permanently_refused_address_another_one_can_be_entered_without_penalty() {
    let (provider, mut browser, page) = waiting().await;
    for _ in 0..3 {
        provider.relay.answer(Outcome::Refused { reply: "550 no such user".to_owned() });
        provider.deliver().await;
        let form = browser.get(&page).await;
        form.is(200, "email-address-error");
        provider.pass(10);
        browser.type_address(&form, ANNA_DISPATCHES, false).await.is(200, "sent-page");
    }
    provider.deliver().await;
    assert_eq!(provider.mails()[0].recipient(), ANNA_DISPATCHES);
    browser.confirm_last_link().await.code();
}

#[tokio::test]
async fn one_bad_address_blocks_no_other() {
    let (provider, mut browser, _) = waiting().await;
    let mut other = Browser::new(&provider);
    other.ask_for_link(&Application::idep(), ANNA, ANNA_DISPATCHES).await;
    provider.relay.answer(Outcome::Refused { reply: "550 no such user".to_owned() });
    provider.deliver().await;
    assert_eq!(provider.mails().len(), 1);
    browser.begin(&Application::idep()).await.is(200, "login-submit");
}

#[tokio::test]
async fn the_event_stream_reports_the_end_of_the_login_only_to_its_browser() {
    let (provider, mut browser, page) = waiting().await;
    browser.confirm_last_link().await.code();
    let events = browser.get(&format!("{page}/events")).await;
    assert_eq!(events.header("content-type"), "text/event-stream");
    assert!(events.body.contains("\"state\":\"done\""), "{}", events.body);
    let stranger = Browser::new(&provider).get(&format!("{page}/events")).await;
    assert!(stranger.body.contains("\"state\":\"expired\"") && !stranger.body.contains("done"));
}
