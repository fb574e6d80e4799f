//! The e-mail step.

use crate::support::{
    ANNA, ANNA_COMPANY, ANNA_DISPATCHES, Application, BERIT_COMPANY, Browser, NILS, PASSWORD,
    Setup, TestProvider,
};

#[tokio::test]
async fn an_unknown_address_and_malformed_input_get_the_same_response() {
    let provider = TestProvider::start().await;
    let mut pages = Vec::new();
    let typed = [
        "nobody@scb.se",
        "no address",
        "a@b@c",
        BERIT_COMPANY,
        "\u{1}",
        "@",
        "Ma ... ge@Sc ... se",
    ];
    for (network, typed) in (1..).zip(typed) {
        let mut browser = Browser::new(&provider).at([203, 0, network, 1]);
        let page = browser.log_in(&Application::idep(), ANNA).await;
        let answer = browser.type_address(&page, typed, false).await;
        let field = answer.body.find("id=\"email-address\"").unwrap();
        let value = answer.body[field..].find("value=\"").unwrap() + field + 7;
        let end = answer.body[value..].find('"').unwrap() + value;
        let token = &page.form("email-submit").fields[0].1;
        let mut body = answer.body.clone();
        body.replace_range(value..end, "");
        let neutral = body.replace(token, "…").replace(&page.path, "…");
        pages.push((typed, answer.status, neutral));
    }
    for page in &pages {
        assert_eq!((page.1, &page.2), (422, &pages[0].2), "{}", page.0);
    }
    provider.deliver().await;
    assert!(provider.mails().is_empty());
}

#[tokio::test]
async fn an_empty_address_is_a_field_error_and_no_attempt() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let page = browser.log_in(&Application::idep(), ANNA).await;
    for _ in 0..6 {
        browser.type_address(&page, "  ", false).await.is(422, "email-address-error");
    }
    browser.type_address(&page, ANNA_COMPANY, false).await.is(200, "sent-page");
}

#[tokio::test]
async fn five_wrong_addresses_ask_the_password_again_and_end_all_links() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let waiting = browser.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
    provider.deliver().await;
    let link = provider.last_link();
    let confirm = browser.get(&link).await.form("link-confirm");
    let page = browser.get(&format!("{}?step=email", waiting.path)).await;
    for _ in 0..4 {
        browser.type_address(&page, "x@scb.se", false).await.is(422, "email-address-error");
    }
    let anew = browser.type_address(&page, "x@scb.se", false).await;
    anew.is(200, "login-submit");
    assert_ne!(anew.path, waiting.path, "a new interaction");
    browser.get(&link).await.is(410, "link-dead-page");
    browser.submit(&confirm).await.is(410, "link-dead-page");
    browser.get(&waiting.path).await.is(200, "interaction-ended-page");
    let page = browser.sign_in(&anew, ANNA, PASSWORD).await;
    page.is(200, "email-submit");
    provider.pass(2);
    browser.type_address(&page, ANNA_COMPANY, false).await.is(200, "sent-page");
    let back = browser.confirm_last_link().await;
    back.code();
    assert_eq!(back.parameter("state").as_deref(), Some("st-1"), "the request is kept");
}

#[tokio::test]
async fn guessed_addresses_are_delayed_even_if_the_password_is_right_in_between() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let mut page = browser.log_in(&Application::idep(), ANNA).await;
    let email = page.clone();
    for _ in 0..5 {
        page = browser.type_address(&email, "x@scb.se", false).await;
    }
    let email = browser.sign_in(&page, ANNA, PASSWORD).await;
    let mut waits = Vec::new();
    for _ in 0..3 {
        let mut waited = 0;
        while browser.type_address(&email, "x@scb.se", false).await.status == 429 {
            provider.pass(1);
            waited += 1;
        }
        waits.push(waited);
    }
    assert_eq!(waits, [2, 4, 8]);
    // Right or wrong, nothing is looked at meanwhile; elsewhere nothing is delayed.
    browser.type_address(&email, ANNA_COMPANY, false).await.is(429, "email-address-error");
    let mut elsewhere = Browser::new(&provider).at([203, 0, 113, 1]);
    elsewhere.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
    provider.deliver().await;
    provider.pass(16);
    browser.type_address(&email, ANNA_COMPANY, false).await.is(200, "sent-page");
    browser.confirm_last_link().await.code();
}

