//! Fills every table with rows that count, by the columns it finds.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection, sql_query};

use super::support::{DAY, NOW, TestProvider};
use super::work::CHANGES;

/// Tables that stay small: what the operator sets up, and the state of jobs.
const SMALL: [&str; 12] = [
    "clients",
    "registrations",
    "signing_keys",
    "leases",
    "sync_state",
    "quarantine",
    "outbox_holders",
    "password_parameters",
    "event_keys",
    "event_deletions",
    "event_origin",
    "__diesel_schema_migrations",
];

/// Tables with at least as many rows as one run against the party parameters reads or changes.
const CHANGED: [&str; 8] = [
    "accounts",
    "account_parties",
    "browsers",
    "contacts",
    "interactions",
    "links",
    "parties",
    "party_accounts",
];

/// Ids sort by the time that a row was made, as the provider's do.
const ID: &str = "'f' || substr(CAST(100000000 + i AS TEXT), 2)";

/// Digests sort by nothing, as the provider's do.
const DIGEST: &str = "CAST((CAST(i AS BIGINT) * 40503001) % 100000007 AS TEXT)";

/// What a column holds in row `i`, where it is not what its name and type say.
const VALUES: &[(&str, &str)] = &[
    ("accounts.claims", "'{}'"),
    ("events.position", "1000 + i"),
    ("events.event", "'{\"kind\":\"single_sign_on\"}'"),
    ("events.account_id", ID),
    ("event_batches.number", "1 + i"),
    ("event_batches.after_position", "i"),
    ("event_batches.last_position", "1 + i"),
    ("credentials.kind", "'password'"),
    ("account_parties.party", "CAST(300000000000 + i AS TEXT)"),
    ("parties.party", "CAST(300000000000 + i AS TEXT)"),
    ("parties.organisation", "'2021000837'"),
    ("contacts.party", "CAST(300000000000 + i AS TEXT)"),
    ("contacts.role", "'company'"),
    ("contacts.address", "'f' || substr(CAST(100000000 + i AS TEXT), 2) || '@exempel.se'"),
    ("contacts.canonical", "'f' || substr(CAST(100000000 + i AS TEXT), 2) || '@exempel.se'"),
    ("party_accounts.party", "CAST(300000000000 + i AS TEXT)"),
    ("outbox.state", "'sent'"),
    ("outbox.kind", "'notice'"),
    ("outbox.holder", "''"),
    ("outbox.link_id", ID),
    ("outbox.account_id", ID),
    ("interactions.account_id", ID),
    ("interactions.ended_at", "1795438800"),
    ("interactions.ended_how", "'completed'"),
    ("links.used_at", "1795438800"),
    ("grants.account_id", ID),
    ("grants.session_id", ID),
    ("grants.code_digest", DIGEST),
    ("grants.code_used_at", "1795438800"),
    ("logouts.state", "'told'"),
    ("device_codes.state", "'pending'"),
    ("throttles.account", ID),
];

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = diesel::sql_types::Text)]
    table_name: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    kind: String,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    required: bool,
}

const SQLITE_COLUMNS: &str = "SELECT m.name AS table_name, i.name, \
    replace(upper(i.type), 'INTEGER', 'BIGINT') AS kind, \
    i.\"notnull\" = 1 AS required FROM sqlite_master m JOIN pragma_table_info(m.name) i \
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' ORDER BY 1, i.cid";

const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout = 60000; PRAGMA foreign_keys = OFF; \
    PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;";

const POSTGRES_COLUMNS: &str = "SELECT table_name::text, column_name::text AS name, \
    upper(data_type)::text AS kind, is_nullable = 'NO' AS required \
    FROM information_schema.columns WHERE table_schema = current_schema() \
    ORDER BY 1, ordinal_position";

