use crate::account::message::{Delivery, QueuedMessage};
use crate::store::outbox::{Attempted, OutboxTotals};
use crate::store::tests::fixtures::{NOW, later, message, new_link, with_link, with_password};

fn ids(messages: &[QueuedMessage]) -> Vec<&str> {
    messages.iter().map(|message| message.id.as_str()).collect()
}

fn attempted(message: &QueuedMessage, delivery: Delivery) -> Attempted {
    Attempted {
        id: message.id.clone(),
        attempts: message.attempts,
        delivery,
        reply: Some("250 ok".to_owned()),
        next_attempt_at: later(45),
    }
}

on_both! {
    async fn links_go_before_notices_and_the_newest_first(store: Store) {
        let a = with_password(&store).await;
        assert!(store.issue_link(1, &new_link("l1", "i", &a.id), NOW).await.unwrap());
        let mut second = new_link("l2", "i", &a.id);
        second.message.queued_at = later(-10);
        assert!(store.issue_link(2, &second, NOW).await.unwrap());
        let mut future = message("future", None);
        future.next_attempt_at = later(1);
        store.enqueue(&[message("notice", None), future]).await.unwrap();
        let claimed = store.claim_messages(60, 2, NOW).await.unwrap();
        assert_eq!(ids(&claimed), ["message-l1", "message-l2"]);
        assert_eq!((claimed[0].attempts, claimed[0].next_attempt_at), (1, later(60)));
        let claimed = store.claim_messages(60, 9, NOW).await.unwrap();
        assert_eq!(ids(&claimed), ["notice"]);
        assert_eq!(store.claim_messages(60, 9, NOW).await.unwrap(), []);
    }

    async fn a_worker_that_died_gives_its_mails_back(store: Store) {
        store.enqueue(&[message("m", None)]).await.unwrap();
        let first = store.claim_messages(60, 9, NOW).await.unwrap();
        assert_eq!(store.claim_messages(60, 9, later(59)).await.unwrap(), []);
        let second = store.claim_messages(60, 9, later(60)).await.unwrap();
        assert_eq!(second[0].attempts, 2);
        let late = attempted(&first[0], Delivery::Deferred);
        assert!(!store.record_delivery(&late, later(61)).await.unwrap(), "it is another's now");
        let sent = attempted(&second[0], Delivery::Sent);
        assert!(store.record_delivery(&sent, later(61)).await.unwrap());
        assert!(!store.record_delivery(&sent, later(62)).await.unwrap(), "it is not open");
    }

    async fn no_two_workers_get_one_mail(store: Store) {
        let mails: Vec<_> = (0..20).map(|n| message(&format!("m-{n}"), None)).collect();
        store.enqueue(&mails).await.unwrap();
        let claimed = super::race(8, |_| {
            let store = store.clone();
            async move { store.claim_messages(60, 5, NOW).await.unwrap() }
        });
        let claimed = claimed.await.concat();
        let distinct: std::collections::BTreeSet<_> = claimed.iter().map(|m| &m.id).collect();
        assert_eq!(distinct.len(), claimed.len());
        assert!(claimed.len() >= 5);
    }

    async fn a_refused_mail_is_tried_again_when_it_is_due(store: Store) {
        store.enqueue(&[message("m", None)]).await.unwrap();
        let claimed = store.claim_messages(60, 9, NOW).await.unwrap();
        let deferred = attempted(&claimed[0], Delivery::Deferred);
        assert!(store.record_delivery(&deferred, later(2)).await.unwrap());
        assert_eq!(store.claim_messages(60, 9, later(44)).await.unwrap(), []);
        let again = store.claim_messages(60, 9, later(45)).await.unwrap();
        assert_eq!(again[0].delivery, Delivery::Deferred);
        assert_eq!(again[0].reply.as_deref(), Some("250 ok"));
        assert_eq!(again[0].changed_at, later(2));
    }

    async fn a_mail_that_lost_its_meaning_is_given_up(store: Store) {
        with_link(&store).await;
        store.enqueue(&[message("old", None)]).await.unwrap();
        assert_eq!(store.claim_messages(60, 9, later(1_800)).await.unwrap(), []);
        let states = store.messages_of("i").await.unwrap();
        assert_eq!(states[0].delivery, Delivery::Expired);
        assert_eq!(states[0].changed_at, later(1_800));
        assert_eq!(store.outbox_totals().await.unwrap(), OutboxTotals::default());
    }

    async fn the_mail_of_a_dead_link_is_not_sent(store: Store) {
        with_link(&store).await;
        assert!(store.cancel_interaction("i", 2, NOW).await.unwrap());
        assert_eq!(store.claim_messages(60, 9, NOW).await.unwrap(), []);
        assert_eq!(store.messages_of("i").await.unwrap()[0].delivery, Delivery::Expired);
    }

    async fn the_figures_tell_open_oldest_and_failed(store: Store) {
        assert_eq!(store.outbox_totals().await.unwrap(), OutboxTotals::default());
        let mut old = message("old", None);
        old.queued_at = later(-500);
        store.enqueue(&[old, message("new", None), message("bad", None)]).await.unwrap();
        for claimed in store.claim_messages(60, 9, NOW).await.unwrap() {
            let delivery = match claimed.id.as_str() {
                "bad" => Delivery::Refused,
                _ => Delivery::Deferred,
            };
            store.record_delivery(&attempted(&claimed, delivery), NOW).await.unwrap();
        }
        let totals = store.outbox_totals().await.unwrap();
        let expected = OutboxTotals { open: 2, oldest_queued_at: Some(later(-500)), failed: 1 };
        assert_eq!(totals, expected);
    }
}
