//! Each case on both back ends: on PostgreSQL when `TEST_DATABASE_URL` names a server where
//! databases may be made.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::contact::party_parameters::{Cell, SourceTie};
use crate::contact::quarantine::Reason;

const SCHEMA: &str = "
    CREATE TABLE party_parameters (
        party TEXT, organisation TEXT, organisation_name TEXT, street TEXT, email TEXT,
        arrivals_enabled BOOLEAN, arrivals_email TEXT, dispatches_enabled BOOLEAN,
        dispatches_email TEXT, updated_at BIGINT, deleted_at BIGINT
    );
    CREATE TABLE party_accounts (party TEXT, username TEXT);
    INSERT INTO party_parameters VALUES
        ('202100083701', '2021000837', 'SCB', 'Box', 'Magnus.Lange@Scb.se', TRUE, 'a@scb.se',
         FALSE, 'd@scb.se', 1000, NULL),
        ('202100083702', '2021000837', NULL, NULL, '', NULL, NULL, NULL, NULL, 900, 2000);
    INSERT INTO party_accounts VALUES
        ('202100083701', '202100083750'), ('202100083702', '202100083750');";

/// Somebody else's database.
enum Foreign {
    Sqlite { folder: TempDir },
    Postgres { server: String, name: String },
}

impl Foreign {
    async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let foreign = Self::Sqlite { folder };
        foreign.execute(&format!("PRAGMA journal_mode = WAL; {SCHEMA}")).await;
        foreign
    }

    async fn postgres(encoding: &str) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var("TEST_DATABASE_URL").ok()?;
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("idp_source_{}_{count}", std::process::id());
        let made =
            format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'");
        execute_at(&server, &made).await;
        let foreign = Self::Postgres { server, name };
        foreign.execute(SCHEMA).await;
        Some(foreign)
    }

    fn url(&self) -> String {
        match self {
            Self::Sqlite { folder } => {
                format!("sqlite://{}/party 100%.db", folder.path().display())
            }
            Self::Postgres { server, name } => {
                let mut url = url::Url::parse(server).unwrap();
                url.set_path(name);
                url.into()
            }
        }
    }

    async fn execute(&self, statements: &str) {
        match self {
            Self::Sqlite { folder } => {
                let path = folder.path().join("party 100%.db");
                let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
                connection.batch_execute(statements).unwrap();
            }
            Self::Postgres { .. } => execute_at(&self.url(), statements).await,
        }
    }

    fn source(&self, columns: &serde_json::Value) -> Source {
        open(&self.url(), columns).unwrap()
    }

    async fn snapshot(&self) -> Result<Incoming, Error> {
        self.source(&json!({})).snapshot().await
    }

    async fn remove(self) {
        if let Self::Postgres { server, name } = &self {
            execute_at(server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
}

fn open(url: &str, columns: &serde_json::Value) -> Result<Source, Error> {
    let settings = json!({ "url": url, "columns": columns });
    Source::open(&serde_json::from_value(settings).unwrap())
}

async fn execute_at(url: &str, statements: &str) {
    let mut connection = AsyncPgConnection::establish(url).await.unwrap();
    connection.batch_execute(statements).await.unwrap();
}

macro_rules! on_both {
    ($($case:ident,)*) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $case() {
                let foreign = super::Foreign::sqlite().await;
                super::$case(&foreign).await;
                foreign.remove().await;
            })*
        }

        mod postgres {
            $(#[tokio::test]
            async fn $case() {
                if let Some(foreign) = super::Foreign::postgres("UTF8").await {
                    super::$case(&foreign).await;
                    foreign.remove().await;
                }
            })*
        }
    };
}

on_both! {
    a_snapshot_has_all_rows_and_ties_of_the_source,
    changes_are_rows_since_the_watermark_with_an_overlap,
    a_changed_party_is_read_with_all_its_rows,
    an_invalid_cell_affects_only_its_row,
    an_empty_table_is_read_as_empty,
    a_missing_column_or_table_is_named,
    configured_table_and_column_names_are_used,
}

fn text(text: &str) -> Cell {
    Cell::read(Some(text.as_bytes()))
}

fn parties(incoming: &Incoming) -> Vec<&str> {
    let mut parties: Vec<_> =
        incoming.rows.iter().map(|row| row.party_number().unwrap_or_default()).collect();
    parties.sort_unstable();
    parties
}

