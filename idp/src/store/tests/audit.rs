use std::sync::Arc;

use diesel::sql_query;
use diesel_async::RunQueryDsl as _;
use tokio::sync::Notify;

use crate::account::event::{Actor, Circumstances, Event, EventKind};
use crate::clock::Timestamp;
use crate::store::audit::batches::{Batch, SealingKey};
use crate::store::audit::events::{EventRow, RecordedEvent};
use crate::store::error::Fault;
use crate::store::tests::fixtures::{NOW, account, later};
use crate::store::tests::race;
use crate::store::{Recording, Store};

fn event(id: &str, kind: EventKind, at: Timestamp) -> Event {
    Event::new(id.to_owned(), kind, Circumstances::of(Actor::Visitor, at))
}

/// Records one event of its own.
async fn record(store: &Store, id: &str, kind: EventKind, at: Timestamp) {
    let event = event(id, kind, at).account(Some("a"));
    store.recording([event]).record().await.unwrap();
}

async fn all(store: &Store) -> Vec<RecordedEvent> {
    store.events_between(0, i64::MAX, 1_000).await.unwrap()
}

fn ids(events: &[RecordedEvent]) -> Vec<String> {
    let id = |event: &RecordedEvent| {
        let event: serde_json::Value = serde_json::from_str(&event.event).unwrap();
        event["id"].as_str().unwrap().to_owned()
    };
    events.iter().map(id).collect()
}

fn batch(number: i64, after: i64, last: i64, at: Timestamp) -> Batch {
    Batch {
        number,
        after_position: after,
        last_position: last,
        closed_at: at.0,
        last_at: at.0,
        seal: format!("seal {number}"),
    }
}

/// Whether the database refuses a statement that changes the record.
async fn refuses(store: &Recording, statement: &'static str) -> bool {
    let changed: Result<usize, Fault> =
        commit!(store, |c| Ok(sql_query(statement).execute(c).await?));
    changed.is_err()
}

