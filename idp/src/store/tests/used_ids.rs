use crate::store::tests::expiry::delete_expired;
use crate::store::tests::fixtures::{NOW, later};

on_both! {
    async fn an_id_is_accepted_once_until_it_has_expired(store: Store) {
        assert!(store.use_once("a", later(60), NOW).await.unwrap());
        assert!(!store.use_once("a", later(60), NOW).await.unwrap());
        assert!(!store.use_once("a", later(90), later(59)).await.unwrap());
        assert!(store.use_once("b", later(60), NOW).await.unwrap(), "another id");
        assert!(store.use_once("a", later(120), later(60)).await.unwrap());
        assert!(!store.use_once("a", later(120), later(119)).await.unwrap());
    }

    async fn only_expired_ids_are_deleted(store: Store) {
        for (key, end) in [("a", 60), ("b", 120)] {
            assert!(store.use_once(key, later(end), NOW).await.unwrap());
        }
        assert_eq!(delete_expired(&store, later(59), 100).await, 0);
        assert_eq!(delete_expired(&store, later(60), 100).await, 1);
        assert!(!store.use_once("b", later(120), later(60)).await.unwrap());
    }

    async fn at_most_one_of_sixteen_parallel_uses_of_an_id_is_accepted(store: Store) {
        for _ in 0..4 {
            let outcomes = super::race(16, |_| {
                let store = store.clone();
                async move { store.use_once("a", later(60), NOW).await.unwrap() }
            });
            let winners = super::winners(&outcomes.await);
            assert!(winners <= 1);
        }
        assert!(!store.use_once("a", later(60), NOW).await.unwrap());
        let outcomes = super::race(16, |_| {
            let store = store.clone();
            async move { store.use_once("a", later(120), later(60)).await.unwrap() }
        });
        assert_eq!(super::winners(&outcomes.await), 1, "once it has expired, too");
    }
}
