//! Hears every statement of every connection of this process.

use std::collections::BTreeSet;
use std::sync::{Mutex, Once, PoisonError};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

use super::OF_A_TEST;
use super::events::Transaction;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum BackEnd {
    Sqlite,
    Postgres,
}

#[derive(Default)]
struct Recorded {
    /// To be explained.
    new: BTreeSet<(BackEnd, String)>,
    /// Taken to be explained.
    taken: BTreeSet<(BackEnd, String)>,
    /// Changed something without an event.
    silent: BTreeSet<String>,
}

static RECORDED: Mutex<Recorded> =
    Mutex::new(Recorded { new: BTreeSet::new(), taken: BTreeSet::new(), silent: BTreeSet::new() });

/// Records from now on, on connections made from now on.
pub(in crate::store::tests) fn record() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        set_default_instrumentation(|| Some(Box::<Listener>::default())).unwrap();
    });
}

/// Hears one connection.
#[derive(Default)]
struct Listener(Transaction);

impl Instrumentation for Listener {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        let InstrumentationEvent::StartQuery { query, .. } = event else { return };
        let text = query.to_string();
        let silent = self.0.hear(&text);
        let mut recorded = RECORDED.lock().unwrap_or_else(PoisonError::into_inner);
        recorded.silent.extend(silent);
        let Some(statement) = statement(&text) else { return };
        // diesel quotes with backticks for SQLite alone.
        let back_end = if statement.contains('`') { BackEnd::Sqlite } else { BackEnd::Postgres };
        let key = (back_end, statement.to_owned());
        if !recorded.taken.contains(&key) {
            recorded.new.insert(key);
        }
    }
}

/// How the source's statements begin: they read another application's tables.
const OF_THE_SOURCE: &str = "SELECT\n";

/// The table that tests of the source write to.
const TABLE_OF_THE_SOURCE: &str = "party_parameters";

/// The statement without its values; none for what no table is read by, for the source's, which
/// other tests run meanwhile, and for tests' own.
pub(super) fn statement(text: &str) -> Option<&str> {
    let verbs = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"];
    let statement = text.split(" -- binds: ").next()?.trim();
    let counts = verbs.iter().any(|verb| statement.starts_with(verb))
        && !statement.starts_with(OF_THE_SOURCE)
        && !statement.contains(TABLE_OF_THE_SOURCE)
        && !statement.contains(OF_A_TEST)
        && !statement.contains("__diesel_schema_migrations")
        && statement != "SELECT 1";
    counts.then_some(statement)
}

/// What was recorded and not taken before.
pub(super) fn take(back_end: BackEnd) -> Vec<String> {
    let mut recorded = RECORDED.lock().unwrap_or_else(PoisonError::into_inner);
    let new = std::mem::take(&mut recorded.new);
    let (mine, others): (BTreeSet<_>, BTreeSet<_>) =
        new.into_iter().partition(|(of, _)| *of == back_end);
    recorded.new = others;
    recorded.taken.extend(mine.iter().cloned());
    mine.into_iter().map(|(_, statement)| statement).collect()
}

/// Statements of transactions that changed something without an event, since the last time.
pub(super) fn take_silent() -> BTreeSet<String> {
    std::mem::take(&mut RECORDED.lock().unwrap_or_else(PoisonError::into_inner).silent)
}