async fn a_snapshot_has_all_rows_and_ties_of_the_source(foreign: &Foreign) {
    let incoming = foreign.snapshot().await.unwrap();
    let scb = incoming.rows.iter().find(|row| row.party_number() == Some("202100083701")).unwrap();
    assert_eq!((&scb.organisation, &scb.organisation_name), (&text("2021000837"), &text("SCB")));
    assert_eq!(scb.company, text("Magnus.Lange@Scb.se"));
    assert_eq!((&scb.arrivals, scb.arrivals_enabled), (&text("a@scb.se"), true));
    assert_eq!((&scb.dispatches, scb.dispatches_enabled), (&text("d@scb.se"), false));
    assert_eq!((scb.updated_at, scb.deleted_at), (Some(1000), None));
    let other = incoming.rows.iter().find(|row| row.deleted_at.is_some()).unwrap();
    assert_eq!((&other.organisation_name, &other.company), (&Cell::Empty, &Cell::Empty));
    assert_eq!((other.arrivals_enabled, other.deleted_at), (false, Some(2000)));
    let mut ties = incoming.ties;
    ties.sort();
    let tie = |party| SourceTie::read(&text(party), &text("202100083750"));
    assert_eq!(ties, ["202100083701", "202100083702"].map(tie));
}

async fn changes_are_rows_since_the_watermark_with_an_overlap(foreign: &Foreign) {
    let source = foreign.source(&json!({}));
    let both = vec!["202100083701", "202100083702"];
    for (watermark, read) in [
        (0, both.clone()),
        (1000 + OVERLAP, both),
        (1001 + OVERLAP, vec!["202100083702"]),
        (2000 + OVERLAP, vec!["202100083702"]),
        (2001 + OVERLAP, vec![]),
    ] {
        let incoming = source.changes(Timestamp(watermark)).await.unwrap().unwrap();
        assert_eq!(parties(&incoming), read, "{watermark}");
        assert_eq!(incoming.ties.len(), read.len(), "{watermark}");
    }
}

async fn a_changed_party_is_read_with_all_its_rows(foreign: &Foreign) {
    foreign
        .execute("INSERT INTO party_parameters (party, updated_at) VALUES ('202100083702', 1);")
        .await;
    let incoming = foreign.source(&json!({})).changes(Timestamp(2000)).await.unwrap().unwrap();
    assert_eq!(parties(&incoming), ["202100083702", "202100083702"]);
}

async fn an_invalid_cell_affects_only_its_row(foreign: &Foreign) {
    let huge = "x".repeat(10_000_000);
    let set = "UPDATE party_parameters SET";
    let it = "WHERE party = '202100083702'";
    foreign
        .execute(&format!(
            "{set} email = '{huge}' {it}; {set} arrivals_email = 'a@b.se\r\nBcc: c@d.se' {it};
             {set} dispatches_email = 'a@b.se,c@d.se', updated_at = NULL, deleted_at = NULL {it};
             INSERT INTO party_accounts VALUES (NULL, NULL);"
        ))
        .await;
    let incoming = foreign.snapshot().await.unwrap();
    let row = incoming.rows.iter().find(|row| row.updated_at.is_none()).unwrap();
    assert_eq!(row.company, Cell::Bad(Reason::TooLong));
    assert_eq!(row.arrivals, Cell::Bad(Reason::ControlCharacter));
    assert_eq!(row.dispatches, text("a@b.se,c@d.se"));
    assert_eq!(parties(&incoming), ["202100083701", "202100083702"]);
    assert!(incoming.ties.contains(&SourceTie { party: None, username: None }));
}

async fn an_empty_table_is_read_as_empty(foreign: &Foreign) {
    foreign.execute("DELETE FROM party_parameters; DELETE FROM party_accounts;").await;
    let incoming = foreign.snapshot().await.unwrap();
    assert!(incoming.rows.is_empty() && incoming.ties.is_empty());
}

