//! Why the source cannot be read: one plain sentence for the operator.

use diesel::ConnectionError;
use diesel::result::DatabaseErrorKind::{ClosedConnection, UnableToSendCommand};
use diesel::result::Error as QueryError;

/// Why a reading failed. Our copy stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The setting cannot be used.
    #[error("party_parameters.url {0}")]
    Url(String),
    /// Nobody answers, or not in time; it may pass.
    #[error("party_parameters.url: the database cannot be reached: {0}")]
    Unavailable(String),
    /// A table or column is missing, has another type, or may not be read; someone must act.
    #[error("party_parameters: the database refuses the reading: {0}")]
    Refused(String),
    /// More rows than a reading takes.
    #[error("party_parameters: the table {table} has more than {most} rows")]
    TooManyRows {
        /// The table, as the settings name it.
        table: String,
        /// The bound.
        most: usize,
    },
}

impl Error {
    /// A query that failed, with the column the database points at.
    pub(super) fn of_query(error: &QueryError, statement: &str) -> Self {
        let QueryError::DatabaseError(kind, report) = error else {
            return Self::Refused(error.to_string());
        };
        let message = report.message();
        if matches!(kind, UnableToSendCommand | ClosedConnection) || may_pass(message) {
            return Self::Unavailable(message.to_owned());
        }
        let column = report.statement_position().and_then(|at| column_at(statement, at));
        Self::Refused(match column {
            Some(column) => format!("{message} (for {column})"),
            None => message.to_owned(),
        })
    }
}

impl From<ConnectionError> for Error {
    fn from(error: ConnectionError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// What SQLite and PostgreSQL say when it is a matter of time.
fn may_pass(message: &str) -> bool {
    ["database is locked", "statement timeout", "administrator command", "lock timeout"]
        .iter()
        .any(|known| message.contains(known))
}

/// Our name of the column in the line of the statement at character `at`, counted from 1.
fn column_at(statement: &str, at: i32) -> Option<&str> {
    let before = usize::try_from(at).ok()?.checked_sub(1)?;
    let (start, _) = statement.char_indices().nth(before)?;
    let (_, name) = statement[start..].lines().next()?.rsplit_once(" AS ")?;
    Some(name.trim_end_matches(','))
}
