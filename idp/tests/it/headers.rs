//! What every answer carries, on every route and status.

use crate::support::{ANNA, ANNA_COMPANY, Answer, Application, Browser, Setup, TestProvider};

#[track_caller]
fn is_safe(case: &str, answer: &Answer) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", opener_policy(answer)),
    ] {
        assert_eq!(answer.header(name), value, "{case}: {name}");
    }
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'"), "{case}: {policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{case}: {policy}");
    assert!(!policy.contains("unsafe"), "{case}: {policy}");
    assert!(!answer.header("x-request-id").is_empty(), "{case}");
    assert_eq!(answer.header("server"), "", "{case}");
    for inline in ["<script>", " style=", "<style", " onclick=", "javascript:"] {
        assert!(!answer.body.contains(inline), "{case}: {inline}");
    }
}

/// Pages of a login may stand in a window that an application has opened and waits for.
fn opener_policy(answer: &Answer) -> &'static str {
    let logins = ["/authorize", "/interaction/", "/l/", "/end_session"];
    let login = logins.iter().any(|path| answer.path.starts_with(path)) && answer.status != 405;
    if login { "unsafe-none" } else { "same-origin" }
}

#[tokio::test]
async fn every_response_has_security_headers_and_is_not_cached() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let login = browser.begin(&Application::idep()).await;
    let wrong = browser.sign_in(&login, ANNA, "fel").await;
    let sent = browser.ask_for_link(&Application::idep(), ANNA, ANNA_COMPANY).await;
    provider.deliver().await;
    let link = browser.get(&provider.last_link()).await;
    let elsewhere = Browser::new(&provider).get(&provider.last_link()).await;
    let code = browser.press(&link, "link-confirm").await;
    let dead = browser.get(&provider.last_link()).await;
    let idep = Application::idep();
    let tokens = idep.token(&browser, &idep.redemption(&code.code())).await;
    let denied = idep.token(&browser, &[]).await;
    let logout = browser.get("/end_session").await;
    let big = "x".repeat(70_000);
    let cases = [
        ("login", 200, login),
        ("wrong password", 422, wrong),
        ("sent", 200, sent),
        ("link", 200, link),
        ("other browser", 200, elsewhere),
        ("back to the application", 200, code),
        ("dead link", 410, dead),
        ("tokens", 200, tokens),
        ("no tokens", 401, denied),
        ("userinfo", 401, browser.get("/userinfo").await),
        ("logout", 200, logout),
        ("bad request", 400, browser.get("/authorize").await),
        ("no such page", 404, browser.get("/nowhere").await),
        ("no such interaction", 404, browser.get("/interaction/x").await),
        ("no such asset", 404, browser.get("/static/x").await),
        ("method", 405, browser.get("/token").await),
        (
            "method of a page",
            405,
            browser.send("PUT", "/authorize", &[], String::new().into()).await,
        ),
        ("too large", 413, browser.post("/authorize", &[("state", big.as_str())]).await),
        ("too large for programs", 413, browser.post("/token", &[("code", big.as_str())]).await),
        ("head", 200, browser.head("/.well-known/openid-configuration").await),
    ];
    for (case, status, answer) in &cases {
        assert_eq!(answer.status, *status, "{case}: {}", answer.body);
        is_safe(case, answer);
        let cached = answer.header("cache-control");
        let public = answer.path.starts_with("/.well-known");
        assert_eq!(cached == "no-store", !public, "{case}: {cached}");
        let hsts = answer.header("strict-transport-security");
        assert!(hsts.starts_with("max-age="), "{case}");
        assert_eq!(answer.header("set-cookie").is_empty(), answer.cookies().is_empty());
    }
}

#[tokio::test]
async fn errors_are_pages_at_browser_endpoints_and_json_at_api_endpoints() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    for (path, status) in [("/nowhere", 404), ("/authorize", 400), ("/interaction/x/y", 404)] {
        browser.get(path).await.is(status, "error-page");
    }
    browser.send("DELETE", "/l/x", &[], String::new().into()).await.is(405, "error-page");
    for (path, body) in [("/token", "code=%FF"), ("/userinfo", "access_token=a&access_token=b")] {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let answer = browser.send("POST", path, &headers, body.into()).await;
        assert_eq!((answer.status, answer.header("content-type")), (400, "application/json"));
        assert_eq!(answer.json()["error"], "invalid_request", "{path}");
    }
}

#[tokio::test]
async fn unknown_http_methods_have_one_metric_label() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    for method in ["PURGE", "x-1", "x-2"] {
        let answer = browser.send(method, "/token", &[], String::new().into()).await;
        assert_eq!(answer.status, 405, "{method}");
    }
    let metrics = provider.metrics().await;
    let counted = r#"{route="/token",method="other",status="405"} 3"#;
    assert!(metrics.contains(counted), "{metrics}");
    assert!(!metrics.contains("PURGE") && !metrics.contains("x-1"), "{metrics}");
}

#[tokio::test]
async fn form_action_of_the_content_security_policy_is_self() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let login = browser.begin(&Application::web()).await;
    for page in [login, browser.get("/acr/pwd").await, browser.get("/end_session").await] {
        let policy = page.header("content-security-policy");
        assert!(policy.contains("; form-action 'self'; "), "{}: {policy}", page.path);
    }
}

#[tokio::test]
async fn assets_are_kept_for_good_since_their_name_changes_with_them() {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let page = browser.begin(&Application::web()).await;
    let at = page.body.find("href=\"/static/style.css").unwrap() + 6;
    let address = &page.body[at..at + page.body[at..].find('"').unwrap()];
    let style = browser.get(address).await;
    assert_eq!((style.status, style.header("content-type")), (200, "text/css; charset=utf-8"));
    assert!(style.header("cache-control").contains("immutable"));
}

/// The attributes of a cookie by its name, which may have a further part of its own.
fn attributes(answer: &Answer, name: &str) -> String {
    let cookies = answer.cookies();
    let rests = cookies.iter().filter_map(|cookie| cookie.strip_prefix(name));
    let mut of_kind = rests.filter(|rest| rest.starts_with(['=', '-']));
    of_kind.next().unwrap().split_once(';').unwrap().1.trim().to_owned()
}

#[tokio::test]
async fn cookies_are_bound_to_the_host_on_https_and_plain_on_localhost() {
    for (issuer, prefix, secure) in [
        ("https://login.example.se", "__Host-idp-", "; Secure"),
        ("http://localhost:8400", "idp-", ""),
    ] {
        let provider = Setup::new().issuer(issuer).start().await;
        let mut browser = Browser::new(&provider);
        let begun = browser.get(&Application::idep().request()).await;
        let common = format!("HttpOnly; SameSite=Lax{secure}; Path=/");
        assert_eq!(
            attributes(&begun, &format!("{prefix}browser")),
            format!("{common}; Max-Age=86400")
        );
        let page = browser.follow(begun).await;
        let page = browser.sign_in(&page, ANNA, crate::support::PASSWORD).await;
        browser.type_address(&page, ANNA_COMPANY, true).await.is(200, "sent-page");
        let back = browser.confirm_last_link().await;
        assert_eq!(attributes(&back, &format!("{prefix}session")), common);
        let remembered = attributes(&back, &format!("{prefix}remembered"));
        assert_eq!(remembered, format!("{common}; Max-Age=1728000"));
        let chosen = browser.get("/acr/pwd?ui_locales=en").await;
        assert!(attributes(&chosen, &format!("{prefix}language")).starts_with(&common));
        assert_eq!(chosen.header("strict-transport-security").is_empty(), secure.is_empty());
    }
}