async fn a_missing_column_or_table_is_named(foreign: &Foreign) {
    for (change, missing, undo) in [
        ("party_parameters RENAME email TO mail", "email", "party_parameters RENAME mail TO email"),
        (
            "party_parameters RENAME deleted_at TO gone",
            "deleted_at",
            "party_parameters RENAME gone TO deleted_at",
        ),
        ("party_accounts RENAME TO people", "party_accounts", "people RENAME TO party_accounts"),
    ] {
        foreign.execute(&format!("ALTER TABLE {change};")).await;
        let error = foreign.snapshot().await.unwrap_err();
        assert!(matches!(error, Error::Refused(_)), "{error:?}");
        assert!(error.to_string().contains(missing), "{error}");
        foreign.execute(&format!("ALTER TABLE {undo};")).await;
    }
}

async fn configured_table_and_column_names_are_used(foreign: &Foreign) {
    foreign
        .execute(
            "CREATE TABLE \"Kontakt\" (psi TEXT, orgnr TEXT, epost TEXT, andrad INTEGER);
             INSERT INTO \"Kontakt\" VALUES ('202100083701', '2021000837', 'a@scb.se', 7);",
        )
        .await;
    let columns = json!({
        "parties": "Kontakt", "party": "psi", "organisation": "orgnr", "organisation_name": "",
        "company_email": "epost", "arrivals_enabled": "", "arrivals_email": "",
        "dispatches_enabled": "", "dispatches_email": "", "updated_at": "andrad", "deleted_at": "",
    });
    let source = foreign.source(&columns);
    let changes = source.changes(Timestamp(7)).await.unwrap().unwrap();
    for incoming in [source.snapshot().await.unwrap(), changes] {
        let [row] = incoming.rows.as_slice() else { panic!("one row") };
        assert_eq!((&row.company, &row.arrivals), (&text("a@scb.se"), &Cell::Empty));
        assert_eq!((row.updated_at, row.deleted_at, row.arrivals_enabled), (Some(7), None, true));
    }
}

#[tokio::test]
async fn values_of_other_types_in_sqlite_cells_affect_only_their_row() {
    let foreign = Foreign::sqlite().await;
    foreign
        .execute(
            "UPDATE party_parameters SET email = CAST(X'FFFE40' AS TEXT), arrivals_email = X'6100',
             updated_at = 'yesterday', arrivals_enabled = 'perhaps';
             UPDATE party_accounts SET username = 7;",
        )
        .await;
    for incoming in [
        foreign.snapshot().await.unwrap(),
        foreign.source(&json!({})).changes(Timestamp(2000)).await.unwrap().unwrap(),
    ] {
        let row = &incoming.rows[0];
        assert_eq!(row.company, Cell::Bad(Reason::NotUtf8));
        assert_eq!(row.arrivals, Cell::Bad(Reason::ControlCharacter));
        assert_eq!((row.updated_at, row.arrivals_enabled), (None, false));
        assert_eq!(incoming.ties[0].username.as_deref(), Some("7"));
    }
}

#[tokio::test]
async fn an_sqlite_source_is_never_created_and_read_while_another_process_writes() {
    let foreign = Foreign::sqlite().await;
    let source = open(&format!("{}x", foreign.url()), &json!({})).unwrap();
    assert!(matches!(source.snapshot().await, Err(Error::Unavailable(_))));
    let Foreign::Sqlite { folder } = &foreign else { unreachable!() };
    assert!(!folder.path().join("party 100%.dbx").exists());
    let path = folder.path().join("party 100%.db");
    let mut writer = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    writer.batch_execute("BEGIN IMMEDIATE; DELETE FROM party_parameters;").unwrap();
    assert_eq!(foreign.snapshot().await.unwrap().rows.len(), 2);
    writer.batch_execute("COMMIT;").unwrap();
    assert_eq!(foreign.snapshot().await.unwrap().rows.len(), 0);
}

#[tokio::test]
async fn an_sqlite_source_cannot_be_written() {
    let foreign = Foreign::sqlite().await;
    let path = foreign.url();
    let sqlite = Sqlite::open(path.strip_prefix("sqlite://").unwrap()).unwrap();
    let mut connection = sqlite.connect().unwrap();
    let refused = connection.batch_execute("DELETE FROM party_parameters;").unwrap_err();
    assert!(refused.to_string().contains("readonly"), "{refused}");
}

