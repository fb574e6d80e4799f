use crate::clock::Timestamp;
use crate::store::Recording;
use crate::store::tests::contacts::{applied, party};
use crate::store::tests::fixtures::{NOW, later};

const SOURCE: &str = "party-parameters";

fn versions(of: &[(&str, i64)]) -> Vec<(String, Timestamp)> {
    of.iter().map(|(party, seconds)| ((*party).to_owned(), later(*seconds))).collect()
}

/// The versions of the copy, by party.
async fn copied(store: &Recording) -> Vec<(String, Timestamp)> {
    let copy = store.contact_copy().await.unwrap();
    copy.parties.into_iter().map(|(party, copy)| (party, copy.version)).collect()
}

on_both! {
    async fn the_version_of_a_party_is_replaced_only_by_a_newer_one(store: Store) {
        applied(&store, 0, &["1", "2", "3"].map(|number| party(number, &[])), &[]).await;
        assert!(store.acquire_lease(SOURCE, "a", 15, NOW).await.unwrap());
        let before = store.sync_state(SOURCE).await.unwrap();
        let some = versions(&[("1", 9), ("2", -1), ("9", 9)]);
        assert!(store.touch_parties((SOURCE, 1), "a", some).await.unwrap());
        assert_eq!(copied(&store).await, versions(&[("1", 9), ("2", 0), ("3", 0)]));
        let after = store.sync_state(SOURCE).await.unwrap();
        assert_eq!((after.revision, after.watermark), (2, before.watermark));
        assert_eq!((after.succeeded_at, after.full_at), (before.succeeded_at, before.full_at));
    }

    async fn versions_from_an_older_copy_or_without_the_lease_are_not_stored(store: Store) {
        applied(&store, 0, &[party("1", &[])], &[]).await;
        let touched = async |revision, holder: &str, seconds| {
            let versions = versions(&[("1", seconds)]);
            store.touch_parties((SOURCE, revision), holder, versions).await.unwrap()
        };
        assert!(!touched(1, "a", 5).await, "nobody holds it");
        assert!(store.acquire_lease(SOURCE, "a", 15, NOW).await.unwrap());
        assert!(!touched(1, "b", 5).await, "another holds it");
        assert!(!touched(0, "a", 5).await, "another run was applied");
        assert_eq!(copied(&store).await, versions(&[("1", 0)]));
        assert!(touched(1, "a", 5).await);
        assert!(!touched(1, "a", 6).await, "it is another copy now");
        assert_eq!(copied(&store).await, versions(&[("1", 5)]));
    }
}
