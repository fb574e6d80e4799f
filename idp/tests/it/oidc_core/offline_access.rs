//! Section 11: the scope `offline_access`.

use crate::support::Browser;
use crate::support::party::{granted, parties};

#[tokio::test]
async fn offline_access_is_granted_to_a_client_of_the_house_that_can_refresh() {
    let provider = parties().start().await;
    let mut browser = Browser::new(&provider);
    for (id, scope) in [("server", "openid offline_access"), ("web", "openid")] {
        let tokens = granted(&mut browser, id, "openid offline_access").await;
        assert_eq!(tokens["scope"], scope, "{id}");
        assert_eq!(tokens.get("refresh_token").is_some(), id == "server");
    }
}
