//! Section 4.4: a client on its own behalf.

use crate::support::party::{call, introspected, parties, text, userinfo};

const GRANT: [(&str, &str); 1] = [("grant_type", "client_credentials")];

#[tokio::test]
async fn section_4_4_3_a_client_gets_an_access_token_without_user_data() {
    let provider = parties().start().await;
    let answer = call(&provider, "/token", "server", &GRANT, None).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"));
    let tokens = answer.json();
    for member in ["refresh_token", "id_token", "scope"] {
        assert_eq!(tokens.get(member), None, "{member}");
    }
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(userinfo(&provider, &tokens["access_token"]).await, 403);
    let told = introspected(&provider, "server", &tokens["access_token"]).await;
    assert_eq!((&told["active"], &told["sub"]), (&true.into(), &"server".into()));
    assert_eq!(told.get("auth_time"), None);
    provider.pass(600);
    let told = introspected(&provider, "server", &tokens["access_token"]).await;
    assert_eq!(told, serde_json::json!({"active": false}));
}

#[tokio::test]
async fn section_4_4_2_a_client_without_the_grant_type_is_unauthorized_client() {
    let provider = parties().start().await;
    for (id, error) in [("web", "unauthorized_client"), ("spa", "unauthorized_client")] {
        let answer = call(&provider, "/token", id, &GRANT, None).await;
        assert_eq!((answer.status, text(&answer.json(), "error")), (400, error.to_owned()), "{id}");
    }
}

#[tokio::test]
async fn rfc_8707_section_2_a_client_credentials_token_is_issued_only_for_registered_resources() {
    let provider = parties().start().await;
    let ask = async |resource: &str| {
        let form = [GRANT[0], ("resource", resource)];
        call(&provider, "/token", "server", &form, None).await.json()
    };
    assert_eq!(ask("https://evil.example/").await["error"], "invalid_target");
    let tokens = ask("https://api.example/").await;
    let told = introspected(&provider, "api", &tokens["access_token"]).await;
    assert_eq!(told["aud"], "https://api.example/");
}
