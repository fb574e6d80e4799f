//! Every page that ends something has one way on, which fits what the application still knows.

use crate::rfc9126::pushed;
use crate::support::{ANNA, ANNA_COMPANY, Answer, Application, BERIT, Browser, NILS, PASSWORD};
use crate::support::{Setup, TestProvider};

const CLIENTS: &str = r#"
[[client]]
client_id = "home"
client_secret = "0123456789abcdef0123456789abcdef"
client_uri = "https://rp.example/home"
redirect_uris = ["https://rp.example/cb"]
required_acr = "pwd-email-remembered"
[[client]]
client_id = "start"
client_secret = "0123456789abcdef0123456789abcdef"
client_uri = "https://rp.example/home"
initiate_login_uri = "https://rp.example/begin"
redirect_uris = ["https://rp.example/cb"]
required_acr = "pwd-email-remembered"
"#;
const HOME: &str = "https://rp.example/home";
const BEGIN: &str = "https://rp.example/begin?iss=https%3A%2F%2Flogin.example.se";

fn home() -> Application {
    Application::new("home")
}

/// Where a page leads on; nothing when its words must do.
fn way(page: &Answer) -> Option<String> {
    assert!(page.body.matches(" id=\"onward\"").count() < 2, "one way on: {}", page.body);
    page.attribute("onward", "href")
}

/// A browser at the waiting page of a login, and its link.
async fn waiting(application: &Application) -> (TestProvider, Browser, Answer, String) {
    let provider = Setup::new().settings(CLIENTS).start().await;
    let mut browser = Browser::new(&provider);
    let page = browser.ask_for_link(application, ANNA, ANNA_COMPANY).await;
    provider.deliver().await;
    let link = provider.last_link();
    (provider, browser, page, link)
}

#[tokio::test]
async fn the_request_link_after_a_login_is_shown_only_while_the_code_is_unused_and_recent() {
    let (provider, mut browser, page, link) = waiting(&home()).await;
    let back = browser.confirm_last_link().await;
    for page in [browser.get(&page.path).await, browser.get(&link).await] {
        let again = way(&page).unwrap();
        assert!(again.starts_with("/authorize?") && again.contains("state=st-1"), "{again}");
        // Another code for the same state, without a question.
        assert_eq!(browser.get(&again).await.parameter("state").as_deref(), Some("st-1"));
    }
    home().redeem(&browser, &back.code()).await;
    for page in [browser.get(&page.path).await, browser.get(&link).await] {
        assert_eq!(way(&page).as_deref(), Some(HOME), "the application has forgotten the state");
    }
    let there = Browser::new(&provider).get(&link).await;
    assert_eq!(way(&there).as_deref(), Some(HOME), "another browser has no request to repeat");

    let (provider, mut browser, page, link) = waiting(&Application::new("start")).await;
    browser.confirm_last_link().await.code();
    provider.pass(1_800);
    for page in [browser.get(&page.path).await, browser.get(&link).await] {
        assert_eq!(way(&page).as_deref(), Some(BEGIN), "nobody waits that long");
    }
}

#[tokio::test]
async fn after_a_pushed_request_ended_pages_link_to_the_application() {
    let provider = Setup::new().settings(CLIENTS).start().await;
    let mut browser = Browser::new(&provider);
    let begun = browser.get(&pushed(&provider, &home()).await).await;
    let login = browser.follow(begun).await;
    let email = browser.sign_in(&login, ANNA, PASSWORD).await;
    let page = browser.type_address(&email, ANNA_COMPANY, false).await;
    browser.confirm_last_link().await.code();
    for page in [browser.get(&page.path).await, browser.get(&provider.last_link()).await] {
        assert_eq!(way(&page).as_deref(), Some(HOME), "its reference is used up");
    }
}

#[tokio::test]
async fn old_pages_of_an_application_without_home_page_have_text_instead_of_a_link() {
    let (provider, mut browser, page, link) = waiting(&Application::idep()).await;
    browser.confirm_last_link().await.code();
    assert!(way(&browser.get(&page.path).await).unwrap().starts_with("/authorize?"));
    provider.pass(1_800);
    for page in [browser.get(&page.path).await, browser.get(&link).await] {
        assert_eq!(way(&page), None);
        assert!(page.body.contains("gå till tjänsten igen"), "{}", page.body);
    }
}

#[tokio::test]
async fn a_page_left_open_for_hours_links_to_the_application() {
    let (provider, mut browser, page, link) = waiting(&home()).await;
    provider.pass(1_800);
    let late = browser.get(&link).await;
    late.is(410, "link-dead-page");
    assert_eq!(way(&late), Some(page.path.clone()), "the login itself is still open");
    browser.get(&page.path).await.is(200, "email-submit");
    provider.pass(4 * 3_600);
    for page in [browser.get(&page.path).await, browser.get(&link).await] {
        assert_eq!(way(&page).as_deref(), Some(HOME));
    }
    let resent = browser.press(&page, "sent-resend").await;
    assert_eq!(way(resent.is(200, "interaction-ended-page")).as_deref(), Some(HOME));
    provider.pass(86_400);
    let lost = browser.press(&page, "sent-resend").await;
    lost.is(400, "error-page");
}

