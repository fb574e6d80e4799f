//! The mailed link.

use crate::support::browser::path;
use crate::support::{
    ANNA, ANNA_COMPANY, ANNA_DISPATCHES, Application, Browser, EMAIL, NOW, Setup, TestProvider,
};

/// A browser at the waiting page, and its link.
async fn waiting() -> (TestProvider, Browser, String) {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
    provider.deliver().await;
    let link = provider.last_link();
    (provider, browser, link)
}

#[tokio::test]
async fn a_complete_login_returns_tokens_with_the_proven_acr_amr_and_auth_time() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let idep = Application::idep();
    let page = browser.log_in(&idep, ANNA).await;
    let hints = page.document().inside("email-hints", "li").len();
    assert_eq!(hints, 2, "one hint for two cells: {}", page.body);
    assert!(!page.body.to_lowercase().contains("magnus.lange"), "the address is not shown");
    provider.pass(7);
    let page = browser.type_address(&page, "magnus.LANGE@scb.se", false).await;
    page.is(200, "sent-page");
    assert!(!page.body.to_lowercase().contains("magnus.lange"), "masked, though typed in full");
    assert_eq!(page.text("sent-expires"), "14:30");
    provider.pass(60);
    let back = browser.confirm_last_link().await;
    assert_eq!(provider.mails()[0].recipient(), ANNA_COMPANY, "as it is stored, not as typed");
    assert_eq!(back.parameter("state").as_deref(), Some("st-1"));
    let tokens = idep.redeem(&browser, &back.code()).await;
    assert_eq!(tokens.claims["acr"], EMAIL);
    assert_eq!(tokens.claims["amr"], serde_json::json!(["pwd", "email"]));
    assert_eq!(tokens.claims["auth_time"], NOW.0 + 67, "when the interaction was completed");
    assert_eq!(tokens.claims["nonce"], "no-1");
}

#[tokio::test]
async fn a_link_opened_in_another_browser_reveals_nothing_and_changes_nothing() {
    let (provider, mut browser, link) = waiting().await;
    let mut other = Browser::new(&provider);
    let page = other.get(&link).await;
    page.is(200, "other-browser-page");
    assert!(page.body.contains("Firefox") && page.body.contains("Windows"));
    assert!(page.body.contains(&link), "the link can be copied");
    for secret in [ANNA, "IDEP.WEB", "Ma ... ge"] {
        assert!(!page.body.contains(secret), "{secret}");
    }
    assert_eq!(other.head(&link).await.status, 200);
    other.post(&link, &[]).await.is(200, "other-browser-page");
    let token = browser.get(&link).await.form("link-confirm").fields[0].1.clone();
    other.post(&link, &[("csrf", &token)]).await.is(200, "other-browser-page");
    // One that is in a login of its own is another browser all the same.
    other.begin(&Application::idep()).await;
    other.get(&link).await.is(200, "other-browser-page");
    other.post(&link, &[("csrf", &token)]).await.is(200, "other-browser-page");
    assert!(!provider.metrics().await.contains("outcome=\"completed\""));
    browser.confirm_last_link().await.code();
}

#[tokio::test]
async fn get_and_head_of_a_link_change_nothing() {
    let (provider, mut browser, link) = waiting().await;
    for _ in 0..3 {
        browser.get(&link).await.is(200, "link-page");
        let looked = browser.head(&link).await;
        assert_eq!((looked.status, looked.body.as_str(), looked.cookies().len()), (200, "", 0));
    }
    let page = browser.get(&path(&link)).await;
    assert!(page.body.contains("IDEP.WEB") && page.body.contains(ANNA));
    assert!(page.body.contains("2026-11-23 14:00"), "the time of the start");
    assert!(browser.cookie("session").is_none());
    browser.begin(&Application::idep()).await.is(200, "login-submit");
    assert!(!provider.metrics().await.contains("outcome=\"completed\""));
}

#[tokio::test]
async fn confirming_a_link_requires_the_csrf_token_of_its_page() {
    let (_, mut browser, link) = waiting().await;
    browser.post(&link, &[]).await.is(403, "error-page");
    browser.post(&link, &[("csrf", "x")]).await.is(403, "error-page");
    let form = browser.get(&link).await.form("link-confirm");
    let fields = [("csrf", form.fields[0].1.as_str())];
    let foreign = [("origin", "https://evil.example")];
    browser.post_with(&link, &fields, &foreign).await.is(403, "error-page");
    assert!(browser.submit(&form).await.parameter("code").is_some());
}

