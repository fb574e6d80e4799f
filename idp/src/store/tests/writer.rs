//! The writer thread of SQLite: batches, faults and limits.
#![expect(clippy::disallowed_methods, reason = "a test may start tasks")]

use std::sync::mpsc::{Sender, channel};

use diesel::ExpressionMethods as _;
use diesel_async::{RunQueryDsl as _, SimpleAsyncConnection as _};
use futures_util::FutureExt as _;
use tokio::task::JoinSet;

use crate::store::error::{Error, Fault};
use crate::store::schema::leases;
use crate::store::tests::expiry::delete_expired;
use crate::store::tests::fixtures::{NOW, UNBOUNDED, account, interaction};
use crate::store::tests::{recording, settings};
use crate::store::writer::QUEUE;
use crate::store::{Db, Recording, Store};

/// Keeps the writer busy until what is returned is dropped or error.
async fn held(store: &Recording, tasks: &mut JoinSet<Result<bool, Error>>) -> Sender<()> {
    let (release, wait) = channel::<()>();
    let (begun, began) = tokio::sync::oneshot::channel();
    let store = store.clone();
    tasks.spawn(async move {
        let outcome: Result<(), Fault> = match store.db() {
            Db::Sqlite(db) => {
                let job = move |_: &mut _| {
                    begun.send(()).unwrap();
                    wait.recv().unwrap();
                };
                let run = db.writer.run(crate::store::PATIENCE, move |c| {
                    Box::pin(async move {
                        job(c);
                        Ok(())
                    })
                });
                run.await
            }
            Db::Postgres(_) => unreachable!("these cases are SQLite's"),
        };
        outcome.map(|()| true).map_err(Error::from)
    });
    began.await.unwrap();
    release
}

/// Hands in additions of accounts of these names while the writer is held, so that they share a
/// batch, and returns their outcomes in order.
async fn together(store: &Recording, names: &[&str]) -> Vec<Result<bool, Error>> {
    let mut tasks = JoinSet::new();
    let release = held(store, &mut tasks).await;
    let additions: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(number, name)| {
            let (store, mut account) = (recording(store), account(name));
            account.id = format!("id-{number}");
            account.subject = format!("subject-{number}");
            async move { store.add_account(&account, None, &[]).await }
        })
        .collect();
    let joined = futures_util::future::join_all(additions);
    let released = async {
        while Store::load(store).waiting < names.len() {
            tokio::task::yield_now().await;
        }
        release.send(()).unwrap();
    };
    let (outcomes, ()) = tokio::join!(joined, released);
    assert!(tasks.join_next().await.unwrap().unwrap().unwrap());
    outcomes
}