#[tokio::test]
async fn pages_of_a_cancelled_login_link_to_the_application() {
    let (provider, mut browser, page, link) = waiting(&home()).await;
    browser.press(&page, "login-cancel").await.error();
    provider.pass(31);
    let ended = browser.press(&page, "login-cancel").await;
    for page in [ended, browser.get(&page.path).await, browser.get(&link).await] {
        assert_eq!(way(&page).as_deref(), Some(HOME));
    }
}

#[tokio::test]
async fn after_five_wrong_addresses_every_old_page_links_to_the_new_login() {
    let (provider, mut browser, page, link) = waiting(&home()).await;
    let form = browser.get(&format!("{}?step=email", page.path)).await;
    for _ in 0..4 {
        browser.type_address(&form, "x@scb.se", false).await;
    }
    let anew = browser.type_address(&form, "x@scb.se", false).await;
    anew.is(200, "login-submit");
    let once_more = browser.type_address(&form, "x@scb.se", false).await;
    for page in [once_more, browser.get(&page.path).await, browser.get(&link).await] {
        assert_eq!(way(&page), Some(anew.path.clone()));
    }
    let email = browser.sign_in(&anew, ANNA, PASSWORD).await;
    provider.pass(2);
    browser.type_address(&email, ANNA_COMPANY, false).await.is(200, "sent-page");
}

#[tokio::test]
async fn a_rate_limited_address_page_offers_to_cancel_the_login() {
    let limits = "[limits]\nmails_per_hour = 1\n";
    let provider = Setup::new().settings(limits).start().await;
    let mut browser = Browser::new(&provider);
    browser.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
    provider.pass(61);
    let page = browser.log_in(&Application::idep(), ANNA).await;
    let refused = browser.type_address(&page, ANNA_COMPANY, false).await;
    browser.press(refused.is(429, "email-submit"), "login-cancel").await.error();
}

#[tokio::test]
async fn an_account_that_loses_its_addresses_during_the_login_can_cancel_or_use_the_password() {
    let (provider, mut browser, page, link) = waiting(&home()).await;
    provider.addresses(&["", "", ""]).await;
    assert_eq!(way(&browser.get(&link).await), Some(page.path.clone()));
    let ended = browser.get(&page.path).await;
    let told = browser.press(ended.is(200, "no-address-page"), "login-cancel").await;
    assert_eq!(told.error(), "unmet_authentication_requirements");

    let allowed = format!("[step_up]\nno_address = \"allow\"\n{CLIENTS}");
    let provider = Setup::new().settings(&allowed).start().await;
    let mut browser = Browser::new(&provider);
    let page = browser.log_in(&home(), ANNA).await;
    page.is(200, "email-submit");
    provider.addresses(&["", "", ""]).await;
    let password = browser.get(&page.path).await;
    browser.sign_in(password.is(200, "login-submit"), ANNA, PASSWORD).await.code();
    // Somebody who never had one is not asked at all.
    browser.forget_cookie("session");
    browser.log_in(&home(), NILS).await.code();
}

#[tokio::test]
async fn a_logout_without_hint_links_to_the_last_used_application() {
    let provider = Setup::new().settings(CLIENTS).start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::web(), BERIT).await.code();
    let asked = browser.get("/end_session").await;
    let stayed = browser.press(&asked, "logout-cancel").await;
    assert_eq!(way(&stayed), None, "the words must do");
    assert!(stayed.body.contains("Gå tillbaka till tjänsten"));
    for (id, expected) in [("start", BEGIN), ("home", HOME)] {
        provider.pass(60);
        let page = browser.begin(&Application::new(id).with("prompt", "login")).await;
        let page = browser.sign_in(&page, ANNA, PASSWORD).await;
        browser.type_address(&page, ANNA_COMPANY, false).await.is(200, "sent-page");
        browser.confirm_last_link().await.code();
        let asked = browser.get("/end_session").await;
        let stayed = browser.press(&asked, "logout-cancel").await;
        assert_eq!(way(stayed.is(200, "logout-stayed")).as_deref(), Some(expected));
    }
    let asked = browser.get("/end_session").await;
    let done = browser.press(&asked, "logout-confirm").await;
    assert_eq!(way(done.is(200, "logout-done")).as_deref(), Some(HOME));
    let nothing = browser.get("/end_session?client_id=start").await;
    assert_eq!(way(&nothing).as_deref(), Some(BEGIN));
    assert_eq!(way(&browser.get("/end_session").await), None);
}

#[tokio::test]
async fn a_step_up_of_an_ended_session_links_to_a_new_login() {
    let provider = Setup::new().settings(CLIENTS).start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::web(), ANNA).await.code();
    let page = browser.begin(&home()).await;
    browser.type_address(&page, ANNA_COMPANY, false).await.is(200, "sent-page");
    provider.deliver().await;
    browser.forget_cookie("session");
    let page = browser.get(&provider.last_link()).await;
    let dead = browser.press(&page, "link-confirm").await;
    let again = way(dead.is(410, "link-dead-page")).unwrap();
    let answer = browser.get(&again).await;
    browser.follow(answer).await.is(200, "login-submit");
}
