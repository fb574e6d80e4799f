//! Front-Channel Logout: the browser loads each application's logout address.

use crate::support::{ANNA, Answer, Application, Browser, ISSUER, Setup};

const CLIENT: &str = r#"
[[client]]
client_id = "framed"
client_secret = "0123456789abcdef0123456789abcdef"
redirect_uris = ["https://rp.example/cb"]
post_logout_redirect_uris = ["https://rp.example/out"]
frontchannel_logout_uri = "https://rp.example/front?tenant=1"
frontchannel_logout_session_required = true
"#;

async fn browser() -> Browser {
    Browser::new(&Setup::new().settings(CLIENT).start().await)
}

fn frame(page: &Answer) -> url::Url {
    let document = page.document();
    document.all("iframe").next().unwrap().attribute("src").unwrap().parse().unwrap()
}

#[tokio::test]
async fn section_3_the_logout_page_loads_the_logout_uri_with_iss_and_sid_and_redirects() {
    let mut browser = browser().await;
    let framed = Application::new("framed");
    let code = browser.log_in(&framed, ANNA).await.code();
    let tokens = framed.redeem(&browser, &code).await;
    let request = format!(
        "/end_session?id_token_hint={}&post_logout_redirect_uri=https://rp.example/out&state=s%22",
        tokens.id_token
    );
    let page = browser.get(&request).await;
    page.is(200, "logout-done").is(200, "logout-then");
    let address = frame(&page);
    assert_eq!(address.host_str(), Some("rp.example"));
    let pairs: Vec<_> = address.query_pairs().into_owned().collect();
    let sid = tokens.claims["sid"].as_str().unwrap().to_owned();
    let expected = [("tenant", "1"), ("iss", ISSUER), ("sid", sid.as_str())];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(pairs, expected);
    assert_eq!(page.header("refresh"), "3; url=https://rp.example/out?state=s%22");
    assert!(page.header("content-security-policy").ends_with("; frame-src https://rp.example"));
    let again = browser.get(&framed.with("prompt", "none").request()).await;
    assert_eq!(again.error(), "login_required");
}

#[tokio::test]
async fn without_post_logout_redirect_uri_the_logout_page_stays() {
    let mut browser = browser().await;
    browser.log_in(&Application::new("framed"), ANNA).await.code();
    let page = browser.get("/end_session").await;
    let page = browser.press(&page, "logout-confirm").await;
    page.is(200, "logout-done");
    assert!(!page.has("logout-then") && page.header("refresh").is_empty());
    assert_eq!(frame(&page).host_str(), Some("rp.example"));
}

#[tokio::test]
async fn a_client_not_used_in_the_session_is_not_loaded() {
    let mut browser = browser().await;
    browser.log_in(&Application::web(), ANNA).await.code();
    let page = browser.get("/end_session").await;
    let page = browser.press(&page, "logout-confirm").await;
    assert!(!page.body.contains("<iframe"));
}
