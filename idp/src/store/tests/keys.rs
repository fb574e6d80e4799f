use serde_json::json;

use crate::oauth::client::Client;
use crate::oauth::client_metadata::ClientMetadata;
use crate::oauth::scope::Scope;
use crate::store::Store;
use crate::store::jobs::keys::StoredKey;
use crate::store::tests::fixtures::{NOW, later};

fn key(kid: &str) -> StoredKey {
    StoredKey {
        kid: kid.to_owned(),
        algorithm: "ES256".to_owned(),
        sealed: "sealed".to_owned(),
        state: "active".to_owned(),
        since: NOW,
    }
}

pub(super) fn client(id: &str, name: &str) -> Client {
    let metadata: ClientMetadata = serde_json::from_value(json!({
        "client_id": id,
        "client_name": name,
        "client_secret": "0123456789012345678901234567890123456789",
        "redirect_uris": ["https://idep.example.se/cb"],
    }))
    .unwrap();
    Client::register(metadata, &"openid".parse::<Scope>().unwrap()).unwrap()
}

on_both! {
    async fn the_signing_keys_are_replaced_only_if_the_current_ones_are_named(store: Store) {
        assert!(store.signing_keys().await.unwrap().is_empty());
        let unknown = store.replace_signing_keys(&["x".to_owned()], &[key("a")]).await;
        assert!(!unknown.unwrap());
        assert!(store.replace_signing_keys(&[], &[key("a"), key("b")]).await.unwrap());
        assert_eq!(store.signing_keys().await.unwrap(), [key("a"), key("b")]);
        assert!(!store.replace_signing_keys(&[], &[key("c")]).await.unwrap());
        assert!(!store.replace_signing_keys(&["a".to_owned()], &[key("c")]).await.unwrap());
        let both = ["b".to_owned(), "a".to_owned()];
        let mut retired = key("a");
        retired.state = "retired".to_owned();
        retired.since = later(9);
        assert!(store.replace_signing_keys(&both, &[key("c"), retired.clone()]).await.unwrap());
        assert_eq!(store.signing_keys().await.unwrap(), [key("c"), retired]);
    }

    async fn one_of_several_nodes_that_start_at_once_stores_its_keys(store: Store) {
        let outcomes = super::race(8, |number| {
            let (store, key) = (store.clone(), key(&format!("key-{number}")));
            async move { store.replace_signing_keys(&[], &[key]).await.unwrap() }
        });
        assert_eq!(super::winners(&outcomes.await), 1);
        assert_eq!(store.signing_keys().await.unwrap().len(), 1);
    }

    async fn a_client_is_added_replaced_and_removed(store: Store) {
        let name = async |id: &str| {
            let client = store.client(id).await.unwrap();
            client.map(|client| client.client_name_in("sv").to_owned())
        };
        assert_eq!(name("idep").await, None);
        store.add_client(&client("idep", "IDEP"), NOW).await.unwrap();
        store.add_client(&client("abc", "ABC"), NOW).await.unwrap();
        assert_eq!(name("idep").await.as_deref(), Some("IDEP"));
        store.add_client(&client("idep", "IDEP.WEB"), later(1)).await.unwrap();
        assert_eq!(name("idep").await.as_deref(), Some("IDEP.WEB"), "no copy of the old one");
        let all = store.clients().await.unwrap();
        let ids: Vec<_> = all.iter().map(|client| client.client_id().as_str()).collect();
        assert_eq!(ids, ["abc", "idep"]);
        assert!(store.remove_client("idep", NOW).await.unwrap());
        assert!(!store.remove_client("idep", NOW).await.unwrap());
        assert_eq!(name("idep").await, None);
    }

    async fn a_stored_client_keeps_its_secrets_digest(store: Store) {
        let registered = client("idep", "IDEP");
        store.add_client(&registered, NOW).await.unwrap();
        let stored = store.client("idep").await.unwrap().unwrap();
        assert!(registered.secret().is_some());
        assert_eq!(stored.secret(), registered.secret());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_stored_by_another_process_are_read_immediately() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/idp.db", folder.path().display());
    let [node, command] =
        [(); 2].map(|()| super::recording(&Store::open(&super::settings(url.clone())).unwrap()));
    node.migrate().await.unwrap();
    assert!(node.replace_signing_keys(&[], &[key("a")]).await.unwrap());
    assert_eq!(node.signing_keys().await.unwrap(), [key("a")]);
    let before = ["a".to_owned()];
    assert!(command.replace_signing_keys(&before, &[key("a"), key("b")]).await.unwrap());
    assert_eq!(node.signing_keys().await.unwrap(), [key("a"), key("b")]);
}
