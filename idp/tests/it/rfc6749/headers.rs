//! Sections 2.3 and 3.2, RFC 6750 section 2, RFC 9110 sections 5.3 and 9.3.1: one `Authorization`
//! header, and no body with a GET.

use std::net::{IpAddr, SocketAddr};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request};
use conformance::answer;
use tower::ServiceExt as _;
use url::Url;

use crate::rfc7591::{OPEN, metadata, register};
use crate::support::application::{SECRET, basic};
use crate::support::party::{granted, parties, text};
use crate::support::{Answer, Browser, ISSUER, TestProvider};

/// One request with these `Authorization` headers.
async fn send(
    provider: &TestProvider,
    (method, path): (&str, &str),
    authorizations: &[&[u8]],
    body: &str,
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/x-www-form-urlencoded");
    for value in authorizations {
        request = request.header("authorization", HeaderValue::from_bytes(value).unwrap());
    }
    let mut request = request.body(Body::from(body.to_owned())).unwrap();
    let peer = SocketAddr::from((IpAddr::from([192, 0, 2, 1]), 40_000));
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = provider.router.clone().oneshot(request).await.unwrap();
    let url = Url::parse(ISSUER).unwrap().join(path).unwrap();
    answer::Answer::collect(url, response).await.unwrap().into()
}

#[tokio::test]
async fn a_request_with_two_authorization_headers_is_refused_at_every_endpoint() {
    let provider = parties().settings(OPEN).start().await;
    let mut browser = Browser::new(&provider);
    let tokens = granted(&mut browser, "server", "openid").await;
    let bearer = format!("Bearer {}", text(&tokens, "access_token"));
    let client = register(&provider, None, &metadata()).await.json();
    let own = format!("Bearer {}", text(&client, "registration_access_token"));
    let address = format!("/register/{}", text(&client, "client_id"));
    let (good, other) = (basic("server", SECRET), basic("api", SECRET));
    for (method, path, credentials, body) in [
        ("POST", "/token", &good, "grant_type=client_credentials"),
        ("POST", "/introspect", &good, "token=x"),
        ("POST", "/revoke", &good, "token=x"),
        ("POST", "/par", &good, "client_id=server"),
        ("POST", "/device_authorization", &good, "scope=openid"),
        ("GET", "/userinfo", &bearer, ""),
        ("POST", "/userinfo", &bearer, ""),
        ("GET", address.as_str(), &own, ""),
        ("DELETE", address.as_str(), &own, ""),
    ] {
        for second in [credentials, &other] {
            for both in [[credentials, second], [second, credentials]] {
                let both = both.map(|value| value.as_bytes());
                let answer = send(&provider, (method, path), &both, body).await;
                let told = (answer.status, answer.json()["error"].clone());
                assert_eq!(told, (400, "invalid_request".into()), "{method} {path}");
                assert_eq!(answer.header("cache-control"), "no-store", "{method} {path}");
            }
        }
    }
    let unreadable = [good.as_bytes(), "å".as_bytes()].concat();
    let answer = send(&provider, ("POST", "/token"), &[&unreadable], "grant_type=x").await;
    assert_eq!(answer.status, 400, "what cannot be read is not as good as nothing");
    let one = [good.as_bytes()];
    let answer = send(&provider, ("POST", "/token"), &one, "grant_type=client_credentials").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer = send(&provider, ("GET", &address), &[own.as_bytes()], "").await;
    assert_eq!(answer.status, 200, "none of the refused requests did anything");
}

#[tokio::test]
async fn rfc_6750_section_2_2_the_body_of_a_get_request_is_ignored() {
    let provider = parties().start().await;
    let mut browser = Browser::new(&provider);
    let token = text(&granted(&mut browser, "server", "openid").await, "access_token");
    let form = format!("access_token={token}");
    let shown = async |method: &str, headers: &[&[u8]]| {
        send(&provider, (method, "/userinfo"), headers, &form).await.status
    };
    assert_eq!(shown("POST", &[]).await, 200);
    assert_eq!(shown("GET", &[]).await, 401);
    assert_eq!(shown("HEAD", &[]).await, 401);
    let bearer = format!("Bearer {token}");
    assert_eq!(shown("GET", &[bearer.as_bytes()]).await, 200);
    let body = "client_id=web&redirect_uri=https%3A%2F%2Frp.example%2Fcb&response_type=code";
    let answer = send(&provider, ("GET", "/authorize"), &[], body).await;
    answer.is(400, "error-page");
}
