use std::collections::BTreeSet;

use crate::oauth::client::Client;
use crate::store::Recording;
use crate::store::account::consents::RecordConsent as _;
use crate::store::tests::device_codes::waiting;
use crate::store::tests::fixtures::{NOW, account, digest, later, tokens, with_session};

/// What the file holds now; returns who is ended.
async fn record(store: &Recording, ids: &[&str]) -> Vec<String> {
    let ids: BTreeSet<_> = ids.iter().map(|id| (*id).to_owned()).collect();
    let changes = store.static_client_changes(&ids).await.unwrap();
    store.record_static_clients(&changes, later(5)).await.unwrap();
    changes.into_iter().filter(|change| change.ends).map(|change| change.client_id).collect()
}

/// A grant, a consent and a waiting device of the client `idep`.
async fn with_all(store: &Recording) {
    let a = with_session(store).await.id;
    assert!(store.consume_code("grant-0", &tokens("t1", NOW, later(600)), NOW).await.unwrap());
    act!(store, |c| c.record_consent(&a, "idep", "email", NOW.0).await).unwrap();
    assert!(store.add_device((&digest("d"), &digest("u")), &waiting(), None, NOW).await.unwrap());
}

/// Whether the grant, the consent and the device of `idep` are there.
async fn left(store: &Recording) -> (bool, bool, bool) {
    let grant = store.grant_by_access_token(&digest("t1"), NOW).await.unwrap();
    let consent = store.consent(&account("a").id, "idep").await.unwrap();
    let device = store.device_by_user_code(&digest("u"), NOW).await.unwrap();
    (grant.is_some(), consent.is_some(), device.is_some())
}

const ALL: (bool, bool, bool) = (true, true, true);
const NONE: (bool, bool, bool) = (false, false, false);

on_both! {
    async fn recording_the_configured_clients_first_or_unchanged_ends_no_grant(store: Store) {
        with_all(&store).await;
        for ids in [&["idep", "web"][..], &["web", "idep"], &["web", "idep", "new"]] {
            let ended = record(&store, ids).await;
            assert!(!ended.contains(&"idep".to_owned()));
            assert_eq!(left(&store).await, ALL, "{ids:?}");
        }
    }

    async fn a_client_removed_from_the_file_loses_its_grants_and_no_other_client_does(store: Store) {
        with_all(&store).await;
        record(&store, &["idep", "web"]).await;
        assert_eq!(record(&store, &["idep"]).await, ["web"]);
        assert_eq!(left(&store).await, ALL);
        assert_eq!(record(&store, &[]).await, ["idep"]);
        assert_eq!(left(&store).await, NONE);
    }

    async fn a_client_added_to_the_file_again_has_no_grants_of_a_node_with_the_older_file(store: Store) {
        record(&store, &["idep"]).await;
        record(&store, &[]).await;
        with_all(&store).await;
        assert_eq!(left(&store).await, ALL, "granted by a node with the older file");
        assert_eq!(record(&store, &["idep"]).await, ["idep"]);
        assert_eq!(left(&store).await, NONE);
    }

    async fn nodes_that_record_the_same_clients_in_parallel_end_no_grant(store: Store) {
        with_all(&store).await;
        let outcomes = super::race(4, |_| {
            let store = store.clone();
            async move { record(&store, &["idep", "web"]).await.is_empty() }
        });
        outcomes.await;
        assert_eq!(left(&store).await, ALL);
    }

    async fn a_new_client_with_the_id_of_a_former_one_has_none_of_its_grants(store: Store) {
        with_all(&store).await;
        let metadata = serde_json::json!({
            "client_id": "idep",
            "token_endpoint_auth_method": "none",
            "redirect_uris": ["https://rp.example/cb"],
        });
        let metadata = serde_json::from_value(metadata).unwrap();
        let client = Client::register(metadata, &"openid".parse().unwrap()).unwrap();
        store.add_client(&client, later(5)).await.unwrap();
        assert_eq!(left(&store).await, NONE);
    }

    async fn a_replaced_client_keeps_its_grants(store: Store) {
        let metadata = serde_json::json!({
            "client_id": "idep",
            "token_endpoint_auth_method": "none",
            "redirect_uris": ["https://rp.example/cb"],
        });
        let metadata = serde_json::from_value(metadata).unwrap();
        let client = Client::register(metadata, &"openid".parse().unwrap()).unwrap();
        store.add_client(&client, NOW).await.unwrap();
        with_all(&store).await;
        store.add_client(&client, later(5)).await.unwrap();
        assert_eq!(left(&store).await, ALL);
    }
}
