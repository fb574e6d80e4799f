//! Section 11: the scope `offline_access`.

use crate::support::Browser;
use crate::support::party::{granted, parties};

#[tokio::test]
async fn offline_access_is_granted_to_a_first_party_client_with_grant_type_refresh_token() {
    let provider = parties().start().await;
    let mut browser = Browser::new(&provider);
    for (id, scope) in [("server", "openid offline_access"), ("web", "openid")] {
        let tokens = granted(&mut browser, id, "openid offline_access").await;
        assert_eq!(tokens["scope"], scope, "{id}");
        assert_eq!(tokens.get("refresh_token").is_some(), id == "server");
    }
}