on_both! {
    async fn events_are_recorded_with_their_act_and_in_its_order(store: Store) {
        let before = all(&store).await.len();
        let (first, second) = (account("a"), account("b"));
        let added = |id| event(id, EventKind::AccountAdded, NOW);
        let acts = store.recording([added("1"), added("2").account(Some("a"))]);
        assert!(acts.add_account(&first, None, &[]).await.unwrap());
        // The name is taken: no act, no event.
        let lost = store.recording([added("3")]);
        assert!(!lost.add_account(&first, None, &[]).await.unwrap());
        assert!(store.recording([added("4")]).add_account(&second, None, &[]).await.unwrap());
        let events = all(&store).await;
        assert_eq!(ids(&events[before..]), ["1", "2", "4"]);
        assert!(events.is_sorted_by(|one, other| one.position < other.position));
        assert_eq!(ids(&store.events_of_account("a", 0, 9).await.unwrap()), ["2"]);
        assert_eq!(events[before].kind(), Some("account_added"));
        assert!(!events[before].frequent);
    }

    async fn an_event_without_its_act_is_rolled_back(store: Store) {
        let failed: Result<(), Fault> = act!(store, |c| {
            sql_query("INSERT INTO no_such_table VALUES (1) /* of a test */").execute(c).await?;
            Ok(())
        });
        assert!(failed.is_err());
        assert_eq!(all(&store).await, []);
    }

    async fn events_are_not_changed_and_deleted_only_when_their_time_has_come(store: Store) {
        record(&store, "a", EventKind::LoginBegun, NOW).await;
        record(&store, "b", EventKind::AccountAdded, NOW).await;
        let kept = all(&store).await;
        assert!(refuses(&store, "UPDATE events SET event = '{}' /* of a test */").await);
        assert!(refuses(&store, "UPDATE events SET at = 0 /* of a test */").await);
        assert!(refuses(&store, "DELETE FROM events /* of a test */").await);
        assert_eq!(all(&store).await, kept);
        // Of what may be deleted, the deletion goes no further than was noted.
        assert!(store.recording([]).thin_events(0, kept[0].position).await.unwrap());
        assert!(refuses(&store, "DELETE FROM events /* of a test */").await);
        assert_eq!(ids(&all(&store).await), ["b"]);
    }

    async fn a_position_is_settled_once_all_events_before_it_are_committed(store: Store) {
        assert!(all(&store).await.is_empty());
        record(&store, "a", EventKind::LoginBegun, NOW).await;
        record(&store, "b", EventKind::LoginBegun, later(1)).await;
        let events = all(&store).await;
        // On PostgreSQL transactions of others have to end first.
        let mut settled = store.settled_position().await.unwrap();
        while settled < events[1].position {
            settled = store.settled_position().await.unwrap();
        }
        record(&store, "c", EventKind::LoginBegun, NOW).await;
        let behind = store.events_between(settled, i64::MAX, 9).await.unwrap();
        assert_eq!(ids(&behind), ["c"], "also an event with an earlier time");
    }

    async fn of_nodes_that_close_the_same_batch_one_wins(store: Store) {
        let closed = race(8, |number| {
            let (store, last) = (store.clone(), 10 + i64::try_from(number).unwrap());
            async move { store.close_batch(&batch(1, 0, last, NOW)).await.unwrap() }
        });
        assert_eq!(closed.await.iter().filter(|won| **won).count(), 1);
        let last = store.last_batch().await.unwrap().unwrap();
        assert!(store.close_batch(&batch(2, last.last_position, 99, later(60))).await.unwrap());
        let numbers: Vec<_> =
            store.batches_after(0, 9).await.unwrap().iter().map(|batch| batch.number).collect();
        assert_eq!(numbers, [1, 2]);
        assert_eq!(store.batches_after(1, 9).await.unwrap().len(), 1);
        assert_eq!(store.batches_behind(0, 1).await.unwrap(), std::slice::from_ref(&last));
        assert_eq!(store.batches_behind(last.last_position, 9).await.unwrap().len(), 1);
        assert_eq!(store.position_before(later(60)).await.unwrap(), last.last_position);
        assert_eq!(store.position_before(NOW).await.unwrap(), 0);
        assert_eq!(store.position_before(later(61)).await.unwrap(), 99);
    }

    async fn the_first_key_to_seal_with_is_kept(store: Store) {
        assert_eq!(store.sealing_key().await.unwrap(), None);
        let key = |kid: &str| {
            SealingKey { kid: kid.to_owned(), sealed: "jwe".to_owned(), created_at: NOW.0 }
        };
        assert!(store.keep_sealing_key(&key("b")).await.unwrap());
        assert!(!store.keep_sealing_key(&key("a")).await.unwrap());
        assert_eq!(store.sealing_key().await.unwrap(), Some(key("b")));
    }

    async fn old_batches_lose_their_frequent_events_first_and_then_all(store: Store) {
        for (id, kind) in [
            ("a", EventKind::LoginBegun), ("b", EventKind::AccountAdded),
            ("c", EventKind::LoginBegun), ("d", EventKind::AccountAdded),
        ] {
            record(&store, id, kind, NOW).await;
        }
        let places: Vec<_> = all(&store).await.iter().map(|event| event.position).collect();
        let (first, second) = (batch(1, 0, places[1], NOW), batch(2, places[1], places[3], NOW));
        assert!(store.close_batch(&first).await.unwrap());
        assert!(store.close_batch(&second).await.unwrap());
        let deleted = async || {
            let of = async |frequent| store.deleted_position(frequent).await.unwrap();
            (of(false).await, of(true).await)
        };
        assert_eq!(deleted().await, (0, 0));
        let acts = store.recording([]);
        assert!(!acts.thin_events(places[1], places[3]).await.unwrap(), "not from the middle");
        assert!(acts.thin_events(0, places[1]).await.unwrap());
        assert!(!acts.thin_events(0, places[1]).await.unwrap(), "another node was faster");
        assert_eq!(ids(&all(&store).await), ["b", "c", "d"]);
        assert_eq!(deleted().await, (0, places[1]));
        assert!(acts.delete_events(0, places[3]).await.unwrap());
        assert!(!acts.delete_events(0, places[3]).await.unwrap());
        assert_eq!(all(&store).await, []);
        assert_eq!(deleted().await, (places[3], places[3]));
        assert_eq!(store.last_batch().await.unwrap(), None);
        record(&store, "e", EventKind::LoginBegun, NOW).await;
        assert!(all(&store).await[0].position > places[3], "no position is given twice");
    }
}

on_one! {
    positions by on_postgres;

    async fn positions_go_on_behind_the_last_event_on_another_server(store: Store) {
        record(&store, "a", EventKind::LoginBegun, NOW).await;
        // Transactions of the other server have lower numbers.
        let moved: Result<usize, Fault> = commit!(store, |c| Ok(sql_query(
            "UPDATE event_origin SET transactions = transactions - 100 /* of a test */"
        )
        .execute(c)
        .await?));
        moved.unwrap();
        store.continue_positions().await.unwrap();
        record(&store, "b", EventKind::LoginBegun, NOW).await;
        store.continue_positions().await.unwrap();
        record(&store, "c", EventKind::LoginBegun, NOW).await;
        assert_eq!(ids(&all(&store).await), ["a", "b", "c"]);
    }

    async fn no_batch_is_closed_over_the_events_of_a_transaction_under_way(store: Store) {
        record(&store, "a", EventKind::LoginBegun, NOW).await;
        let (written, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (tell, wait) = (Arc::clone(&written), Arc::clone(&go_on));
        let row = EventRow::from(&event("b", EventKind::LoginBegun, NOW));
        let none = store.recording([]);
        let slow = async {
            let outcome: Result<(), Fault> = act!(none, |c| {
                c.record(std::slice::from_ref(&row)).await?;
                tell.notify_one();
                wait.notified().await;
                Ok(())
            });
            outcome.unwrap();
        };
        let others = async {
            written.notified().await;
            record(&store, "c", EventKind::LoginBegun, NOW).await;
            let settled = store.settled_position().await.unwrap();
            go_on.notify_one();
            settled
        };
        let ((), settled) = tokio::join!(slow, others);
        let late: Vec<_> = all(&store).await.into_iter().filter(|event| event.position > settled).collect();
        let late = ids(&late);
        assert!(late.contains(&"b".to_owned()) && late.contains(&"c".to_owned()), "{late:?}");
    }
}