#[tokio::test]
async fn a_used_link_is_refused_with_a_different_page_in_the_browser_that_used_it() {
    let (provider, mut browser, link) = waiting().await;
    let form = browser.get(&link).await.form("link-confirm");
    let code = browser.submit(&form).await.code();
    Application::idep().redeem(&browser, &code).await;
    let here = browser.get(&link).await;
    here.is(410, "link-dead-page");
    browser.submit(&form).await.is(410, "link-dead-page");
    let there = Browser::new(&provider).get(&link).await;
    there.is(410, "link-dead-page");
    assert_ne!(here.neutral(&[]), there.neutral(&[]));
}

#[tokio::test]
async fn a_link_ends_after_thirty_minutes_to_the_second() {
    let (provider, mut browser, link) = waiting().await;
    provider.pass(1_799);
    let form = browser.get(&link).await.form("link-confirm");
    provider.pass(1);
    browser.get(&link).await.is(410, "link-dead-page");
    browser.submit(&form).await.is(410, "link-dead-page");
    Browser::new(&provider).get(&link).await.is(410, "link-dead-page");
}

#[tokio::test]
async fn unknown_and_truncated_links_have_different_error_pages() {
    let (_, mut browser, link) = waiting().await;
    let cut_off = browser.get(&link[..link.len() - 3]).await;
    cut_off.is(404, "link-dead-page");
    // Whole, by its checksum, and never mailed: 18 zero bytes.
    let unknown = browser.get(&format!("/l/{}", "a".repeat(29))).await;
    unknown.is(404, "link-dead-page");
    assert_ne!(cut_off.body, unknown.body);
    for odd in ["/l/%22%3E%3Cscript%3E", "/l/%00", "/l/å"] {
        let page = browser.get(&odd.replace('å', "%C3%A5")).await;
        page.is(404, "link-dead-page");
        assert!(!page.body.contains("<script>"), "{odd}");
    }
    browser
        .get(&link.to_uppercase().replace("HTTPS://LOGIN.EXAMPLE.SE/L/", "/l/"))
        .await
        .is(200, "link-page");
}

#[tokio::test]
async fn a_link_works_with_characters_added_by_mail_programs_and_people() {
    let (_, mut browser, link) = waiting().await;
    let link = path(&link);
    let token = link.strip_prefix("/l/").unwrap();
    let (start, end) = token.split_at(12);
    let around = [
        format!("/l/{token}."),
        format!("/l/{token})"),
        format!("/l/{token},"),
        format!("/l/{token};"),
        format!("/l/{token}/"),
        format!("/l/{token}?utm_source=mail"),
        format!("/l/{token}%20"),
        format!("/l/%20{token}%0D%0A"),
        format!("/l/%3C{token}%3E"),
        format!("/l/%22{token}%22%29."),
        format!("/l/{token}%2529"),
        format!("/l/{token}&gt;"),
        format!("/l/{token}%E2%80%9D"),
        format!("/l/%EF%BB%BF{start}%E2%80%8B{end}"),
        format!("/l/{start}=%0D%0A{end}"),
        format!("/l/{start}%3D%0A{end}%A0"),
        format!("/l/{token}%FF%FE"),
        format!("/l/{token}%2"),
        format!("/l/=3D{token}"),
        format!("/l//{token}"),
        format!("//l/{token}"),
        format!("/L/{}", token.to_uppercase()),
    ];
    for address in &around {
        let page = browser.get(address).await;
        page.is(200, "link-page");
        assert_eq!(page.form("link-confirm").action, link, "{address}");
        // Without the token of a form this changes nothing, but it finds the link.
        browser.post(address, &[]).await.is(403, "error-page");
    }
    let form = browser.get(&around[9]).await.form("link-confirm");
    let fields = [("csrf", form.fields[0].1.as_str())];
    browser.post(&around[9], &fields).await.code();
}

#[tokio::test]
async fn a_malformed_link_path_is_not_found_and_never_a_server_error() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let long = format!("/l/{}", "%FFa".repeat(2_000));
    for odd in ["/l", "/l/", "/l/%", "/l/%FF", "/l/%00", "/l/%C3%28/%ED%A0%80", "/l/..%2F", &long] {
        browser.get(odd).await.is(404, "link-dead-page");
        browser.post(odd, &[]).await.is(404, "link-dead-page");
    }
    for odd in ["/interaction/%FF", "/acr/%FF", "/static/%FF", "/interaction/%FF/events"] {
        let status = browser.get(odd).await.status;
        assert!(status < 500, "{odd}: {status}");
    }
}

