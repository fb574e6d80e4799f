//! The store's contract: each case runs on SQLite and on PostgreSQL.
//!
//! PostgreSQL needs `TEST_DATABASE_URL`; each case makes a schema of its own in that database and
//! drops it. Without the variable those cases do nothing and say so on standard error, unless
//! `TEST_DATABASE_REQUIRED` forbids that.

use std::env;
use std::future::Future;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use futures_util::FutureExt as _;
use tokio::task::JoinSet;

use crate::config::Database;
use crate::store::{Recording, Store};

/// Makes two tests of each function that takes a migrated store.
macro_rules! on_both {
    ($(async fn $name:ident($store:ident: Store) $body:block)*) => {
        $(async fn $name($store: $crate::store::Recording) $body)*

        mod sqlite {$(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                $crate::store::tests::on_sqlite(super::$name).await;
            }
        )*}

        mod postgres {$(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                $crate::store::tests::on_postgres(super::$name).await;
            }
        )*}
    };
}

/// The same for cases that concern one back end: `on_one! { sqlite by on_sqlite; async fn … }`.
macro_rules! on_one {
    ($back_end:ident by $runner:ident; $(async fn $name:ident($store:ident: Store) $body:block)*) => {
        $(async fn $name($store: $crate::store::Recording) $body)*

        mod $back_end {$(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                $crate::store::tests::$runner(super::$name).await;
            }
        )*}
    };
}

mod accounts;
mod audit;
mod completion;
mod consents;
mod contact_versions;
mod contacts;
mod device_codes;
mod expiry;
mod fixtures;
mod grants;
mod interactions;
mod keys;
mod leases;
mod links;
mod logouts;
mod outbox;
mod plans;
mod postgres;
mod probe;
mod pushed_requests;
mod registrations;
mod schema;
mod sessions;
mod shares;
mod static_clients;
mod throttles;
mod tokens;
mod used_ids;
mod writer;

fn settings(url: String) -> Database {
    Database { url, ..Database::default() }
}

/// The store, with an event of whatever a case does with it.
fn recording(store: &Store) -> Recording {
    store.recording([fixtures::event()])
}

/// Runs a case on a migrated SQLite file.
async fn on_sqlite<F: Future<Output = ()>>(case: impl FnOnce(Recording) -> F) {
    plans::record();
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/idp.db", folder.path().display());
    let store = Store::open(&settings(url)).unwrap();
    store.migrate().await.unwrap();
    case(recording(&store)).await;
    plans::explain_on_sqlite(&store).await;
}

/// Runs a case in a migrated PostgreSQL schema of its own.
async fn on_postgres<F: Future<Output = ()>>(case: impl FnOnce(Recording) -> F) {
    on_postgres_at(|store, _, _| case(store)).await;
}

/// The same for a case that is line the URL of the database and the name of the schema.
async fn on_postgres_at<F: Future<Output = ()>>(case: impl FnOnce(Recording, String, String) -> F) {
    static SCHEMAS: AtomicUsize = AtomicUsize::new(0);
    plans::record();
    let Some(database) = database_url() else { return };
    let number = SCHEMAS.fetch_add(1, Ordering::Relaxed);
    let schema = format!("store_test_{}_{number}", std::process::id());
    let mut owner = AsyncPgConnection::establish(&database).await.unwrap();
    let make = format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}");
    owner.batch_execute(&make).await.unwrap();
    let separator = if database.contains('?') { '&' } else { '?' };
    let url = format!("{database}{separator}options=-csearch_path%3D{schema}");
    let store = Store::open(&settings(url)).unwrap();
    store.migrate().await.unwrap();
    let run = async {
        case(recording(&store), database.clone(), schema.clone()).await;
        plans::explain_on_postgres(&database, &schema).await;
    };
    let outcome = AssertUnwindSafe(run).catch_unwind().await;
    owner.batch_execute(&format!("DROP SCHEMA {schema} CASCADE")).await.unwrap();
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

fn database_url() -> Option<String> {
    static TOLD: Once = Once::new();
    let url = env::var("TEST_DATABASE_URL").ok();
    if url.is_none() {
        assert!(
            env::var_os("TEST_DATABASE_REQUIRED").is_none(),
            "TEST_DATABASE_REQUIRED is set and TEST_DATABASE_URL is not"
        );
        TOLD.call_once(|| {
            // Past the capture of the test harness, so that it is seen.
            let line = "SKIPPED: the store on PostgreSQL, since TEST_DATABASE_URL is not set";
            writeln!(std::io::stderr(), "{line}").unwrap();
        });
    }
    url
}

/// Runs `count` futures on as many tasks as there are, and returns what they came to.
async fn race<T, F>(count: usize, racer: impl Fn(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut tasks: JoinSet<T> = (0..count).map(racer).collect();
    let mut outcomes = Vec::new();
    while let Some(outcome) = tasks.join_next().await {
        outcomes.push(outcome.unwrap());
    }
    outcomes
}

fn winners(outcomes: &[bool]) -> usize {
    outcomes.iter().filter(|won| **won).count()
}
