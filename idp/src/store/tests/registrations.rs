use crate::oauth::client::Client;
use crate::secret::{Digest, RegistrationAccessToken};
use crate::store::tests::fixtures::{NOW, digest, later, tokens, with_session};

fn named(id: &str, name: &str) -> Client {
    let metadata = serde_json::json!({
        "client_id": id,
        "client_name": name,
        "token_endpoint_auth_method": "none",
        "redirect_uris": ["https://rp.example/cb"],
    });
    let metadata = serde_json::from_value(metadata).unwrap();
    Client::register(metadata, &"openid".parse().unwrap()).unwrap()
}

fn token(text: &str) -> Digest<RegistrationAccessToken> {
    digest(text)
}

on_both! {
    async fn a_registration_is_read_and_changed_only_with_its_own_access_token(store: Store) {
        store.register(&named("a", "before"), &token("ta"), NOW).await.unwrap();
        store.register(&named("b", "other"), &token("tb"), later(1)).await.unwrap();
        assert!(store.register(&named("a", "again"), &token("tc"), NOW).await.is_err());
        for (id, is_there) in [("a", true), ("c", false)] {
            assert_eq!(store.client(id).await.unwrap().is_some_and(|c| c.is_self_registered()), is_there, "{id}");
        }
        let (client, at) = store.registration("a", &token("ta")).await.unwrap().unwrap();
        assert_eq!((client.client_name_in("sv"), at), ("before", NOW));
        for (id, other) in [("a", "tb"), ("b", "ta"), ("c", "ta"), ("a", "")] {
            assert!(store.registration(id, &token(other)).await.unwrap().is_none());
            let changed = named(id, "stolen");
            assert!(!store.change_registration(&changed, &token(other)).await.unwrap());
            assert!(!store.end_registration(id, &token(other), NOW).await.unwrap());
        }
        assert_eq!(store.client("a").await.unwrap().unwrap().client_name_in("sv"), "before");
        assert!(store.change_registration(&named("a", "after"), &token("ta")).await.unwrap());
        assert_eq!(store.client("a").await.unwrap().unwrap().client_name_in("sv"), "after");
        assert_eq!(store.client("b").await.unwrap().unwrap().client_name_in("sv"), "other");
    }

    async fn a_deleted_registration_ends_its_grants_and_its_access_token(store: Store) {
        with_session(&store).await;
        let bought = tokens("token", NOW, later(600));
        assert!(store.consume_code("grant-0", &bought, NOW).await.unwrap());
        let id = store.grant_by_code(&digest("code-0"), NOW).await.unwrap().unwrap().client_id;
        let id = id.as_str();
        store.register(&named(id, "gone"), &token("t"), NOW).await.unwrap();
        store.register(&named("stays", "stays"), &token("s"), NOW).await.unwrap();
        assert!(store.end_registration(id, &token("t"), later(1)).await.unwrap());
        assert!(!store.end_registration(id, &token("t"), later(2)).await.unwrap());
        assert!(store.client(id).await.unwrap().is_none());
        assert!(store.registration(id, &token("t")).await.unwrap().is_none());
        assert!(store.grant_by_access_token(&digest("token"), later(1)).await.unwrap().is_none());
        assert!(store.registration("stays", &token("s")).await.unwrap().is_some());
    }

    async fn a_client_removed_by_the_operator_can_no_longer_change_its_registration(store: Store) {
        store.register(&named("a", "a"), &token("t"), NOW).await.unwrap();
        assert!(store.remove_client("a", NOW).await.unwrap());
        assert!(!store.change_registration(&named("a", "back"), &token("t")).await.unwrap());
        assert!(store.client("a").await.unwrap().is_none());
        store.add_client(&named("a", "anew"), NOW).await.unwrap();
        assert!(store.registration("a", &token("t")).await.unwrap().is_none());
    }
}
