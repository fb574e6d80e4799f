//! [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068): access tokens that can be read.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::application::claims;
use crate::support::party::{call, granted, introspected, parties, text};
use crate::support::{ANNA, Application, Browser, ISSUER, NOW, PWD};

fn header(token: &str) -> Value {
    let header = token.split('.').next().unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap()
}

#[tokio::test]
async fn section_2_a_jwt_access_token_has_the_required_claims_and_can_be_revoked() {
    let provider = parties().start().await;
    let browser = &mut Browser::new(&provider);
    let tokens = granted(browser, "signed", "openid email").await;
    let token = text(&tokens, "access_token");
    let header = header(&token);
    assert_eq!((&header["typ"], &header["alg"]), (&json!("at+jwt"), &json!("ES256")));
    let mut told = claims(&token);
    assert_eq!(told.as_object_mut().unwrap().remove("jti").unwrap().as_str().unwrap().len(), 26);
    let expected = json!({
        "iss": ISSUER, "aud": ISSUER, "sub": format!("sub-{ANNA}"), "client_id": "signed",
        "iat": NOW.0, "exp": NOW.0 + 600, "scope": "openid email", "acr": PWD, "amr": ["pwd"],
        "auth_time": NOW.0,
    });
    assert_eq!(told, expected);
    let told = introspected(&provider, "signed", &tokens["access_token"]).await;
    assert_eq!(told["active"], true);
    // OpenID Connect Core section 5.3.2: this client wants its claims signed.
    let answer = Application::userinfo(browser, &token).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/jwt"));
    let userinfo = claims(&answer.body);
    assert_eq!((&userinfo["iss"], &userinfo["aud"]), (&json!(ISSUER), &json!("signed")));
    assert!(userinfo.get("email").is_some());
    assert_eq!(call(&provider, "/revoke", "signed", &[("token", &token)], None).await.status, 200);
    assert_eq!(Application::userinfo(browser, &token).await.status, 401);
}

#[tokio::test]
async fn section_3_the_audience_is_the_requested_resource() {
    let provider = parties().start().await;
    let form = [("grant_type", "client_credentials"), ("resource", "https://api.example/")];
    let tokens = call(&provider, "/token", "signed", &form, None).await.json();
    let told = claims(&text(&tokens, "access_token"));
    assert_eq!((&told["aud"], &told["sub"]), (&json!("https://api.example/"), &json!("signed")));
}
