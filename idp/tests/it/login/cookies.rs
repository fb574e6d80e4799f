//! Cookies of other applications on the host, and doubled ones of ours.

use axum::body::Body;

use crate::support::{
    ANNA, ANNA_COMPANY, Application, Browser, PASSWORD, REMEMBERED, Setup, TestProvider,
};

#[tokio::test]
async fn a_login_completes_despite_foreign_cookies_with_any_bytes() {
    let provider = TestProvider::start().await;
    let huge = [b"state=".as_slice(), &[b'x'; 60_000]].concat();
    let others: [&[u8]; 8] = [
        b"namn=\xe5\xe4\xf6",
        b"\xff\xfe\x80=1",
        b"theme=\"dark; mode\"",
        b"$Version=1; $Path=\"/\"",
        b"flag",
        b"=nameless",
        b"  blanks = in the  name ",
        &huge,
    ];
    for other in others {
        let mut browser = Browser::new(&provider).with_foreign_cookie(other);
        browser.log_in(&Application::web(), ANNA).await.code();
        browser.begin(&Application::web().with("prompt", "none")).await.code();
    }
}

#[tokio::test]
async fn all_cookies_are_read_despite_a_foreign_non_ascii_cookie() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider).with_foreign_cookie(b"ort=\xd6rebro");
    browser.get("/acr/pwd?ui_locales=en").await.is(200, "language-en");
    let page = browser.begin(&Application::idep()).await;
    assert!(page.body.contains("<html lang=\"en\">"), "the language");
    browser.log_in_by_mail(&Application::idep(), (ANNA, ANNA_COMPANY), true).await.code();
    browser.forget_cookie("session");
    let idep = Application::idep();
    let code = browser.log_in(&idep, ANNA).await.code();
    assert_eq!(idep.redeem(&browser, &code).await.claims["acr"], REMEMBERED);
}

/// The `Cookie` lines of a browser's own cookies, with others of the same names.
fn doubled(browser: &Browser, false_first: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for name in ["browser", "session", "language"] {
        let full = browser.provider.cookie_name(name);
        let own = browser.cookie(name).unwrap_or_default();
        let pair = |value: &str| format!("{full}={value}");
        let mut both = vec![pair(&own)];
        for planted in ["", "x", "A".repeat(43).as_str(), "B".repeat(43).as_str()] {
            both.insert(if false_first { 0 } else { both.len() }, pair(planted));
        }
        lines.push(both.join("; "));
    }
    lines
}

#[tokio::test]
async fn the_valid_value_of_a_duplicated_cookie_is_used_in_any_order_and_number_of_lines() {
    for issuer in ["https://login.example.se", "http://localhost:8400"] {
        let provider = Setup::new().issuer(issuer).start().await;
        let mut browser = Browser::new(&provider);
        browser.get("/acr/pwd?ui_locales=en").await.is(200, "language-en");
        let page = browser.begin(&Application::web()).await;
        browser.sign_in(&page, ANNA, PASSWORD).await.code();
        for false_first in [true, false] {
            let mut request = Browser::new(&provider);
            let lines = doubled(&browser, false_first);
            let one = [("cookie", lines.join("; "))];
            let split: Vec<_> = lines.iter().map(|line| ("cookie", line.clone())).collect();
            for headers in [&one[..], &split] {
                let headers: Vec<_> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
                let silent = Application::web().with("prompt", "none");
                let answer = request.ask("GET", &silent.request(), &headers, Body::empty()).await;
                answer.code();
                let page = request.ask("GET", &page.path, &headers, Body::empty()).await;
                page.is(200, "interaction-ended-page");
                let acr = request.ask("GET", "/acr/pwd", &headers, Body::empty()).await;
                assert!(acr.body.contains("<html lang=\"en\">"), "the chosen language");
            }
        }
    }
}

#[tokio::test]
async fn a_logout_can_be_confirmed_beside_a_doubled_session_cookie() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    browser.log_in(&Application::web(), ANNA).await.code();
    let planted = format!("{}={}", provider.cookie_name("session"), "A".repeat(43));
    let mut doubled = browser.clone().with_foreign_cookie(planted.as_bytes());
    let page = doubled.get("/end_session").await;
    page.is(200, "logout-confirm");
    assert!(page.body.contains(ANNA));
    // The form was shown before the other cookie came, or after it went.
    let form = browser.get("/end_session").await.form("logout-confirm");
    let form = form.with("decision", "logout");
    doubled.submit(&form).await.is(200, "logout-done");
    let silent = Application::web().with("prompt", "none");
    assert_eq!(browser.begin(&silent).await.error(), "login_required");
}