pub(super) async fn fill(provider: &TestProvider, rows: usize) {
    match provider.config.database.url.strip_prefix("sqlite://") {
        Some(path) => {
            // References are not checked here: every row that is referred to is made.
            let mut connection = SqliteConnection::establish(path).unwrap();
            connection.batch_execute(SQLITE_SETTINGS).unwrap();
            let columns: Vec<Column> = sql_query(SQLITE_COLUMNS).load(&mut connection).unwrap();
            for insert in inserts(columns, rows) {
                connection.batch_execute(&insert).unwrap();
            }
            connection.batch_execute("PRAGMA wal_checkpoint(TRUNCATE);").unwrap();
        }
        None => {
            let url = &provider.config.database.url;
            postgres(url, async |client| {
                let found = client.query(POSTGRES_COLUMNS, &[]).await.unwrap();
                let column = |row: &tokio_postgres::Row| Column {
                    table_name: row.get(0),
                    name: row.get(1),
                    kind: row.get(2),
                    required: row.get(3),
                };
                let columns = found.iter().map(column).collect();
                let settings = "SET session_replication_role = replica; \
                                SET synchronous_commit = off;";
                client.batch_execute(settings).await.unwrap();
                for insert in inserts(columns, rows) {
                    client.batch_execute(&insert).await.unwrap();
                }
                client.batch_execute("VACUUM ANALYZE").await.unwrap();
            })
            .await;
        }
    }
}

/// Makes every mail one in this state.
pub(super) async fn change_outbox(provider: &TestProvider, columns: &str) {
    let change = &format!("UPDATE outbox SET {columns}");
    match provider.config.database.url.strip_prefix("sqlite://") {
        Some(path) => {
            let mut connection = SqliteConnection::establish(path).unwrap();
            connection.batch_execute(SQLITE_SETTINGS).unwrap();
            connection.batch_execute(change).unwrap();
            connection.batch_execute("PRAGMA wal_checkpoint(TRUNCATE);").unwrap();
        }
        None => {
            postgres(&provider.config.database.url, async |client| {
                client.batch_execute(change).await.unwrap();
                client.batch_execute("VACUUM ANALYZE outbox").await.unwrap();
            })
            .await;
        }
    }
}

/// Drops what was filled; SQLite's file goes by itself.
pub(super) async fn forget(provider: &TestProvider) {
    let url = &provider.config.database.url;
    if !url.starts_with("sqlite://") {
        let drop = "DO $$ BEGIN EXECUTE 'DROP SCHEMA ' || current_schema() || ' CASCADE'; END $$";
        postgres(url, async |client| client.batch_execute(drop).await.unwrap()).await;
    }
}

async fn postgres(url: &str, work: impl AsyncFnOnce(&tokio_postgres::Client)) {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    work(&client).await;
    drop(client);
    driver.await.unwrap().unwrap();
}

/// One statement for each table.
fn inserts(columns: Vec<Column>, rows: usize) -> Vec<String> {
    let mut tables: Vec<(String, Vec<Column>)> = Vec::new();
    for column in columns {
        if SMALL.contains(&column.table_name.as_str()) {
            continue;
        }
        match tables.last_mut() {
            Some((name, columns)) if *name == column.table_name => columns.push(column),
            _ => tables.push((column.table_name.clone(), vec![column])),
        }
    }
    let insert = |(table, columns): (String, Vec<Column>)| {
        let rows = if CHANGED.contains(&table.as_str()) { rows.max(CHANGES) } else { rows };
        let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        let values: Vec<_> = columns.iter().map(value).collect();
        format!(
            "INSERT INTO {table} ({}) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 \
             FROM n WHERE i < {rows}) SELECT {} FROM n",
            names.join(", "),
            values.join(", ")
        )
    };
    tables.into_iter().map(insert).collect()
}

fn value(column: &Column) -> String {
    let full = format!("{}.{}", column.table_name, column.name);
    if let Some((_, value)) = VALUES.iter().find(|(name, _)| *name == full) {
        return (*value).to_owned();
    }
    let (name, later) = (column.name.as_str(), NOW.0 + 10 * DAY);
    match column.kind.as_str() {
        _ if !column.required => "NULL".to_owned(),
        "BOOLEAN" => "FALSE".to_owned(),
        "BIGINT" if name.contains("expires") || name == "review_at" => later.to_string(),
        "BIGINT" if name.ends_with("_at") => NOW.0.to_string(),
        "BIGINT" => "0".to_owned(),
        _ if name.contains("digest") => DIGEST.to_owned(),
        _ => ID.to_owned(),
    }
}
