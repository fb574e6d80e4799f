//! Section 3: access tokens that are bound to the certificate of their client.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use idp::oauth::mutual_tls::{Certificate, Presented};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::{Made, made};
use crate::support::application::{SECRET, basic};
use crate::support::party::{introspected, text};
use crate::support::{ANNA, Application, Browser, Setup, TestProvider};

const CLIENT: &str = r#"
[[client]]
client_id = "tls"
client_secret = "0123456789abcdef0123456789abcdef"
redirect_uris = ["https://rp.example/cb"]
grant_types = ["authorization_code", "refresh_token"]
tls_client_certificate_bound_access_tokens = true
"#;

/// Status and body of a request on a connection with that certificate.
async fn called(
    provider: &TestProvider,
    certificate: Option<&Made>,
    (path, authorization, fields): (&str, &str, &[(&str, &str)]),
) -> (u16, Value) {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let mut request = Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("authorization", authorization)
        .body(Body::from(body))
        .unwrap();
    if let Some(made) = certificate {
        let certificate = Certificate::parse(&made.der).unwrap();
        request.extensions_mut().insert(Arc::new(Presented { certificate, is_trusted: false }));
    }
    let response = provider.router.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn section_3_a_bound_token_is_accepted_only_with_its_certificate() {
    let (own, other) = (made(), made());
    let provider = Setup::new().settings(CLIENT).start().await;
    let application = Application::new("tls");
    let code = Browser::new(&provider).log_in(&application, ANNA).await.code();
    let form = application.redemption(&code);
    let credentials = basic("tls", SECRET);
    let redeem = ("/token", credentials.as_str(), form.as_slice());
    let (status, refused) = called(&provider, None, redeem).await;
    assert_eq!((status, &refused["error"]), (400, &json!("invalid_request")));
    let (status, tokens) = called(&provider, Some(&own), redeem).await;
    assert_eq!((status, &tokens["token_type"]), (200, &json!("Bearer")), "{tokens}");
    let told = introspected(&provider, "tls", &tokens["access_token"]).await;
    let thumbprint = Certificate::parse(&own.der).unwrap().thumbprint().to_owned();
    assert_eq!(told["cnf"], json!({"x5t#S256": thumbprint}));
    let bearer = format!("Bearer {}", text(&tokens, "access_token"));
    for (certificate, status) in [(Some(&own), 200), (Some(&other), 401), (None, 401)] {
        let (told, body) = called(&provider, certificate, ("/userinfo", &bearer, &[])).await;
        assert_eq!(told, status, "{body}");
        assert!(status == 200 || body["error"] == "invalid_token");
    }
    // A client that authenticates may come with another certificate (section 6.3).
    let token = text(&tokens, "refresh_token");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
    let (status, tokens) = called(&provider, Some(&other), ("/token", &credentials, &fields)).await;
    assert_eq!(status, 200, "{tokens}");
    let bearer = format!("Bearer {}", text(&tokens, "access_token"));
    assert_eq!(called(&provider, Some(&other), ("/userinfo", &bearer, &[])).await.0, 200);
    assert_eq!(called(&provider, Some(&own), ("/userinfo", &bearer, &[])).await.0, 401);
}
