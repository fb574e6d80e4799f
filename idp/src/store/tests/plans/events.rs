//! No transaction changes an account, a credential, a session, a grant, a consent, a client, a key or
//! a contact without an event.

use super::OF_A_TEST;

/// What is changed only with an event.
const TABLES: [&str; 14] = [
    "accounts",
    "account_parties",
    "credentials",
    "sessions",
    "grants",
    "consents",
    "clients",
    "registrations",
    "static_clients",
    "signing_keys",
    "contacts",
    "parties",
    "party_accounts",
    "remembered_browsers",
];

/// Statements that need none, quotes left out: how they begin, a part of them, and why.
const LISTED: &[(&str, &str, &str)] = &[
    ("UPDATE accounts SET subject = accounts.subject", "", "it takes the lock of the row"),
    ("UPDATE sessions SET seen_at", "", "the use of a session is the event of what it is used for"),
    ("UPDATE sessions SET logout_queued", "", "a note of the job that tells applications"),
    ("UPDATE grants SET code_used_at", "", "the code has its event; tokens are what it is for"),
    ("UPDATE parties SET updated_at", "", "a version; the party is as it was"),
    ("UPDATE grants SET review_at", "", "the job that deletes what has ended looks again later"),
    ("UPDATE sessions SET review_at", "", "the same"),
    ("DELETE FROM grants", "code_expires_at <=", "what ended long ago"),
    ("DELETE FROM sessions", "ended_at <=", "the same"),
    ("DELETE FROM sessions", "seen_at <=", "the same"),
    ("DELETE FROM remembered_browsers", "expires_at <=", "the same"),
];

/// What a connection has done since its transaction began.
#[derive(Default)]
pub(super) struct Transaction {
    changes: Vec<String>,
    has_event: bool,
}

impl Transaction {
    /// Hears a statement; at the end of a transaction, the changes that it made without an event.
    pub(super) fn hear(&mut self, text: &str) -> Vec<String> {
        let statement = text.split(" -- binds: ").next().unwrap_or_default().trim();
        let statement = statement.replace(['`', '"'], "");
        match statement.as_str() {
            "COMMIT" | "RELEASE job" | "SAVEPOINT job" => {
                let Self { changes, has_event } = std::mem::take(self);
                return if has_event { Vec::new() } else { changes };
            }
            "ROLLBACK" | "ROLLBACK TO job" | "BEGIN" | "BEGIN IMMEDIATE" => *self = Self::default(),
            _ if statement.starts_with("INSERT INTO events ") => self.has_event = true,
            _ if needs_event(&statement) => self.changes.push(statement),
            _ => {}
        }
        Vec::new()
    }
}

fn needs_event(statement: &str) -> bool {
    let changes = TABLES.iter().any(|table| {
        ["INSERT INTO", "UPDATE", "DELETE FROM"]
            .iter()
            .any(|verb| statement.starts_with(&format!("{verb} {table} ")))
    });
    let listed = || {
        LISTED
            .iter()
            .any(|(begin, part, _)| statement.starts_with(begin) && statement.contains(part))
    };
    changes && !statement.contains(OF_A_TEST) && !listed()
}

#[test]
fn a_change_without_an_event_is_found_at_the_end_of_its_transaction() {
    let change = "UPDATE `accounts` SET `disabled_at` = ? -- binds: [1]";
    let event = "INSERT INTO `events` (`at`) VALUES (?)";
    let heard = |statements: &[&str]| {
        let mut transaction = Transaction::default();
        let silent = statements.iter().flat_map(|statement| transaction.hear(statement));
        silent.count()
    };
    for (statements, silent) in [
        (&["BEGIN", change, event, "COMMIT"][..], 0),
        (&["BEGIN", change, "COMMIT"], 1),
        (&["BEGIN", change, "ROLLBACK", "BEGIN", event, "COMMIT"], 0),
        // Two transactions that share a COMMIT have an event each.
        (&["BEGIN IMMEDIATE", change, event, "SAVEPOINT job", change, "RELEASE job", "COMMIT"], 1),
        (&["BEGIN IMMEDIATE", event, "SAVEPOINT job", change, "ROLLBACK TO job", "COMMIT"], 0),
        (&["BEGIN", "UPDATE \"sessions\" SET \"seen_at\" = $1", "COMMIT"], 0),
    ] {
        assert_eq!(heard(statements), silent, "{statements:?}");
    }
}
