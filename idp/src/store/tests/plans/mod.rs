//! Every statement of the store has an index to go by.
//!
//! Whatever SQL the cases of the contract make the store run is recorded, without a list of it, and
//! explained on a database whose statistics say that each table has a million rows. A plan that
//! reads a whole table, a whole index, or sorts everything before a LIMIT is refused, unless the
//! statement is in [`LISTED`] with a reason. The case that made the store run the statement, or one
//! that ended at the same time, fails and prints statement and plan.
//!
//! A test that runs SQL of its own marks it with [`OF_A_TEST`].

mod coverage;
mod events;
mod foreign_keys;
mod postgres;
mod recorder;
mod refusals;
mod sqlite;

pub(super) use recorder::record;

use crate::store::Store;

/// Marks the statements of the tests themselves.
pub(super) const OF_A_TEST: &str = "/* of a test */";

/// Statements that may read everything: a part of the statement, quotes left out, and why. A part
/// that ends in `;` is the end of the statement.
const LISTED: &[(&str, &str)] = &[
    ("FROM clients ORDER BY clients.client_id", "the operator lists all clients"),
    ("FROM signing_keys", "a handful of rows, all of which are needed"),
    ("DELETE FROM signing_keys", "a handful of rows, replaced as a whole"),
    ("FROM parties;", "a run that reads everything compares all of the copy"),
    ("FROM contacts;", "the same"),
    ("FROM party_accounts;", "the same"),
    (
        "FROM (account_parties INNER JOIN accounts ON (account_parties.account_id = accounts.id));",
        "the same",
    ),
    ("SELECT accounts.username FROM accounts;", "the same"),
    ("FROM quarantine ORDER BY quarantine.party, quarantine.cell;", "idp sync status shows all"),
    ("FROM static_clients;", "one row for each client that ever stood in the file"),
    ("FROM outbox_holders;", "a row for each node that sends mails"),
    ("COUNT(*) FROM parties", "a run that reads everything counts what it compares with"),
    ("COUNT(*) FROM contacts", "the same"),
    ("COUNT(*) FROM party_accounts", "the same"),
    ("COUNT(*) FROM quarantine", "entries that an operator is to remove; shown in /metrics"),
    ("FROM password_parameters;", "a handful of rows, all of which are needed"),
    ("UPDATE event_origin", "one row, at a start"),
    ("COUNT(*) FROM accounts", "idp check counts them for the operator, once"),
];

/// A plan that was refused, and why.
#[derive(Debug, PartialEq, Eq)]
struct Refused {
    statement: String,
    why: String,
    plan: String,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { statement, why, plan } = self;
        write!(formatter, "{why}\n  statement: {statement}\n  plan: {plan}")
    }
}

fn is_listed(statement: &str) -> bool {
    let plain = unquoted(statement) + ";";
    LISTED.iter().any(|(part, _)| plain.contains(part))
}

fn unquoted(statement: &str) -> String {
    statement.replace(['`', '"'], "")
}

/// Explains what was recorded on SQLite since the last time. Changes the statistics of `store`.
pub(super) async fn explain_on_sqlite(store: &Store) {
    let statements = recorder::take(recorder::BackEnd::Sqlite);
    complain(&sqlite::refused(store, statements).await);
    complain_of_silence();
}

/// Explains what was recorded on PostgreSQL since the last time. Changes the statistics of `schema`.
pub(super) async fn explain_on_postgres(url: &str, schema: &str) {
    let statements = recorder::take(recorder::BackEnd::Postgres);
    complain(&postgres::refused(url, schema, statements).await);
    complain_of_silence();
}

fn complain_of_silence() {
    let silent = recorder::take_silent();
    assert!(silent.is_empty(), "changes without an event in their transaction: {silent:#?}");
}

fn complain(refused: &[Refused]) {
    let lines: Vec<_> = refused.iter().map(ToString::to_string).collect();
    let count = lines.len();
    assert!(lines.is_empty(), "{count} statements have no index to go by:\n{}", lines.join("\n"));
}
