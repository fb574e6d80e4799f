//! The browser that an account has completed a login in before.

use idp::account::known_browser::KnownBrowser;

use crate::support::{
    ANNA, ANNA_COMPANY, Application, BERIT, Browser, DAY, PASSWORD, Setup, TestProvider,
};

fn known(provider: &TestProvider, browser: &Browser) -> KnownBrowser {
    provider.app.provider.known_browser(browser.cookie("known").as_deref(), provider.clock.now())
}

#[tokio::test]
async fn a_completed_login_makes_its_browser_known_for_its_account_alone() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let page = browser.begin(&Application::web()).await;
    browser.sign_in(&page, ANNA, "fel").await.is(422, "login-submit");
    assert!(browser.cookie("known").is_none(), "nothing was completed");
    let form = page.form("login-submit").with("username", ANNA).with("password", PASSWORD);
    let answer = browser.submit(&form).await;
    let cookies = answer.cookies();
    let cookie = cookies.iter().find(|cookie| cookie.starts_with("__Host-idp-known=")).unwrap();
    let attributes = "; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=31536000";
    assert!(cookie.ends_with(attributes), "{cookie}");
    assert!(known(&provider, &browser).knows(&format!("a{ANNA}")));
    assert!(!known(&provider, &browser).knows(&format!("a{BERIT}")));
    let cookie = browser.cookie("known").unwrap();
    assert!(!cookie.contains(ANNA), "the cookie does not tell whose it is");
    provider.pass(365 * DAY);
    browser.set_cookie("known", &cookie);
    assert!(!known(&provider, &browser).knows(&format!("a{ANNA}")), "kept for too long");
}

#[tokio::test]
async fn a_browser_becomes_known_by_a_confirmed_link_and_not_by_the_password_before() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
    assert!(browser.cookie("known").is_none(), "only the password is proven");
    browser.confirm_last_link().await.code();
    assert!(known(&provider, &browser).knows(&format!("a{ANNA}")));
    browser.forget_cookie("session");
    browser.log_in(&Application::web(), BERIT).await.code();
    let both = known(&provider, &browser);
    assert!(both.knows(&format!("a{ANNA}")) && both.knows(&format!("a{BERIT}")));
    assert!(known(&provider.again().await, &browser).knows(&format!("a{ANNA}")), "on each node");
}

#[tokio::test]
async fn a_known_browser_still_requires_password_and_link() {
    let provider = Setup::new().start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in_by_mail(&Application::idep(), (ANNA, ANNA_COMPANY), false).await.code();
    browser.forget_cookie("session");
    let page = browser.begin(&Application::idep()).await;
    browser.sign_in(&page, ANNA, "fel").await.is(422, "login-submit");
    browser.sign_in(&page, ANNA, PASSWORD).await.is(200, "email-submit");
}