#[tokio::test]
async fn an_account_without_address_gets_an_error_page_and_cannot_complete_the_login() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let page = browser.log_in(&Application::idep(), NILS).await;
    page.is(200, "no-address-page");
    assert!(page.body.contains("helpdesk@example.se"));
    let back = browser.press(&page, "login-cancel").await;
    assert_eq!(back.error(), "unmet_authentication_requirements");
    assert!(browser.cookie("session").is_none());
}

#[tokio::test]
async fn accounts_without_address_may_log_in_by_password_if_configured() {
    let provider = Setup::new().settings("[step_up]\nno_address = \"allow\"\n").start().await;
    let mut browser = Browser::new(&provider);
    let idep = Application::idep();
    let code = browser.log_in(&idep, NILS).await.code();
    assert_eq!(idep.redeem(&browser, &code).await.claims["acr"], crate::support::PWD);
    let demand = format!(
        r#"{{"id_token":{{"acr":{{"essential":true,"values":["{}"]}}}}}}"#,
        crate::support::EMAIL
    );
    let mut other = Browser::new(&provider);
    let page = other.log_in(&idep.with("claims", &demand), NILS).await;
    page.is(200, "no-address-page");
}

#[tokio::test]
async fn mails_per_account_are_limited_per_hour_and_the_page_shows_when_the_next_is_possible() {
    let provider = Setup::new().settings("[limits]\nmails_per_hour = 3\n").start().await;
    let mut first = Browser::new(&provider);
    first.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
    let mut browser = Browser::new(&provider);
    let page = browser.log_in(&Application::idep(), ANNA).await;
    let held = browser.type_address(&page, ANNA_COMPANY, false).await;
    held.is(429, "email-address-error");
    assert!(held.body.contains("för ditt konto den senaste timmen"), "{}", held.body);
    assert!(held.body.contains("från kl. 15:00"), "{}", held.body);
    assert_eq!(held.header("retry-after"), "3600");
    provider.deliver().await;
    assert_eq!(provider.mails().len(), 1, "a network of strangers has a share of three");
    let mut elsewhere = Browser::new(&provider).at([203, 0, 113, 1]);
    elsewhere.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
    let mut nowhere = Browser::new(&provider).at([198, 51, 100, 1]);
    let page = nowhere.log_in(&Application::idep(), ANNA).await;
    nowhere.type_address(&page, ANNA_COMPANY, false).await.is(429, "email-address-error");
    // The browser that has completed a login has the third for itself.
    let confirm = first.get(&provider.links()[0]).await;
    first.press(&confirm, "link-confirm").await.code();
    first.forget_cookie("session");
    let page = first.begin(&Application::idep()).await;
    let page = first.sign_in(&page, ANNA, PASSWORD).await;
    first.type_address(&page, ANNA_COMPANY, false).await.is(200, "sent-page");
    provider.pass(3_600);
    let page = browser.begin(&Application::idep()).await;
    let page = browser.sign_in(&page, ANNA, PASSWORD).await;
    browser.type_address(&page, ANNA_COMPANY, false).await.is(200, "sent-page");
}

#[tokio::test]
async fn mails_to_one_address_are_a_minute_apart_for_all_logins_and_browsers() {
    let provider = Setup::new().mail_rest(60).start().await;
    let mut browser = Browser::new(&provider);
    let sent = browser.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
    provider.pass(30);
    // Another address form of the same login, another login, and another browser.
    let choose = browser.get(&format!("{}?step=email", sent.path)).await;
    let held = browser.type_address(&choose, "MAGNUS.LANGE@scb.se", false).await;
    held.is(429, "email-address-error");
    assert!(held.body.contains("Vi skickade nyss ett mejl till den adressen"), "{}", held.body);
    assert_eq!(held.header("retry-after"), "30");
    let page = browser.log_in(&Application::idep().with("ui_locales", "en"), ANNA).await;
    let held = browser.type_address(&page, ANNA_COMPANY, false).await;
    held.is(429, "email-address-error");
    assert!(held.body.contains("We have just sent an email to that address"), "{}", held.body);
    let mut other = Browser::new(&provider);
    let page = other.log_in(&Application::idep(), ANNA).await;
    other.type_address(&page, ANNA_COMPANY, false).await.is(429, "email-address-error");
    browser.press(&sent, "sent-resend").await.is(200, "sent-page");
    other.type_address(&page, ANNA_DISPATCHES, false).await.is(200, "sent-page");
    provider.deliver().await;
    assert_eq!(provider.mails().len(), 2, "one to each address");
    provider.pass(30);
    browser.press(&sent, "sent-resend").await.is(200, "sent-page");
    provider.deliver().await;
    assert_eq!(provider.mails().len(), 3);
}