#[tokio::test]
async fn every_link_of_a_login_works_and_the_first_use_ends_them_all() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let page = browser.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
    provider.pass(60);
    browser.press(&page, "sent-resend").await.is(200, "sent-page");
    let id = page.path.clone();
    let page = browser.get(&format!("{id}?step=email")).await;
    browser.type_address(&page, ANNA_DISPATCHES, false).await.is(200, "sent-page");
    provider.deliver().await;
    let links = provider.links();
    assert_eq!(links.len(), 3);
    for link in &links {
        browser.get(link).await.is(200, "link-page");
    }
    let form = browser.get(&links[1]).await.form("link-confirm");
    let others = [&links[0], &links[2]];
    let mut forms = Vec::new();
    for link in others {
        forms.push(browser.get(link).await.form("link-confirm"));
    }
    browser.submit(&form).await.code();
    for (link, form) in others.into_iter().zip(&forms) {
        browser.get(link).await.is(410, "link-dead-page");
        browser.submit(form).await.is(410, "link-dead-page");
    }
    browser.get(&id).await.is(200, "interaction-ended-page");
}

#[tokio::test]
async fn a_link_is_sent_again_after_sixty_seconds_and_at_most_three_times() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let page = browser.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
    let mails = async || {
        provider.deliver().await;
        provider.mails().len()
    };
    provider.pass(59);
    browser.press(&page, "sent-resend").await.is(200, "sent-page");
    assert_eq!(mails().await, 1, "too early");
    for sent in 2..=4 {
        provider.pass(60);
        browser.press(&page, "sent-resend").await.is(200, "sent-page");
        browser.press(&page, "sent-resend").await.is(200, "sent-page");
        assert_eq!(mails().await, sent);
    }
    provider.pass(60);
    let spent = browser.press(&page, "sent-resend").await;
    spent.is(200, "sent-page");
    assert!(spent.attribute("sent-resend", "disabled").is_some(), "{}", spent.body);
    let form = browser.get(&format!("{}?step=email", page.path)).await;
    browser.type_address(&form, ANNA_DISPATCHES, false).await;
    assert_eq!(mails().await, 4, "another address is no way round");
    browser.confirm_last_link().await.code();
}

#[tokio::test]
async fn a_link_is_invalidated_when_its_address_is_removed() {
    let (provider, mut browser, link) = waiting().await;
    let form = browser.get(&link).await.form("link-confirm");
    provider.pass(1);
    provider.addresses(&["new@scb.se", "", ANNA_DISPATCHES]).await;
    browser.get(&link).await.is(410, "link-dead-page");
    browser.submit(&form).await.is(410, "link-dead-page");
}

#[tokio::test]
async fn a_link_is_invalidated_by_cancelling_the_login_or_disabling_the_account() {
    let (_, mut browser, link) = waiting().await;
    let page = browser.get(&link).await;
    page.is(200, "link-page");
    let (provider, mut other, dead) = waiting().await;
    provider.disable(ANNA).await;
    other.get(&dead).await.is(410, "link-dead-page");
    let id = browser.provider.clone();
    let mut waiting_page = Browser::new(&id);
    let page = waiting_page.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
    id.deliver().await;
    let link = id.last_link();
    let form = waiting_page.get(&link).await.form("link-confirm");
    let back = waiting_page.press(&page, "login-cancel").await;
    assert_eq!(back.error(), "access_denied");
    waiting_page.get(&link).await.is(410, "link-dead-page");
    waiting_page.submit(&form).await.is(410, "link-dead-page");
}

#[tokio::test]
async fn the_link_begins_with_the_configured_issuer_whatever_the_request_says() {
    let provider = Setup::new().issuer("https://id.example.se:8443").start().await;
    let mut browser = Browser::new(&provider)
        .with("host", "evil.example")
        .with("x-forwarded-host", "evil.example")
        .with("forwarded", "host=evil.example;proto=http");
    browser.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
    provider.deliver().await;
    let link = provider.last_link();
    assert!(link.starts_with("https://id.example.se:8443/l/"), "{link}");
    assert!(link.len() <= 76, "{link}");
    let raw = String::from_utf8_lossy(provider.mails()[0].raw()).into_owned();
    assert!(!raw.contains("evil.example"));
}
