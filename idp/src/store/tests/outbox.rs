use crate::account::message::{Delivery, NoticePayload, Occasion, QueuedMessage};
use crate::contact::Role;
use crate::store::Recording;
use crate::store::jobs::claims::{Attempted, Claim};
use crate::store::jobs::outbox::OutboxTotals;
use crate::store::tests::fixtures::{NOW, later, message, new_link, with_link, with_password};

fn ids(messages: &[QueuedMessage]) -> Vec<&str> {
    messages.iter().map(|message| message.id.as_str()).collect()
}

fn attempted(message: &QueuedMessage, delivery: Delivery) -> Attempted {
    Attempted {
        id: message.id.clone(),
        holder: "w".to_owned(),
        attempts: message.attempts,
        counts: true,
        delivery,
        reply: Some("250 ok".to_owned()),
        next_attempt_at: later(45),
    }
}

fn any(places: usize) -> Claim {
    Claim::any("w", 1, places)
}

fn to(id: &str, address: &str) -> QueuedMessage {
    QueuedMessage { address: address.to_owned(), ..message(id, None) }
}

async fn is_held(store: &Recording, id: &str) -> bool {
    let claimed = store.claim_messages(&Claim::any("another", 1, 99), later(100)).await.unwrap();
    !ids(&claimed).contains(&id)
}