on_one! {
    sqlite by on_sqlite;

    async fn a_failed_job_rolls_back_only_its_own_part_of_the_batch(store: Store) {
        let outcomes = together(&store, &["a", "a", "b", "a", "c"]).await;
        let won: Vec<_> = outcomes.into_iter().map(Result::unwrap).collect();
        assert_eq!(won, [true, false, true, false, true]);
        assert_eq!(store.count_accounts().await.unwrap(), 3);
    }

    async fn a_panicking_job_is_rolled_back_and_does_not_affect_others(store: Store) {
        let account = account("a");
        let half_done = store.clone();
        let panicked: Result<(), Fault> = commit!(half_done, |c| {
            let deleted = diesel::sql_query("DELETE FROM accounts /* of a test */").execute(c).await?;
            assert_eq!(deleted, usize::MAX, "a promise that does not hold");
            Ok(())
        });
        let error = Error::from(panicked.unwrap_err());
        assert!(error.to_string().contains("panicked"), "{error}");
        assert!(store.add_account(&account, None, &[]).await.unwrap(), "the thread lives");
        let panicked: Result<(), Fault> = commit!(half_done, |c| {
            let deleted = diesel::sql_query("DELETE FROM accounts /* of a test */").execute(c).await?;
            assert_eq!(deleted, usize::MAX, "a promise that does not hold");
            Ok(())
        });
        assert!(panicked.is_err());
        assert_eq!(store.count_accounts().await.unwrap(), 1, "what it did is taken back");
    }

    async fn a_full_queue_refuses_new_jobs_immediately_and_runs_the_accepted_ones(store: Store) {
        let mut tasks = JoinSet::new();
        let release = held(&store, &mut tasks).await;
        for number in 0..QUEUE {
            let (store, new) = (store.clone(), interaction(&format!("i-{number}")));
            tasks.spawn(async move { store.begin_interaction(&new, &UNBOUNDED, i64::MAX).await.map(|()| true) });
        }
        while Store::load(&store).waiting < QUEUE {
            tokio::task::yield_now().await;
        }
        let refused = store.begin_interaction(&interaction("late"), &UNBOUNDED, i64::MAX).await.unwrap_err();
        assert!(refused.is_unavailable(), "{refused}");
        store.count_accounts().await.unwrap();
        release.send(()).unwrap();
        while let Some(outcome) = tasks.join_next().await {
            assert!(outcome.unwrap().unwrap());
        }
        assert_eq!(Store::load(&store).waiting, 0);
        store.begin_interaction(&interaction("late"), &UNBOUNDED, i64::MAX).await.unwrap();
    }

    async fn a_full_disk_fails_every_job_that_was_not_committed(store: Store) {
        let limited: Result<(), Fault> = commit!(store, |c| {
            // No page more than there is.
            c.batch_execute("PRAGMA max_page_count = 1").await?;
            Ok(())
        });
        limited.unwrap();
        let (mut kept, mut refused) = (0, 0);
        for number in 0..400 {
            match store.begin_interaction(&interaction(&format!("i-{number}")), &UNBOUNDED, i64::MAX).await {
                Ok(()) => kept += 1,
                Err(error) => {
                    assert!(error.is_unavailable(), "{error}");
                    refused += 1;
                }
            }
        }
        assert!(refused > 0, "the disk was full");
        let expected = crate::store::tests::fixtures::later(3_600 + 86_400);
        let freed = delete_expired(&store, expected, 1_000).await;
        assert_eq!(freed, kept, "what was acknowledged is there, and nothing else");
        store.begin_interaction(&interaction("again"), &UNBOUNDED, i64::MAX).await.unwrap();
    }

    async fn a_reader_cannot_write(store: Store) {
        let Db::Sqlite(db) = store.db() else { unreachable!("it is SQLite's") };
        let mut reader = db.reader().unwrap();
        let write = diesel::sql_query("DELETE FROM accounts /* of a test */");
        assert!(write.execute(reader.connection()).await.is_err());
    }

    async fn a_job_is_not_run_if_its_caller_is_dropped_before_the_start(store: Store) {
        let mut tasks = JoinSet::new();
        let release = held(&store, &mut tasks).await;
        let account = account("a");
        {
            let mut gone = Box::pin(store.add_account(&account, None, &[]));
            assert!((&mut gone).now_or_never().is_none(), "it waits behind the other");
        }
        release.send(()).unwrap();
        assert!(tasks.join_next().await.unwrap().unwrap().unwrap());
        store.begin_interaction(&interaction("behind it"), &UNBOUNDED, i64::MAX).await.unwrap();
        assert_eq!(store.count_accounts().await.unwrap(), 0);
        assert!(store.add_account(&account, None, &[]).await.unwrap(), "the same request, repeated");
    }

    async fn a_running_job_is_rolled_back_if_its_caller_is_dropped(store: Store) {
        let (begun, began) = tokio::sync::oneshot::channel();
        let (release, wait) = channel::<()>();
        let writes = store.clone();
        let running = tokio::spawn(async move {
            let Db::Sqlite(db) = writes.db() else { unreachable!("it is SQLite's") };
            let run = db.writer.run(crate::store::PATIENCE, move |c| {
                Box::pin(async move {
                    let row = (leases::name.eq("half done"), leases::holder.eq("a"));
                    let row = (row, leases::expires_at.eq(i64::MAX));
                    diesel::insert_into(leases::table).values(row).execute(c).await?;
                    begun.send(()).unwrap();
                    wait.recv().unwrap();
                    Ok(())
                })
            });
            let outcome: Result<(), Fault> = run.await;
            outcome.map_err(Error::from)
        });
        began.await.unwrap();
        running.abort();
        assert!(running.await.unwrap_err().is_cancelled());
        release.send(()).unwrap();
        assert!(store.acquire_lease("half done", "b", 1, NOW).await.unwrap());
        assert!(!store.acquire_lease("half done", "c", 1, NOW).await.unwrap());
    }
}

#[tokio::test]
async fn a_job_that_timed_out_in_the_queue_is_not_run_and_a_started_one_is_awaited() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/idp.db", folder.path().display());
    let store = recording(&Store::open(&settings(url)).unwrap());
    store.migrate().await.unwrap();
    let mut tasks = JoinSet::new();
    let release = held(&store, &mut tasks).await;
    let (impatient, new) = (store.clone(), account("a"));
    let given_up = tokio::spawn(async move { impatient.add_account(&new, None, &[]).await });
    while Store::load(&store).waiting < 1 {
        tokio::task::yield_now().await;
    }
    tokio::time::pause();
    tokio::time::advance(2 * crate::store::PATIENCE).await;
    let error = given_up.await.unwrap().unwrap_err();
    assert!(error.is_unavailable(), "{error}");
    assert!(tasks.try_join_next().is_none(), "one that is taken up is not given up");
    tokio::time::resume();
    release.send(()).unwrap();
    assert!(tasks.join_next().await.unwrap().unwrap().unwrap(), "it hears how it went");
    store.begin_interaction(&interaction("behind it"), &UNBOUNDED, i64::MAX).await.unwrap();
    assert_eq!(store.count_accounts().await.unwrap(), 0, "what was refused is not done");
    assert!(
        store.add_account(&account("a"), None, &[]).await.unwrap(),
        "the same request, repeated"
    );
}
