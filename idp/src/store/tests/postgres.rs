//! What only PostgreSQL can do wrong: connections that outlive what they were lent for.

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use diesel_async::RunQueryDsl as _;
use tokio::sync::Notify;

use crate::store::Db;
use crate::store::error::Fault;
use crate::store::pipelined::Pipelined;
use crate::store::tests::fixtures::{NOW, account};

on_one! {
    postgres by on_postgres;

    async fn a_transaction_is_rolled_back_if_its_future_is_dropped(store: Store) {
        store.add_account(&account("a"), None, &[]).await.unwrap();
        let deleted = Notify::new();
        let half_done = async {
            let Db::Postgres(db) = store.db() else { unreachable!("it is PostgreSQL's") };
            let mut lease = db.connection().await.unwrap();
            let body = async |c: &mut Pipelined| -> Result<(), Fault> {
                diesel::sql_query("DELETE FROM accounts /* of a test */").execute(c).await?;
                deleted.notify_one();
                std::future::pending().await
            };
            lease.transaction(body).await
        };
        tokio::select! {
            outcome = half_done => panic!("it went on: {outcome:?}"),
            () = deleted.notified() => {}
        }
        assert_eq!(store.count_accounts().await.unwrap(), 1);
        assert!(store.add_account(&account("b"), None, &[]).await.unwrap());
        let elsewhere = super::race(8, |_| {
            let store = store.clone();
            async move { store.count_accounts().await.unwrap() }
        });
        assert_eq!(elsewhere.await, [2; 8], "b was committed, not left in that transaction");
    }

    async fn a_connection_that_the_server_ended_is_replaced(store: Store) {
        store.ping().await.unwrap();
        let Db::Postgres(db) = store.db() else { unreachable!("it is PostgreSQL's") };
        let mut lease = db.connection().await.unwrap();
        let end = diesel::sql_query("SELECT pg_terminate_backend(pg_backend_pid()) /* of a test */");
        end.execute(&mut *lease).await.unwrap_err();
        drop(lease);
        store.ping().await.unwrap();
    }

    async fn an_update_or_upsert_is_prepared_once_on_a_connection(store: Store) {
        for beat in 1..=3 {
            store.beat("a", beat).await.unwrap();
            store.disable_account("a", NOW).await.unwrap();
        }
        let Db::Postgres(db) = store.db() else { unreachable!("it is PostgreSQL's") };
        let mut lease = db.connection().await.unwrap();
        for prefix in ["INSERT INTO \"outbox_holders\"%ON CONFLICT%", "UPDATE \"accounts\"%"] {
            let runs: Runs = diesel::sql_query(
                "SELECT max(generic_plans + custom_plans) AS runs /* of a test */ \
                 FROM pg_prepared_statements WHERE statement LIKE $1",
            )
            .bind::<Text, _>(prefix)
            .get_result(&mut *lease)
            .await
            .unwrap();
            assert_eq!(runs.runs, Some(3), "{prefix}");
        }
    }

    async fn a_failed_first_statement_ends_its_transaction_only(store: Store) {
        store.add_account(&account("a"), None, &[]).await.unwrap();
        let Db::Postgres(db) = store.db() else { unreachable!("it is PostgreSQL's") };
        let mut lease = db.connection().await.unwrap();
        let body = async |c: &mut Pipelined| -> Result<(), Fault> {
            diesel::sql_query("DELETE FROM nothing /* of a test */").execute(c).await?;
            Ok(())
        };
        lease.transaction(body).await.unwrap_err();
        let body = async |c: &mut Pipelined| -> Result<(), Fault> {
            diesel::sql_query("DELETE FROM accounts /* of a test */").execute(c).await?;
            Err(Fault::Lost)
        };
        lease.transaction(body).await.unwrap_err();
        let in_transaction: InTransaction = diesel::sql_query(
            "SELECT pg_current_xact_id_if_assigned() IS NOT NULL AS open /* of a test */",
        )
        .get_result(&mut *lease)
        .await
        .unwrap();
        assert!(!in_transaction.open);
        assert!(lease.is_reusable());
        assert_eq!(store.count_accounts().await.unwrap(), 1);
    }
}

#[derive(QueryableByName)]
struct Runs {
    #[diesel(sql_type = Nullable<BigInt>)]
    runs: Option<i64>,
}

#[derive(QueryableByName)]
struct InTransaction {
    #[diesel(sql_type = Bool)]
    open: bool,
}
