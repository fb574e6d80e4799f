//! [RFC 7662](https://www.rfc-editor.org/rfc/rfc7662) and
//! [RFC 9701](https://www.rfc-editor.org/rfc/rfc9701): what a token stands for.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::support::application::{CALLBACK, basic, claims};
use crate::support::assertion::{ClientKey, JWT_BEARER, assertion, jwks};
use crate::support::party::{call, granted, introspected, parties, text};
use crate::support::{ANNA, Browser, ISSUER, NOW, PWD};

#[tokio::test]
async fn section_2_2_a_live_token_is_described_and_any_other_is_inactive() {
    let provider = parties().start().await;
    let mut browser = Browser::new(&provider);
    let tokens = granted(&mut browser, "server", "openid profile").await;
    let told = introspected(&provider, "server", &tokens["access_token"]).await;
    let expected = json!({
        "active": true, "iss": ISSUER, "client_id": "server", "sub": format!("sub-{ANNA}"),
        "scope": "openid profile", "token_type": "Bearer", "iat": NOW.0, "exp": NOW.0 + 600,
        "acr": PWD, "amr": ["pwd"], "auth_time": NOW.0,
    });
    assert_eq!(told, expected);
    let told = introspected(&provider, "server", &tokens["refresh_token"]).await;
    assert_eq!((&told["active"], told.get("token_type")), (&json!(true), None));
    for dead in ["unknown", "a.b.c", &"x".repeat(9_000)] {
        let told = introspected(&provider, "server", &dead.into()).await;
        assert_eq!(told, json!({"active": false}));
    }
    provider.pass(600);
    let told = introspected(&provider, "server", &tokens["access_token"]).await;
    assert_eq!(told, json!({"active": false}));
    let page = browser.get("/end_session").await;
    browser.press(&page, "logout-confirm").await;
    let told = introspected(&provider, "server", &tokens["refresh_token"]).await;
    assert_eq!(told, json!({"active": false}));
}

#[tokio::test]
async fn section_4_a_client_introspects_only_its_own_tokens_and_those_for_its_resources() {
    let provider = parties().start().await;
    let form = |resource| [("grant_type", "client_credentials"), ("resource", resource)];
    let of = async |resource| {
        call(&provider, "/token", "server", &form(resource), None).await.json()["access_token"]
            .clone()
    };
    let (api, other) = (of("https://api.example/").await, of("https://other.example/").await);
    let plain = granted(&mut Browser::new(&provider), "server", "openid").await;
    for (asker, token, told) in [
        ("api", &api, true),
        ("api", &other, false),
        ("api", &plain["access_token"], false),
        ("stranger", &api, false),
        ("web", &plain["access_token"], true),
        ("web", &api, false),
        ("web", &plain["refresh_token"], false),
    ] {
        let active = introspected(&provider, asker, token).await["active"].clone();
        assert_eq!(active, told, "{asker}");
    }
}

#[tokio::test]
async fn section_2_1_an_unauthenticated_introspection_request_is_refused() {
    let provider = parties().start().await;
    for id in ["spa", "nobody"] {
        let answer = call(&provider, "/introspect", id, &[("token", "x")], None).await;
        assert_eq!(
            (answer.status, text(&answer.json(), "error").as_str()),
            (401, "invalid_client")
        );
    }
    let none = call(&provider, "/introspect", "web", &[], None).await;
    assert_eq!((none.status, text(&none.json(), "error").as_str()), (400, "invalid_request"));
}

#[tokio::test]
async fn rfc_9701_section_5_a_signed_response_is_returned_if_accepted() {
    let provider = parties().start().await;
    let tokens = granted(&mut Browser::new(&provider), "web", "openid").await;
    let accept = "application/token-introspection+jwt";
    let authorization = basic("web", crate::support::application::SECRET);
    let headers = [("accept", accept), ("authorization", authorization.as_str())];
    let access = text(&tokens, "access_token");
    let fields = [("token", access.as_str())];
    let answer = Browser::new(&provider).post_with("/introspect", &fields, &headers).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, accept));
    let told = claims(&answer.body);
    assert_eq!((&told["iss"], &told["aud"]), (&json!(ISSUER), &json!("web")));
    assert_eq!(told["token_introspection"]["active"], true);
    assert_eq!((told.get("sub"), told.get("exp")), (None, None));
}

#[tokio::test]
async fn fapi_2_0_section_5_4_1_responses_to_fapi_clients_are_not_signed_with_rs256() {
    let signer = ClientKey::new("own");
    let client = format!(
        "[[client]]\nclient_id = \"fapi\"\nredirect_uris = [\"{CALLBACK}\"]\n\
         token_endpoint_auth_method = \"private_key_jwt\"\nfapi = \"security\"\njwks = {}\n",
        jwks(&[&signer])
    );
    let provider = parties().settings(&client).start().await;
    let assertion = signer.sign(&assertion(&provider, "fapi"));
    let basic = basic("web", crate::support::application::SECRET);
    let proved = format!("&client_assertion_type={JWT_BEARER}&client_assertion={assertion}");
    for (authorization, fields, algorithm) in
        [(basic.as_str(), "", "RS256"), ("", proved.as_str(), "ES256")]
    {
        let mut headers = vec![
            ("accept", "application/token-introspection+jwt"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        if !authorization.is_empty() {
            headers.push(("authorization", authorization));
        }
        let body = format!("token=unknown{fields}");
        let answer =
            Browser::new(&provider).send("POST", "/introspect", &headers, body.into()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let header = answer.body.split('.').next().unwrap();
        let header = URL_SAFE_NO_PAD.decode(header).unwrap();
        let header: serde_json::Value = serde_json::from_slice(&header).unwrap();
        assert_eq!(header["alg"], algorithm);
    }
}
