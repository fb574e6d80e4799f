//! Going back in the browser and logging in as somebody else: whoever typed last is who logs in.

use crate::support::{
    ANNA, ANNA_COMPANY, ANNA_DISPATCHES, Answer, Application, BERIT, BERIT_COMPANY, Browser, EMAIL,
    NILS, PASSWORD, Setup, TestProvider,
};

/// The account whose login the code completed.
async fn subject(browser: &Browser, application: &Application, answer: &Answer) -> String {
    let tokens = application.redeem(browser, &answer.code()).await;
    tokens.claims["sub"].as_str().unwrap().to_owned()
}

/// The page names this account and no other.
#[track_caller]
fn names(page: &Answer, account: &str) {
    for other in [ANNA, BERIT, NILS] {
        assert_eq!(page.body.contains(other), other == account, "{other} on {}", page.path);
    }
}

#[tokio::test]
async fn the_last_entered_account_logs_in_from_every_step() {
    let provider = TestProvider::start().await;
    let idep = Application::idep();
    for steps in 1..=3 {
        provider.pass(3_700);
        let mut browser = Browser::new(&provider);
        let login = browser.begin(&idep).await;
        let mut page = browser.sign_in(&login, ANNA, PASSWORD).await;
        page.is(200, "email-submit");
        names(&page, ANNA);
        let mut first_link = None;
        if steps >= 2 {
            page = browser.type_address(&page, ANNA_COMPANY, true).await;
            page.is(200, "sent-page");
            names(&page, ANNA);
            provider.deliver().await;
            first_link = Some(provider.last_link());
        }
        if steps == 3 {
            // There and back again.
            browser.sign_in(&login, BERIT, PASSWORD).await.is(200, "email-submit");
            browser.sign_in(&login, ANNA, PASSWORD).await.is(200, "email-submit");
        }
        // The form of the page that was left, as the browser's own history shows it.
        let page = browser.sign_in(&login, BERIT, PASSWORD).await;
        page.is(200, "email-submit");
        names(&page, BERIT);
        assert!(!page.body.contains("Ma ... ge"), "no hint of the first account");
        if let Some(link) = first_link {
            browser.get(&link).await.is(410, "link-dead-page");
        }
        browser.type_address(&page, ANNA_DISPATCHES, false).await.is(422, "email-address-error");
        let page = browser.type_address(&page, BERIT_COMPANY, false).await;
        page.is(200, "sent-page");
        names(&page, BERIT);
        provider.deliver().await;
        let link = browser.get(&provider.last_link()).await;
        link.is(200, "link-page");
        names(&link, BERIT);
        let answer = browser.press(&link, "link-confirm").await;
        assert_eq!(subject(&browser, &idep, &answer).await, format!("sub-{BERIT}"));
        assert!(browser.cookie("remembered").is_none(), "the first one's choice is not kept");
    }
}

#[tokio::test]
async fn a_queued_mail_of_the_first_account_is_not_sent_after_a_change_of_account() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let login = browser.begin(&Application::idep()).await;
    let page = browser.sign_in(&login, ANNA, PASSWORD).await;
    browser.type_address(&page, ANNA_COMPANY, false).await.is(200, "sent-page");
    browser.sign_in(&login, BERIT, PASSWORD).await.is(200, "email-submit");
    provider.deliver().await;
    assert!(provider.mails().is_empty());
}

#[tokio::test]
async fn a_wrong_password_of_another_account_keeps_the_first_account() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let idep = Application::idep();
    let login = browser.begin(&idep).await;
    let email = browser.sign_in(&login, ANNA, PASSWORD).await;
    let sent = browser.type_address(&email, ANNA_COMPANY, false).await;
    browser.sign_in(&login, BERIT, "fel").await.is(422, "login-password");
    browser.sign_in(&login, BERIT, "").await.is(422, "login-password-error");
    browser.get(&sent.path).await.is(200, "sent-page");
    // The same person once more: a second click.
    browser.sign_in(&login, &format!(" {ANNA} "), PASSWORD).await.is(200, "sent-page");
    let answer = browser.confirm_last_link().await;
    assert_eq!(subject(&browser, &idep, &answer).await, format!("sub-{ANNA}"));
}

#[tokio::test]
async fn every_page_after_the_password_links_to_the_form_for_another_account() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let email = browser.log_in(&Application::idep(), ANNA).await;
    let form = browser.get(&format!("{}?step=password", email.path)).await;
    form.is(200, "login-submit");
    assert!(email.body.contains("step=password") && email.has("login-other"));
    let nobody = browser.sign_in(&form, NILS, PASSWORD).await;
    nobody.is(200, "no-address-page");
    names(&nobody, NILS);
    assert!(nobody.has("login-other"));
    let page = browser.sign_in(&form, BERIT, PASSWORD).await;
    let page = browser.type_address(&page, BERIT_COMPANY, false).await;
    page.is(200, "sent-page");
    assert!(page.has("login-other"));
}

