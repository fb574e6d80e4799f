//! What can go wrong with the store, in words an operator can act on. No type of the driver or
//! of the pool leaves the room.

use diesel::result::DatabaseErrorKind;
use diesel::result::Error as Driver;

use crate::account::mail_limit::Limit;
use crate::clock::Timestamp;

/// Why the store could not answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The database cannot be reached, is too busy, or its disk fails. Trying later may help, and
    /// it says nothing about what was asked.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A row that no version of the program would write.
    #[error("row {id} of table {table} cannot be read")]
    Inconsistent {
        /// The table it stands in.
        table: &'static str,
        /// Its primary key.
        id: String,
    },
    /// The schema is not the one this program knows, or could not be brought there.
    #[error("{0}")]
    Migration(String),
    /// The setting `database.url` cannot be used.
    #[error("database.url {0}")]
    Url(String),
    /// The database refused what the program should not have asked.
    #[error("the database refused: {0}")]
    Refused(String),
}

impl Error {
    /// Whether trying again later may help.
    #[must_use]
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    pub(super) fn inconsistent(table: &'static str, id: &str) -> Self {
        Self::Inconsistent { table, id: id.to_owned() }
    }
}

/// The driver tells broken promises by their kind. Everything else (time-outs, a full disk, a
/// lost connection, a restart, a standby) is of the moment.
pub(super) fn driver(error: &Driver) -> Error {
    use DatabaseErrorKind as Kind;
    match error {
        Driver::DatabaseError(
            Kind::UniqueViolation
            | Kind::ForeignKeyViolation
            | Kind::NotNullViolation
            | Kind::CheckViolation
            | Kind::RestrictViolation
            | Kind::ExclusionViolation,
            _,
        )
        | Driver::NotFound
        | Driver::QueryBuilderError(_)
        | Driver::DeserializationError(_)
        | Driver::SerializationError(_)
        | Driver::InvalidCString(_) => Error::Refused(error.to_string()),
        _ => Error::Unavailable(error.to_string()),
    }
}

/// Whether the connection is gone, so that the query was not answered.
pub(super) const fn is_lost(error: &Driver) -> bool {
    use DatabaseErrorKind as Kind;
    matches!(error, Driver::DatabaseError(Kind::ClosedConnection | Kind::UnableToSendCommand, _))
}

/// How a transaction ends without a commit.
#[derive(Debug)]
pub(super) enum Fault {
    /// The condition that was decided on no longer holds: an ordinary outcome.
    Lost,
    /// An attempt came before this moment and is not looked at.
    Blocked(Timestamp),
    /// A mail is held back by a limit, until this moment.
    Limited(Limit, Timestamp),
    /// The driver says no.
    Driver(Driver),
    /// Anything else.
    Store(Error),
}

impl Fault {
    /// Whether the same transaction may succeed at once: it met another one. diesel does not tell
    /// a deadlock from other faults without a kind, so they are all tried again.
    pub(super) fn may_pass(&self) -> bool {
        use DatabaseErrorKind as Kind;
        let met = |kind: &Kind| matches!(kind, Kind::SerializationFailure | Kind::Unknown);
        matches!(self, Self::Driver(Driver::DatabaseError(kind, _)) if met(kind))
    }
}

impl From<Driver> for Fault {
    fn from(error: Driver) -> Self {
        Self::Driver(error)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Driver(error) => driver(&error),
            Fault::Store(error) => error,
            Fault::Lost | Fault::Blocked(_) | Fault::Limited(..) => {
                Self::Refused("a condition failed where none was set".to_owned())
            }
        }
    }
}

/// Whether the condition of a commit held.
pub(super) fn won(outcome: Result<(), Fault>) -> Result<bool, Error> {
    match outcome {
        Ok(()) => Ok(true),
        Err(Fault::Lost) => Ok(false),
        Err(fault) => Err(fault.into()),
    }
}

/// The one row that a conditional statement must have changed.
pub(super) fn one(rows: usize) -> Result<(), Fault> {
    if rows == 1 { Ok(()) } else { Err(Fault::Lost) }
}