on_both! {
    async fn links_are_claimed_before_notices_and_future_mails_not_at_all(store: Store) {
        let a = with_password(&store).await;
        assert!(store.issue_link(1, &new_link("l1", "i", &a.id), NOW).await.unwrap().is_queued());
        let mut second = new_link("l2", "i", &a.id);
        second.message.next_attempt_at = later(-10);
        assert!(store.issue_link(2, &second, NOW).await.unwrap().is_queued());
        let mut future = message("future", None);
        future.next_attempt_at = later(1);
        store.enqueue(&[message("notice", None), future]).await.unwrap();
        let claimed = store.claim_messages(&any(2), NOW).await.unwrap();
        assert_eq!(ids(&claimed), ["message-l1", "message-l2"]);
        assert_eq!(claimed[0].attempts, 1);
        assert_eq!(ids(&store.claim_messages(&any(9), NOW).await.unwrap()), ["notice"]);
        assert_eq!(store.claim_messages(&any(9), NOW).await.unwrap(), []);
    }

    async fn a_claim_is_limited_in_notices_and_in_mails_per_domain(store: Store) {
        let a = with_password(&store).await;
        assert!(store.issue_link(1, &new_link("l", "i", &a.id), NOW).await.unwrap().is_queued());
        let mails = [to("a1", "x@a.se"), to("a2", "y@A.se"), to("b1", "x@b.se"), to("c", "x@c.se")];
        store.enqueue(&mails).await.unwrap();
        let claim = Claim { notices: 2, per_domain: 1, ..any(9) };
        let without_c = Claim { except: vec!["c.se".to_owned()], ..claim.clone() };
        let claimed = store.claim_messages(&without_c, NOW).await.unwrap();
        let domains: Vec<_> = claimed.iter().map(QueuedMessage::domain).collect();
        assert_eq!(domains[0], "scb.se", "the link");
        let mut others = domains[1..].to_vec();
        others.sort();
        assert_eq!(others, ["a.se", "b.se"]);
        let none = Claim { notices: 0, ..claim };
        assert_eq!(store.claim_messages(&none, NOW).await.unwrap(), []);
    }

    async fn a_mail_belongs_to_its_holder_until_the_heartbeat_stops(store: Store) {
        store.enqueue(&[message("m", None)]).await.unwrap();
        let first = store.claim_messages(&any(9), NOW).await.unwrap();
        assert_eq!(store.holders().await.unwrap(), [("w".to_owned(), 1)]);
        assert!(is_held(&store, "m").await, "however long it takes");
        store.beat("w", 2).await.unwrap();
        assert!(!store.end_claims("w", 1).await.unwrap(), "it has beaten since");
        assert!(store.end_claims("w", 2).await.unwrap());
        assert!(!store.end_claims("w", 2).await.unwrap());
        let taker = Claim::any("v", 7, 9);
        let second = store.claim_messages(&taker, later(1)).await.unwrap();
        assert_eq!(second[0].attempts, 2);
        let late = attempted(&first[0], Delivery::Sent);
        assert!(!store.record_delivery(&late, later(2)).await.unwrap(), "it is another's now");
        let holder = "v".to_owned();
        let sent = Attempted { holder, ..attempted(&second[0], Delivery::Sent) };
        assert!(store.record_delivery(&sent, later(2)).await.unwrap());
        assert!(!store.record_delivery(&sent, later(3)).await.unwrap(), "it is not open");
    }

    async fn a_claim_is_limited_per_domain_however_many_mails_wait(store: Store) {
        let mails: Vec<_> = (0..4).map(|n| to(&format!("a{n}"), "x@a.se")).collect();
        store.enqueue(&mails).await.unwrap();
        store.enqueue(&[to("b", "x@b.se")]).await.unwrap();
        let claimed = store.claim_messages(&Claim { per_domain: 2, ..any(9) }, NOW).await.unwrap();
        let of_a = claimed.iter().filter(|mail| mail.domain() == "a.se").count();
        assert_eq!((of_a, claimed.len()), (2, 3));
        assert_eq!(store.claim_messages(&any(9), NOW).await.unwrap().len(), 2, "the others wait");
    }

    async fn the_late_result_of_a_worker_considered_stopped_is_not_recorded(store: Store) {
        store.enqueue(&[message("m", None)]).await.unwrap();
        let claimed = store.claim_messages(&any(9), NOW).await.unwrap();
        assert!(store.end_claims("w", 1).await.unwrap());
        let late = attempted(&claimed[0], Delivery::Sent);
        assert!(!store.record_delivery(&late, later(1)).await.unwrap(), "it has no holder");
        assert_eq!(ids(&store.claim_messages(&any(9), later(1)).await.unwrap()), ["m"]);
    }

    async fn a_stopping_worker_releases_its_mails(store: Store) {
        store.enqueue(&[message("m", None), message("n", None)]).await.unwrap();
        assert_eq!(store.claim_messages(&any(9), NOW).await.unwrap().len(), 2);
        store.return_unknown_messages("w", &["m".to_owned()]).await.unwrap();
        assert_eq!(ids(&store.claim_messages(&any(9), NOW).await.unwrap()), ["n"]);
        store.release_holder("w").await.unwrap();
        assert_eq!(store.claim_messages(&any(9), NOW).await.unwrap().len(), 2);
    }

    async fn no_two_workers_get_one_mail(store: Store) {
        let mails: Vec<_> = (0..20).map(|n| message(&format!("m-{n}"), None)).collect();
        store.enqueue(&mails).await.unwrap();
        let claimed = super::race(8, |number| {
            let store = store.clone();
            async move {
                let claim = Claim::any(&format!("w-{number}"), 1, 5);
                store.claim_messages(&claim, NOW).await.unwrap()
            }
        });
        let claimed = claimed.await.concat();
        let distinct: std::collections::BTreeSet<_> = claimed.iter().map(|m| &m.id).collect();
        assert_eq!(distinct.len(), claimed.len());
        assert!(claimed.len() >= 5);
    }

    async fn a_deferred_mail_is_claimed_again_when_due(store: Store) {
        store.enqueue(&[message("m", None)]).await.unwrap();
        let claimed = store.claim_messages(&any(9), NOW).await.unwrap();
        let deferred = attempted(&claimed[0], Delivery::Deferred);
        assert!(store.record_delivery(&deferred, later(2)).await.unwrap());
        assert_eq!(store.claim_messages(&any(9), later(44)).await.unwrap(), []);
        let again = store.claim_messages(&any(9), later(45)).await.unwrap();
        assert_eq!(again[0].delivery, Delivery::Deferred);
        assert_eq!(again[0].reply.as_deref(), Some("250 ok"));
        assert_eq!((again[0].changed_at, again[0].attempts), (later(2), 2));
    }

    async fn a_mail_not_sent_because_the_relay_refused_the_connection_counts_no_attempt(store: Store) {
        store.enqueue(&[message("m", None)]).await.unwrap();
        let claimed = store.claim_messages(&any(9), NOW).await.unwrap();
        let turned_away = Attempted {
            counts: false,
            next_attempt_at: NOW,
            ..attempted(&claimed[0], Delivery::Queued)
        };
        assert!(store.record_delivery(&turned_away, NOW).await.unwrap());
        let again = store.claim_messages(&any(9), NOW).await.unwrap();
        assert_eq!((again[0].delivery, again[0].attempts), (Delivery::Queued, 1));
    }

    async fn an_expired_mail_is_not_sent(store: Store) {
        with_link(&store).await;
        store.enqueue(&[message("old", None)]).await.unwrap();
        assert_eq!(store.claim_messages(&any(9), later(1_800)).await.unwrap(), []);
        let states = store.messages_of("i").await.unwrap();
        assert_eq!(states[0].delivery, Delivery::Expired);
        assert_eq!(states[0].changed_at, later(1_800));
        assert_eq!(store.outbox_totals().await.unwrap(), OutboxTotals::default());
    }

    async fn the_mail_of_an_invalidated_link_expires_and_does_not_delay_others(store: Store) {
        with_link(&store).await;
        assert!(store.cancel_interaction("i", 2, NOW).await.unwrap());
        let mut older = message("older", None);
        older.next_attempt_at = later(-1);
        store.enqueue(&[older]).await.unwrap();
        assert_eq!(ids(&store.claim_messages(&any(1), NOW).await.unwrap()), ["older"]);
        assert_eq!(store.messages_of("i").await.unwrap()[0].delivery, Delivery::Expired);
    }

    async fn repeated_notices_about_one_address_role_are_reduced_to_the_first_and_the_last(
        store: Store
    ) {
        let notice = |number: i64| {
            let new = format!("x{number}@scb.se");
            let event = match number % 2 {
                0 => Occasion::AddressAdded { role: Role::Company, new },
                _ => Occasion::AddressRemoved { role: Role::Company, old: new },
            };
            let subject = "202100083701".to_owned();
            let at = later(number);
            let payload = NoticePayload { event, subject, at }.to_json();
            QueuedMessage { payload, next_attempt_at: at, ..message(&format!("n{number}"), None) }
        };
        for number in 0..100 {
            store.enqueue(&[notice(number)]).await.unwrap();
        }
        let mut another = notice(99);
        another.id = "another".to_owned();
        another.address = "someone.else@scb.se".to_owned();
        store.enqueue(&[another]).await.unwrap();
        let mut claimed = Vec::new();
        for second in [0, 100, 899, 900, 5_000] {
            let due = store.claim_messages(&any(9), later(second)).await.unwrap();
            claimed.push(ids(&due).join(" "));
        }
        assert_eq!(claimed, ["n0", "another", "", "n99", ""]);
    }

    async fn the_outbox_totals_count_open_oldest_and_failed_mails(store: Store) {
        assert_eq!(store.outbox_totals().await.unwrap(), OutboxTotals::default());
        let mut old = message("old", None);
        old.queued_at = later(-500);
        store.enqueue(&[old, message("new", None), message("bad", None)]).await.unwrap();
        for claimed in store.claim_messages(&any(9), NOW).await.unwrap() {
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