#[tokio::test]
async fn mails_of_the_former_account_do_not_count_for_the_next() {
    let provider = Setup::new().settings("[step_up]\nmax_resends = 0\n").start().await;
    let mut browser = Browser::new(&provider);
    let sent = browser.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
    let form = browser.get(&format!("{}?step=password", sent.path)).await;
    let page = browser.sign_in(&form, BERIT, PASSWORD).await;
    browser.type_address(&page, BERIT_COMPANY, false).await.is(200, "sent-page");
    assert_eq!(browser.confirm_last_link().await.status, 200);
}

#[tokio::test]
async fn another_account_may_log_in_during_the_consent_of_the_first() {
    let settings = "[[client]]\nclient_id = \"asking\"\n\
                    client_secret = \"0123456789abcdef0123456789abcdef\"\n\
                    redirect_uris = [\"https://rp.example/cb\"]\nfirst_party = false\n";
    let provider = Setup::new().settings(settings).start().await;
    let mut browser = Browser::new(&provider);
    let asking = Application::named("asking");
    let login = browser.begin(&asking).await;
    let consent = browser.sign_in(&login, ANNA, PASSWORD).await;
    consent.is(200, "consent-allow");
    names(&consent, ANNA);
    browser.sign_in(&login, ANNA, PASSWORD).await.is(200, "consent-allow");
    browser.sign_in(&login, BERIT, "fel").await.is(422, "login-password");
    let of_berit = browser.sign_in(&login, BERIT, PASSWORD).await;
    of_berit.is(200, "consent-allow");
    names(&of_berit, BERIT);
    // The page for the first account is over.
    let old = browser.submit(&consent.form("consent-allow").with("decision", "allow")).await;
    browser.follow(old).await.is(200, "interaction-ended-page");
    let form = of_berit.form("consent-allow").with("decision", "allow");
    let answer = browser.submit(&form).await;
    assert_eq!(subject(&browser, &asking, &answer).await, format!("sub-{BERIT}"));
}

#[tokio::test]
async fn another_account_may_log_in_despite_a_session_and_ends_the_session() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::web(), ANNA).await.code();
    for prompt in ["login", "select_account"] {
        let again = Application::idep().with("prompt", prompt);
        let login = browser.begin(&again).await;
        browser.sign_in(&login, ANNA, PASSWORD).await.is(200, "email-submit");
        let page = browser.sign_in(&login, BERIT, PASSWORD).await;
        names(&page, BERIT);
        provider.pass(60);
        browser.type_address(&page, BERIT_COMPANY, false).await.is(200, "sent-page");
        let answer = browser.confirm_last_link().await;
        assert_eq!(subject(&browser, &again, &answer).await, format!("sub-{BERIT}"), "{prompt}");
        let web = Application::web();
        let silent = browser.begin(&web.clone().with("prompt", "none")).await;
        assert_eq!(subject(&browser, &web, &silent).await, format!("sub-{BERIT}"), "{prompt}");
        browser.log_in(&Application::web().with("prompt", "login"), ANNA).await.code();
    }
}

#[tokio::test]
async fn a_step_up_can_become_a_login_of_another_account() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::web(), ANNA).await.code();
    let strong = Application::web().with("acr_values", EMAIL);
    let step_up = browser.begin(&strong).await;
    step_up.is(200, "email-submit");
    names(&step_up, ANNA);
    provider.pass(100);
    let form = browser.get(&format!("{}?step=password", step_up.path)).await;
    let page = browser.sign_in(&form, BERIT, PASSWORD).await;
    browser.type_address(&page, BERIT_COMPANY, false).await.is(200, "sent-page");
    provider.pass(20);
    let answer = browser.confirm_last_link().await;
    let tokens = strong.redeem(&browser, &answer.code()).await;
    assert_eq!(tokens.claims["sub"], format!("sub-{BERIT}"));
    assert_eq!(tokens.claims["auth_time"], provider.clock.now().0, "it was a login");
}

#[tokio::test]
async fn a_login_of_another_account_than_the_requested_sub_is_login_required() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let claims = format!(r#"{{"id_token":{{"sub":{{"value":"sub-{ANNA}"}}}}}}"#);
    let expecting = Application::idep().with("claims", &claims);
    let login = browser.begin(&expecting).await;
    browser.sign_in(&login, ANNA, PASSWORD).await.is(200, "email-submit");
    assert_eq!(browser.sign_in(&login, BERIT, PASSWORD).await.error(), "login_required");
}

#[tokio::test]
async fn a_get_of_a_form_action_redirects_to_the_current_step() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let login = browser.begin(&Application::idep()).await;
    let addresses = ["password", "email", "resend", "consent", "cancel"]
        .map(|step| format!("{}/{step}", login.path));
    for address in &addresses {
        let answer = browser.get(address).await;
        browser.follow(answer).await.is(200, "login-password");
    }
    browser.sign_in(&login, ANNA, PASSWORD).await.is(200, "email-submit");
    for address in &addresses {
        let answer = browser.get(address).await;
        browser.follow(answer).await.is(200, "email-submit");
    }
    let answer = browser.get(&format!("{}?ui_locales=en", addresses[0])).await;
    let page = browser.follow(answer).await;
    assert!(page.body.contains("<html lang=\"en\""), "{}", page.body);
    let answer = browser.get("/interaction/nobody/password").await;
    browser.follow(answer).await.is(404, "interaction-ended-page");
}
