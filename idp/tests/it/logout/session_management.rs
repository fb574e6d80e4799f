//! Session Management: an application's page asks the provider's frame whether anything changed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::support::{ANNA, Application, Browser, Setup};

async fn browser() -> Browser {
    let provider = Setup::new().settings("[legacy]\nsession_management = true\n").start().await;
    Browser::new(&provider)
}

/// What the frame's script would compute from the cookie.
fn computed(client: &str, cookie: &str, state: &str) -> String {
    let salt = state.split_once('.').unwrap().1;
    let text = format!("{client} https://rp.example {cookie} {salt}");
    format!("{}.{salt}", URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes())))
}

#[tokio::test]
async fn section_3_2_session_state_matches_the_cookie_until_logout() {
    let mut browser = browser().await;
    let back = browser.log_in(&Application::web(), ANNA).await;
    let state = back.parameter("session_state").unwrap();
    let set = back.cookies().into_iter().find(|cookie| cookie.contains("idp-state=")).unwrap();
    assert!(set.contains("SameSite=None") && set.contains("Secure") && !set.contains("HttpOnly"));
    let cookie = set.split_once('=').unwrap().1.split(';').next().unwrap().to_owned();
    assert_eq!(computed("web", &cookie, &state), state);
    let again = browser.get(&Application::web().request()).await;
    let other = again.parameter("session_state").unwrap();
    assert_ne!(other, state, "each has its own salt");
    assert_eq!(computed("web", &cookie, &other), other);

    let page = browser.get("/end_session").await;
    let out = browser.press(&page, "logout-confirm").await;
    let gone = out.cookies().into_iter().find(|cookie| cookie.contains("idp-state=")).unwrap();
    assert!(gone.contains("Max-Age=0"), "{gone}");
    assert_ne!(computed("web", "", &state), state);
}

#[tokio::test]
async fn section_3_2_only_the_check_session_iframe_may_be_framed() {
    let mut browser = browser().await;
    let frame = browser.get("/check_session").await;
    assert_eq!(frame.status, 200);
    assert!(frame.header("x-frame-options").is_empty());
    assert!(!frame.header("content-security-policy").contains("frame-ancestors"));
    let script = frame.body.split("src=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(browser.get(script).await.status, 200);
    assert_eq!(browser.get("/end_session").await.header("x-frame-options"), "DENY");
}

#[tokio::test]
async fn without_session_management_there_is_no_iframe_cookie_or_session_state() {
    let provider = Setup::new().start().await;
    let mut browser = Browser::new(&provider);
    let back = browser.log_in(&Application::web(), ANNA).await;
    assert_eq!(back.parameter("session_state"), None);
    assert!(back.cookies().iter().all(|cookie| !cookie.contains("idp-state")));
    assert_eq!(browser.get("/check_session").await.status, 404);
    let document = browser.get("/.well-known/openid-configuration").await.json();
    assert!(document.get("check_session_iframe").is_none());
}
