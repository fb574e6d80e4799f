//! All that a database holds: to see what is not in it, and that nothing was changed.

use std::collections::BTreeMap;

use diesel::{Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection, sql_query};

use super::TestProvider;
use super::database::connect;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = diesel::sql_types::Text)]
    text: String,
}

impl TestProvider {
    /// The rows of every table as text, by the name of the table.
    pub(crate) async fn rows(&self) -> BTreeMap<String, String> {
        let url = &self.config.database.url;
        match url.strip_prefix("sqlite://") {
            Some(path) => of_sqlite(path),
            None => of_postgres(url).await,
        }
    }
}

fn of_sqlite(path: &str) -> BTreeMap<String, String> {
    let mut connection = SqliteConnection::establish(path).unwrap();
    let mut texts = |query: String| -> Vec<String> {
        let rows: Vec<Row> = sql_query(query).load(&mut connection).unwrap();
        rows.into_iter().map(|row| row.text).collect()
    };
    let tables = texts(
        "SELECT name AS text FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            .to_owned(),
    );
    let mut all = BTreeMap::new();
    for table in tables {
        let columns =
            texts(format!("SELECT '\"' || name || '\"' AS text FROM pragma_table_info('{table}')"));
        let row = format!("json_array({})", columns.join(", "));
        let rows = texts(format!("SELECT {row} AS text FROM \"{table}\" ORDER BY 1"));
        all.insert(table, rows.join("\n"));
    }
    all
}

async fn of_postgres(url: &str) -> BTreeMap<String, String> {
    let client = connect(url).await;
    let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()";
    let mut all = BTreeMap::new();
    for table in client.query(tables, &[]).await.unwrap() {
        let table: String = table.get(0);
        let rows = format!("SELECT to_jsonb(t)::text FROM \"{table}\" t ORDER BY 1");
        let rows = client.query(&rows, &[]).await.unwrap();
        let rows: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        all.insert(table, rows.join("\n"));
    }
    all
}
