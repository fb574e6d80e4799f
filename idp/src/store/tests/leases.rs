use crate::store::tests::fixtures::{NOW, later};

on_both! {
    async fn a_lease_belongs_to_one_holder_until_it_expires(store: Store) {
        let take = async |holder: &str, at| {
            store.acquire_lease("sync", holder, 30, at).await.unwrap()
        };
        assert!(take("a", NOW).await);
        assert!(!take("b", later(29)).await);
        assert!(take("a", later(29)).await, "the holder renews it");
        assert!(!take("b", later(58)).await);
        assert!(take("b", later(59)).await);
        assert!(!take("a", later(60)).await);
    }

    async fn a_lease_is_released_only_by_its_holder(store: Store) {
        assert!(store.acquire_lease("sync", "a", 30, NOW).await.unwrap());
        store.release_lease("sync", "b").await.unwrap();
        assert!(!store.acquire_lease("sync", "b", 30, NOW).await.unwrap());
        store.release_lease("sync", "a").await.unwrap();
        assert!(store.acquire_lease("sync", "b", 30, NOW).await.unwrap());
        assert!(store.acquire_lease("expiry", "a", 30, NOW).await.unwrap(), "another name");
    }

    async fn one_of_sixteen_parallel_holders_acquires_a_lease(store: Store) {
        let outcomes = super::race(16, |number| {
            let (store, holder) = (store.clone(), format!("holder-{number}"));
            async move { store.acquire_lease("sync", &holder, 30, NOW).await.unwrap() }
        });
        assert_eq!(super::winners(&outcomes.await), 1);
        let outcomes = super::race(16, |number| {
            let (store, holder) = (store.clone(), format!("heir-{number}"));
            async move { store.acquire_lease("sync", &holder, 30, later(30)).await.unwrap() }
        });
        assert_eq!(super::winners(&outcomes.await), 1, "once it has ended, too");
    }
}
