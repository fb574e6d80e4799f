//! A database that takes no writes is seen, and so is one that takes them again.

use diesel_async::SimpleAsyncConnection as _;

use crate::clock::Clock;
use crate::config::Database;
use crate::store::tests::fixtures::{NOW, account};
use crate::store::tests::plans::OF_A_TEST;
use crate::store::{Db, Recording, Store};

mod either {
    use super::*;

    on_both! {
        async fn the_write_probe_leaves_no_row(store: Store) {
            for _ in 0..3 {
                store.probe_writes(NOW).await.unwrap();
            }
            assert!(store.acquire_lease("write-probe", "a", 1, NOW).await.unwrap());
        }
    }
}

/// Runs SQL on the connection that writes.
async fn on_writer(store: &Recording, sql: &'static str) {
    let Db::Sqlite(db) = store.db() else { unreachable!("this is SQLite's") };
    let work = db.writer.run(crate::store::PATIENCE, move |c| {
        Box::pin(async move { Ok(c.batch_execute(&format!("{OF_A_TEST} {sql}")).await?) })
    });
    work.await.unwrap();
}

on_one! {
    sqlite by on_sqlite;

    async fn the_write_probe_detects_a_full_disk_even_if_updates_still_succeed(store: Store) {
        store.add_account(&account("a"), None, &[]).await.unwrap();
        on_writer(&store, "PRAGMA max_page_count = 1").await;
        assert!(store.disable_account("a", NOW).await.unwrap(), "it fits where it was");
        let full = store.probe_writes(NOW).await.unwrap_err();
        assert!(full.is_unavailable() && full.to_string().contains("full"), "{full}");
        on_writer(&store, "PRAGMA max_page_count = 1000000").await;
        store.probe_writes(NOW).await.unwrap();
    }

    async fn sqlite_has_no_database_clock(store: Store) {
        assert_eq!(store.database_millis().await.unwrap(), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_write_probe_detects_a_read_only_standby_and_its_clock_is_readable() {
    let Some(url) = super::database_url() else { return };
    let separator = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{separator}options=-cdefault_transaction_read_only%3Don");
    let store = Store::open(&Database { url, ..Database::default() }).unwrap();
    store.ping().await.unwrap();
    assert!(store.probe_writes(NOW).await.is_err());
    let (here, there) = (Clock::system().uncorrected_millis(), store.database_millis().await);
    assert!(there.unwrap().unwrap().abs_diff(here) < 3_600_000);
}
