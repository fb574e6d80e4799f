use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_async::RunQueryDsl;

use crate::store::tests::fixtures::account;
use crate::store::tests::{database_url, on_postgres, on_sqlite, settings};
use crate::store::{Db, Error, Store};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    required: bool,
    #[diesel(sql_type = Bool)]
    in_key: bool,
}

const SQLITE: &str = "SELECT m.name AS table_name, i.name, \
     CASE upper(i.type) WHEN 'INTEGER' THEN 'BIGINT' ELSE upper(i.type) END AS kind, \
     i.\"notnull\" = 1 AS required, i.pk > 0 AS in_key \
     FROM sqlite_master m JOIN pragma_table_info(m.name) i \
     WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\' \
       AND m.name NOT LIKE 'sqlite%' ORDER BY 1, 2 /* of a test */";

const POSTGRES: &str = "SELECT c.table_name::text, c.column_name::text AS name, \
     upper(c.data_type)::text AS kind, c.is_nullable = 'NO' AS required, \
     EXISTS (SELECT 1 FROM information_schema.key_column_usage k \
       JOIN information_schema.table_constraints t USING (constraint_schema, constraint_name) \
       WHERE t.constraint_type = 'PRIMARY KEY' AND k.table_schema = c.table_schema \
         AND k.table_name = c.table_name AND k.column_name = c.column_name) AS in_key \
     FROM information_schema.columns c WHERE c.table_schema = current_schema() \
       AND c.table_name NOT LIKE '\\_\\_%' AND c.table_name <> 'event_origin' \
     ORDER BY 1, 2 /* of a test */";

async fn columns(store: &Store) -> Result<Vec<Column>, Error> {
    let query = match store.db() {
        Db::Sqlite(_) => SQLITE,
        Db::Postgres(_) => POSTGRES,
    };
    let mut columns: Vec<Column> =
        read!(store, |c| diesel::sql_query(query).load::<Column>(c).await)?;
    columns.sort();
    Ok(columns)
}

on_both! {
    async fn reverted_migrations_can_be_applied_again(store: Store) {
        let before = columns(&store).await.unwrap();
        store.add_account(&account("a"), None, &[]).await.unwrap();
        store.revert_migrations().await.unwrap();
        assert_eq!(columns(&store).await.unwrap(), []);
        let pending = store.pending_migrations().await.unwrap();
        assert!(!pending.is_empty());
        assert_eq!(store.migrate().await.unwrap().len(), pending.len());
        assert_eq!(columns(&store).await.unwrap(), before);
        assert_eq!(store.count_accounts().await.unwrap(), 0);
    }

    async fn parallel_migrations_apply_every_migration_once(store: Store) {
        store.revert_migrations().await.unwrap();
        let pending = store.pending_migrations().await.unwrap().len();
        let applied = super::race(4, |_| {
            let store = store.clone();
            async move { store.migrate().await.unwrap().len() }
        });
        assert_eq!(applied.await.iter().sum::<usize>(), pending);
        assert_eq!(store.pending_migrations().await.unwrap(), Vec::<String>::new());
    }

    async fn a_schema_of_a_newer_version_is_refused(store: Store) {
        let newer: Result<(), crate::store::error::Fault> = commit!(store, |c| {
            let insert = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')";
            diesel::sql_query(insert).execute(c).await?;
            Ok(())
        });
        newer.unwrap();
        for error in [store.pending_migrations().await, store.migrate().await] {
            let error = error.unwrap_err().to_string();
            assert!(error.contains("99990101000000") && error.contains("newer"), "{error}");
        }
    }

    async fn an_open_database_answers(store: Store) {
        store.ping().await.unwrap();
        assert_eq!(Store::load(&store).waiting, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_migrated_schemas_are_equal() {
    if database_url().is_none() {
        return;
    }
    let (seen, tell) = std::sync::mpsc::channel();
    let send = seen.clone();
    on_sqlite(async |store| send.send(columns(&store).await.unwrap()).unwrap()).await;
    on_postgres(async |store| seen.send(columns(&store).await.unwrap()).unwrap()).await;
    let (sqlite, postgres) = (tell.recv().unwrap(), tell.recv().unwrap());
    assert!(sqlite.len() > 100, "the schema was read");
    assert_eq!(sqlite, postgres);
}

#[test]
fn an_unsupported_database_url_is_refused_with_its_setting() {
    let cases = [
        ("mysql://localhost/x", "sqlite:// or postgres://"),
        ("", "sqlite:// or postgres://"),
        ("sqlite://", "must name a file"),
        ("sqlite://:memory:", "must name a file"),
        ("sqlite:///proc/nowhere/idp.db", "/proc/nowhere/idp.db"),
    ];
    for (url, part) in cases {
        let error = Store::open(&settings(url.to_owned())).unwrap_err().to_string();
        assert!(error.starts_with("database.url") && error.contains(part), "{url}: {error}");
    }
}

#[test]
fn the_sqlite_file_and_its_folder_are_accessible_only_to_the_owner() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("var/deep/idp.db");
    let _store = Store::open(&settings(format!("sqlite://{}", file.display()))).unwrap();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(&file.with_file_name("idp.db-wal")), 0o600);
    assert_eq!(mode(file.parent().unwrap()), 0o700);
}

#[tokio::test]
async fn an_unreachable_postgresql_is_reported_as_unavailable() {
    let url = "postgres://nobody@127.0.0.1:1/none".to_owned();
    let error = Store::open(&settings(url)).unwrap().ping().await.unwrap_err();
    assert!(error.is_unavailable(), "{error}");
}