#[tokio::test]
async fn invalid_utf_8_in_an_sql_ascii_database_affects_only_its_row() {
    let Some(foreign) = Foreign::postgres("SQL_ASCII").await else { return };
    foreign.execute("UPDATE party_parameters SET email = E'\\xff\\xfe', updated_at = 5;").await;
    foreign.execute("UPDATE party_parameters SET arrivals_email = 'a@räk.se';").await;
    let incoming = foreign.snapshot().await.unwrap();
    assert_eq!(incoming.rows[0].company, Cell::Bad(Reason::NotUtf8));
    assert_eq!(incoming.rows[0].arrivals, text("a@räk.se"));
    foreign.remove().await;
}

#[tokio::test]
async fn a_column_of_wrong_type_and_a_missing_permission_are_named() {
    let Some(foreign) = Foreign::postgres("UTF8").await else { return };
    foreign
        .execute(
            "ALTER TABLE party_parameters
             ALTER COLUMN updated_at TYPE timestamptz USING to_timestamp(updated_at);",
        )
        .await;
    let error = foreign.snapshot().await.unwrap_err();
    assert!(error.to_string().ends_with("(for updated_at)"), "{error}");
    foreign
        .execute(
            "ALTER TABLE party_parameters
             ALTER COLUMN updated_at TYPE bigint USING extract(epoch FROM updated_at);",
        )
        .await;
    let Foreign::Postgres { name: role, .. } = &foreign else { unreachable!() };
    foreign.execute(&format!("CREATE ROLE {role};")).await;
    let url = format!("{}?options=-c%20role%3D{role}", foreign.url());
    let source = open(&url, &json!({})).unwrap();
    let error = source.snapshot().await.unwrap_err();
    assert!(matches!(error, Error::Refused(_)), "{error:?}");
    assert!(error.to_string().contains("permission denied for table party_parameters"), "{error}");
    foreign.execute(&format!("DROP ROLE {role};")).await;
    foreign.remove().await;
}

#[tokio::test]
async fn a_reading_of_postgresql_is_a_read_only_repeatable_read_transaction() {
    let Some(foreign) = Foreign::postgres("UTF8").await else { return };
    foreign
        .execute(
            "CREATE VIEW v AS SELECT '202100083701' AS party, organisation, email, 1 AS updated_at,
             current_setting('transaction_isolation') AS organisation_name,
             current_setting('transaction_read_only') AS arrivals_email FROM party_parameters;",
        )
        .await;
    let columns = json!({
        "parties": "public.v", "arrivals_enabled": "", "dispatches_enabled": "",
        "dispatches_email": "", "deleted_at": "",
    });
    let incoming = foreign.source(&columns).snapshot().await.unwrap();
    assert_eq!(incoming.rows[0].organisation_name, text("repeatable read"));
    assert_eq!(incoming.rows[0].arrivals, text("on"));
    foreign.remove().await;
}

#[tokio::test]
async fn a_postgresql_listener_reports_changes_and_a_lost_connection() {
    let Some(foreign) = Foreign::postgres("UTF8").await else { return };
    let mut notifications = foreign.source(&json!({})).listen().await.unwrap().unwrap();
    foreign.execute("NOTIFY other; NOTIFY party_parameters;").await;
    notifications.changed().await.unwrap();
    foreign.remove().await;
    assert!(matches!(notifications.changed().await, Err(Error::Unavailable(_))));
}

#[tokio::test]
async fn an_unreachable_source_is_unavailable_and_sqlite_has_no_listener() {
    let source = open("postgres://u@127.0.0.1:1/d", &json!({})).unwrap();
    assert!(matches!(source.snapshot().await, Err(Error::Unavailable(_))));
    assert!(matches!(source.listen().await, Err(Error::Unavailable(_))));
    assert!(Foreign::sqlite().await.source(&json!({})).listen().await.unwrap().is_none());
}

#[test]
fn an_unsupported_source_url_is_refused_without_repeating_its_password() {
    for url in ["", "mysql://u:secret@h/d", "sqlite://", "postgres://u:secret@h:port/d"] {
        let error = open(url, &json!({})).unwrap_err();
        assert!(matches!(error, Error::Url(_)), "{url}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    let root = "postgres://u@h/d?sslmode=require&sslrootcert=/nowhere/ca.pem";
    let error = open(root, &json!({})).unwrap_err();
    assert!(error.to_string().contains("/nowhere/ca.pem"), "{error}");
}
