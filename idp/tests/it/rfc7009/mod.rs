//! [RFC 7009](https://www.rfc-editor.org/rfc/rfc7009): tokens given back.

use crate::support::Browser;
use crate::support::party::{call, granted, parties, refresh, text, userinfo};

#[tokio::test]
async fn section_2_1_revoking_a_refresh_token_revokes_its_access_tokens_but_not_vice_versa() {
    let provider = parties().start().await;
    let mut browser = Browser::new(&provider);
    for id in ["server", "spa"] {
        let tokens = granted(&mut browser, id, "openid offline_access").await;
        let (access, token) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
        let again = refresh(&provider, id, &token).await.json();
        let hint = [("token", access.as_str()), ("token_type_hint", "refresh_token")];
        assert_eq!(call(&provider, "/revoke", id, &hint, None).await.status, 200);
        assert_eq!(userinfo(&provider, &tokens["access_token"]).await, 401);
        assert_eq!(userinfo(&provider, &again["access_token"]).await, 200);
        for _ in 0..2 {
            let answer = call(&provider, "/revoke", id, &[("token", &token)], None).await;
            assert_eq!((answer.status, answer.body.as_str()), (200, ""));
        }
        assert_eq!(userinfo(&provider, &again["access_token"]).await, 401);
        assert_eq!(refresh(&provider, id, &token).await.status, 400);
    }
}

#[tokio::test]
async fn section_2_1_a_token_of_another_client_is_not_revoked() {
    let provider = parties().start().await;
    let tokens = granted(&mut Browser::new(&provider), "server", "openid").await;
    for member in ["access_token", "refresh_token"] {
        let token = text(&tokens, member);
        let answer = call(&provider, "/revoke", "pair", &[("token", &token)], None).await;
        assert_eq!((answer.status, text(&answer.json(), "error").as_str()), (400, "invalid_grant"));
    }
    assert_eq!(userinfo(&provider, &tokens["access_token"]).await, 200);
}

#[tokio::test]
async fn section_2_2_an_unknown_token_is_answered_with_success_and_errors_are_oauth_errors() {
    let provider = parties().start().await;
    let known = call(&provider, "/revoke", "web", &[("token", "unknown")], None).await;
    assert_eq!(known.status, 200);
    let none = call(&provider, "/revoke", "web", &[], None).await;
    assert_eq!((none.status, text(&none.json(), "error").as_str()), (400, "invalid_request"));
    let nobody = call(&provider, "/revoke", "nobody", &[("token", "x")], None).await;
    assert_eq!((nobody.status, text(&nobody.json(), "error").as_str()), (401, "invalid_client"));
}
