//! Sections 2.2 and 4: what a reference is worth, to whom, and how often.

use super::{address, provider, push, pushed};
use crate::support::{ANNA, ANNA_COMPANY, Answer, Application, Browser, PASSWORD};

#[track_caller]
fn worthless(answer: &Answer) {
    answer.is(400, "error-page");
    assert_eq!(answer.text("error-code"), "invalid_request_uri");
    assert!(answer.cookies().is_empty());
}

#[tokio::test]
async fn section_4_parameters_beside_the_request_uri_are_ignored() {
    let provider = provider().await;
    let mut browser = Browser::new(&provider);
    let web = Application::web();
    let answer = push(&provider, &web).await.json();
    let request_uri = answer["request_uri"].as_str().unwrap();
    let beside = [
        ("state", "outside"),
        ("nonce", "outside"),
        ("redirect_uri", "https://rp.example/other"),
        ("scope", "openid profile"),
        ("request", "a.b.c"),
        ("prompt", "none"),
    ];
    let page = browser.get(&address("web", request_uri, &beside)).await;
    let page = browser.follow(page).await;
    let back = browser.sign_in(page.is(200, "login-submit"), ANNA, PASSWORD).await;
    assert_eq!(back.parameter("state").as_deref(), Some("st-1"));
    assert!(back.location().starts_with("https://rp.example/cb?"));
    let tokens = web.redeem(&browser, &back.code()).await;
    assert_eq!(tokens.claims["nonce"], "no-1");
}

#[tokio::test]
async fn section_4_a_request_uri_may_be_opened_again_until_a_login_completes() {
    let provider = provider().await;
    let mut browser = Browser::new(&provider);
    let address = pushed(&provider, &Application::web()).await;
    for _ in 0..2 {
        let page = browser.get(&address).await;
        browser.follow(page).await.is(200, "login-submit");
    }
    let page = browser.get(&address).await;
    let page = browser.follow(page).await;
    browser.sign_in(&page, ANNA, PASSWORD).await.code();
    worthless(&browser.get(&address).await);
    worthless(&Browser::new(&provider).get(&address).await);
}

#[tokio::test]
async fn section_4_a_request_uri_is_used_up_immediately_if_a_session_exists() {
    let provider = provider().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::web(), ANNA).await.code();
    let address = pushed(&provider, &Application::web()).await;
    browser.get(&address).await.code();
    worthless(&browser.get(&address).await);
}

#[tokio::test]
async fn section_2_2_a_request_uri_is_valid_only_for_its_client_until_it_expires() {
    let provider = provider().await;
    let mut browser = Browser::new(&provider);
    let answer = push(&provider, &Application::web()).await.json();
    let request_uri = answer["request_uri"].as_str().unwrap();
    worthless(&browser.get(&address("idep", request_uri, &[])).await);
    worthless(&browser.get(&address("web", &format!("{request_uri}x"), &[])).await);
    provider.pass(89);
    let page = browser.get(&address("web", request_uri, &[])).await;
    assert!(page.location().starts_with("/interaction/"));
    provider.pass(1);
    worthless(&browser.get(&address("web", request_uri, &[])).await);
    let page = browser.follow(page).await;
    provider.pass(600);
    browser.sign_in(page.is(200, "login-submit"), ANNA, PASSWORD).await.code();
}

#[tokio::test]
async fn a_login_whose_request_uri_was_used_meanwhile_shows_that_it_ended() {
    let provider = provider().await;
    let address = pushed(&provider, &Application::web()).await;
    let [mut first, mut second] = [Browser::new(&provider), Browser::new(&provider)];
    let pages = [first.get(&address).await, second.get(&address).await];
    let pages = [first.follow(pages[0].clone()).await, second.follow(pages[1].clone()).await];
    first.sign_in(&pages[0], ANNA, PASSWORD).await.code();
    second.get(&pages[1].path).await.is(200, "interaction-ended-page");
    second.sign_in(&pages[1], ANNA, PASSWORD).await.is(200, "interaction-ended-page");
}

#[tokio::test]
async fn a_mailed_link_of_a_login_whose_request_uri_was_used_is_refused() {
    let provider = provider().await;
    let address = pushed(&provider, &Application::idep()).await;
    let mut links = Vec::new();
    while links.len() < 2 {
        let mut browser = Browser::new(&provider);
        let page = browser.get(&address).await;
        let page = browser.follow(page).await;
        let page = browser.sign_in(&page, ANNA, PASSWORD).await;
        browser.type_address(page.is(200, "email-submit"), ANNA_COMPANY, false).await;
        provider.deliver().await;
        links.push((browser, provider.last_link()));
    }
    let (mut second, other) = links.pop().unwrap();
    let (mut first, one) = links.pop().unwrap();
    let page = second.get(&other).await;
    let mine = first.get(&one).await;
    first.press(&mine, "link-confirm").await.code();
    second.press(page.is(200, "link-page"), "link-confirm").await.is(410, "link-dead-page");
    second.get(&other).await.is(410, "link-dead-page");
}

#[tokio::test]
async fn the_language_of_a_login_by_request_uri_can_be_changed() {
    let provider = provider().await;
    let mut browser = Browser::new(&provider);
    let page = browser.get(&pushed(&provider, &Application::web()).await).await;
    let page = browser.follow(page).await;
    provider.pass(300);
    let english = browser.get(&format!("{}?ui_locales=en", page.path)).await;
    assert_eq!(english.is(200, "login-submit").header("content-language"), "en");
    browser.sign_in(&english, ANNA, PASSWORD).await.code();
}

#[tokio::test]
async fn an_ended_login_by_request_uri_links_to_initiate_login_uri_of_the_client() {
    let provider = provider().await;
    for (application, expected) in [
        (Application::web(), None),
        (
            Application::named("starter"),
            Some("https://rp.example/start?x=1&iss=https%3A%2F%2Flogin.example.se"),
        ),
    ] {
        let mut browser = Browser::new(&provider);
        let page = browser.get(&pushed(&provider, &application).await).await;
        let page = browser.follow(page).await;
        let cancelled = browser.submit(&page.form("login-cancel")).await;
        assert_eq!(cancelled.error(), "access_denied");
        let ended = browser.get(&page.path).await;
        ended.is(200, "interaction-ended-page");
        assert!(!ended.body.contains("/authorize?"), "{}", ended.body);
        if let Some(expected) = expected {
            let page = ended.document();
            let links = page.inside("interaction-ended-page", "a").into_iter();
            let links: Vec<_> = links.filter_map(|link| link.attribute("href")).collect();
            assert_eq!(links, [expected]);
        }
    }
}
