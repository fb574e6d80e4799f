use crate::account::message::Delivery;
use crate::store::Store;
use crate::store::completion::RememberedChange;
use crate::store::outbox::Attempted;
use crate::store::tests::fixtures::{
    NOW, completion, digest, interaction, later, mark, message, proofs, tokens, with_session,
};
use crate::store::tests::throttles::{RULES, keys};

const DAY: i64 = 86_400;

on_both! {
    async fn nothing_that_counts_is_deleted(store: Store) {
        let a = full_house(&store).await;
        assert_eq!(store.delete_expired(later(60), 100).await.unwrap(), 0);
        assert!(store.grant_by_access_token(&digest("token"), later(60)).await.unwrap().is_some());
        let found = store.remembered_browser(&digest("remembered"), &a, later(60)).await.unwrap();
        assert!(found.is_some());
    }

    async fn what_has_been_over_for_long_is_deleted(store: Store) {
        full_house(&store).await;
        let end = later(21 * DAY);
        assert!(store.delete_expired(end, 100).await.unwrap() >= 8);
        assert!(store.session_by_digest(&digest("cookie-0")).await.unwrap().is_none());
        assert!(store.interaction("i", &digest("browser")).await.unwrap().is_none());
        assert!(store.grant_by_code(&digest("code-0")).await.unwrap().is_none());
        assert_eq!(store.outbox_totals().await.unwrap().failed, 0);
        assert_eq!(store.outbox_totals().await.unwrap().open, 1, "an open mail is given up first");
        assert_eq!(store.count_accounts().await.unwrap(), 1);
        assert_eq!(store.delete_expired(end, 100).await.unwrap(), 0);
    }

    async fn a_replayed_code_is_still_known_for_a_day(store: Store) {
        with_session(&store).await;
        assert!(store.redeem_code("grant-0", &tokens("token", NOW, later(600)), NOW).await.unwrap());
        store.delete_expired(later(60 + DAY - 1), 100).await.unwrap();
        assert!(store.grant_by_code(&digest("code-0")).await.unwrap().is_some());
        store.delete_expired(later(60 + DAY), 100).await.unwrap();
        assert!(store.grant_by_code(&digest("code-0")).await.unwrap().is_none());
    }

    async fn a_batch_is_bounded(store: Store) {
        for number in 0..5 {
            store.begin_interaction(&interaction(&format!("i-{number}"))).await.unwrap();
        }
        let end = later(3_600 + DAY);
        assert_eq!(store.delete_expired(end, 2).await.unwrap(), 2);
        assert_eq!(store.delete_expired(end, 2).await.unwrap(), 2);
        assert_eq!(store.delete_expired(end, 2).await.unwrap(), 1);
    }
}

/// One of everything that expires. Returns the account's id.
async fn full_house(store: &Store) -> String {
    let a = with_session(store).await.id;
    assert!(store.redeem_code("grant-0", &tokens("token", NOW, later(600)), NOW).await.unwrap());
    store.begin_interaction(&interaction("i2")).await.unwrap();
    assert!(store.prove_password("i2", 0, (&a, None), &proofs()).await.unwrap());
    let mut second = completion(&a, 1);
    second.remembered = RememberedChange::Remember {
        mark: mark("mark", &a),
        digest: digest("remembered"),
        replaces: None,
    };
    assert!(store.complete_interaction("i2", 1, &second, NOW).await.unwrap());
    store.count_attempt(&RULES, &keys("a", "n"), NOW).await.unwrap().unwrap();
    store.enqueue(&[message("failed", None)]).await.unwrap();
    let claimed = store.claim_messages(60, 9, NOW).await.unwrap();
    let refused = Attempted {
        id: "failed".to_owned(),
        attempts: claimed[0].attempts,
        delivery: Delivery::Refused,
        reply: None,
        next_attempt_at: NOW,
    };
    assert!(store.record_delivery(&refused, NOW).await.unwrap());
    store.enqueue(&[message("open", None)]).await.unwrap();
    a
}
