//! Section 5.3: the UserInfo endpoint, and RFC 6750's errors.

use crate::support::{ANNA, Answer, Application, Browser, TestProvider};

async fn with_token() -> (TestProvider, Browser, String) {
    let provider = TestProvider::start().await;
    let mut browser = Browser::new(&provider);
    let web = Application::web();
    let code = browser.log_in(&web, ANNA).await.code();
    let token = web.redeem(&browser, &code).await.access_token;
    (provider.clone(), Browser::new(&provider), token)
}

async fn ask(
    browser: &mut Browser,
    method: &str,
    bearer: Option<&str>,
    body: Option<&str>,
) -> Answer {
    let mut headers = Vec::new();
    headers.extend(bearer.map(|value| ("authorization", value)));
    headers.extend(body.map(|_| ("content-type", "application/x-www-form-urlencoded")));
    browser.send(method, "/userinfo", &headers, body.unwrap_or_default().to_owned().into()).await
}

#[tokio::test]
async fn the_access_token_is_accepted_in_the_header_and_in_a_post_body() {
    let (_, mut browser, token) = with_token().await;
    let header = format!("Bearer {token}");
    let body = format!("access_token={token}");
    let answers = [
        ask(&mut browser, "GET", Some(&header), None).await,
        ask(&mut browser, "POST", Some(&header), None).await,
        ask(&mut browser, "POST", None, Some(&body)).await,
        ask(&mut browser, "GET", Some(&format!("bEARER {token}")), None).await,
    ];
    for answer in answers {
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.json()["sub"], format!("sub-{ANNA}"));
    }
}

#[tokio::test]
async fn rfc_6750_section_3_1_errors_have_the_right_status_and_www_authenticate() {
    let (_, mut browser, token) = with_token().await;
    let (header, body) = (format!("Bearer {token}"), format!("access_token={token}"));
    let twice = format!("{body}&{body}");
    let cases = [
        ("no token", "GET", None, None, 401, None),
        ("another scheme", "GET", Some("Basic eDp5"), None, 401, None),
        ("an unknown token", "GET", Some("Bearer abc"), None, 401, Some("invalid_token")),
        ("a malformed token", "GET", Some("Bearer a b"), None, 400, Some("invalid_request")),
        (
            "two ways at once",
            "POST",
            Some(header.as_str()),
            Some(body.as_str()),
            400,
            Some("invalid_request"),
        ),
        ("doubled", "POST", None, Some(twice.as_str()), 400, Some("invalid_request")),
    ];
    for (case, method, bearer, body, status, error) in cases {
        let answer = ask(&mut browser, method, bearer, body).await;
        assert_eq!(answer.status, status, "{case}");
        let challenge = answer.header("www-authenticate");
        match error {
            Some(error) => {
                assert!(challenge.starts_with(&format!("Bearer error=\"{error}\"")), "{challenge}");
            }
            None => assert_eq!(challenge, "Bearer", "{case}"),
        }
    }
    let query = browser.get(&format!("/userinfo?access_token={token}")).await;
    assert_eq!(query.status, 401, "a token in the address is none");
}

#[tokio::test]
async fn a_token_ends_after_ten_minutes_and_with_its_session() {
    let (provider, mut browser, token) = with_token().await;
    let header = format!("Bearer {token}");
    provider.pass(599);
    assert_eq!(ask(&mut browser, "GET", Some(&header), None).await.status, 200);
    provider.pass(1);
    assert_eq!(ask(&mut browser, "GET", Some(&header), None).await.status, 401);
    let mut person = Browser::new(&provider);
    let web = Application::web();
    let code = person.log_in(&web, ANNA).await.code();
    let token = web.redeem(&person, &code).await.access_token;
    let page = person.get("/end_session").await;
    person.press(&page, "logout-confirm").await.is(200, "logout-done");
    assert_eq!(Application::userinfo(&person, &token).await.status, 401);
}
