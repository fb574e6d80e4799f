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
async fn a_mail_that_was_handed_over_is_told_with_its_time() {
    let (provider, mut browser, page) = waiting().await;
    provider.pass(120);
    provider.deliver().await;
    let page = browser.get(&page).await;
    assert_eq!(state(&page), "sent");
    assert!(page.body.contains("kl. 14.02"), "{}", page.body);
}

#[tokio::test]
async fn a_deferred_mail_is_told_and_tried_again_within_a_minute() {
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
async fn a_mail_server_that_is_down_is_never_a_verdict_on_the_login() {
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
async fn nothing_is_sent_after_its_link_has_ended() {
    let (provider, mut browser, page) = waiting().await;
    provider.relay.answer(deferred(Cause::Unreachable));
    provider.deliver().await;
    provider.pass(1_800);
    provider.deliver().await;
    assert!(provider.mails().is_empty());
    browser.get(&page).await.is(200, "email-submit");
}

#[tokio::test]
async fn an_address_refused_for_good_lets_one_choose_another_at_no_cost() {
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
async fn the_script_is_told_how_it_ended() {
    let (provider, mut browser, page) = waiting().await;
    browser.confirm_last_link().await.code();
    let events = browser.get(&format!("{page}/events")).await;
    assert_eq!(events.header("content-type"), "text/event-stream");
    assert!(events.body.contains("\"state\":\"done\""), "{}", events.body);
    let stranger = Browser::new(&provider).get(&format!("{page}/events")).await;
    assert!(stranger.body.contains("\"state\":\"expired\"") && !stranger.body.contains("done"));
}
