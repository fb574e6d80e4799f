//! What only PostgreSQL can do wrong: connections that outlive what they were lent for.

use diesel_async::{AsyncPgConnection, RunQueryDsl as _};
use tokio::sync::Notify;

use crate::store::Db;
use crate::store::error::Fault;
use crate::store::tests::fixtures::account;

on_one! {
    postgres by on_postgres;

    async fn a_transaction_is_rolled_back_if_its_future_is_dropped(store: Store) {
        store.add_account(&account("a"), None, &[]).await.unwrap();
        let deleted = Notify::new();
        let half_done = async {
            let Db::Postgres(db) = store.db() else { unreachable!("it is PostgreSQL's") };
            let mut lease = db.connection().await.unwrap();
            let connection: &mut AsyncPgConnection = &mut lease;
            let body = async |c: &mut AsyncPgConnection| -> Result<(), Fault> {
                diesel::sql_query("DELETE FROM accounts /* of a test */").execute(c).await?;
                deleted.notify_one();
                std::future::pending().await
            };
            diesel_async::AsyncConnection::transaction(connection, body).await
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
}
