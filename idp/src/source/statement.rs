//! The statements of a reading, from the mapping of names. Every expression stands in a line of
//! its own, with our name for it, so that an error can point at it.

use crate::clock::Timestamp;
use crate::config::party_parameters::{Column, Columns, Table};
use crate::contact::party_parameters::LONGEST_CELL;

/// How many rows of a table a reading takes at most.
pub const MOST_ROWS: usize = 300_000;

/// How many rows of a table a reading of changes takes at most; it holds them all.
pub const MOST_CHANGES: usize = 2_000;

/// Whose SQL it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Sqlite,
    Postgres,
}

/// How much is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    All,
    Since(Timestamp),
}

impl Reach {
    const fn most(self) -> usize {
        match self {
            Self::All => MOST_ROWS,
            Self::Since(_) => MOST_CHANGES,
        }
    }
}

/// What one reading asks.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    /// The parties, as `row::PartyRow`.
    pub(super) parties: String,
    /// The ties of accounts to them, as `row::AccountRow`.
    pub(super) accounts: String,
    /// The tables' names, for errors.
    pub(super) tables: [String; 2],
    /// How many rows of each are taken.
    pub(super) most: usize,
}

impl Statement {
    pub(super) fn new(dialect: Dialect, columns: &Columns, reach: Reach) -> Self {
        let text = |column: &Column, name| dialect.text(Some(column), name);
        let maybe = |column: &Option<Column>, name| dialect.text(column.as_ref(), name);
        let expressions = [
            text(&columns.party, "party"),
            text(&columns.organisation, "organisation"),
            maybe(&columns.organisation_name, "organisation_name"),
            text(&columns.company_email, "company"),
            maybe(&columns.arrivals_email, "arrivals"),
            dialect.truth(columns.arrivals_enabled.as_ref(), "arrivals_enabled"),
            maybe(&columns.dispatches_email, "dispatches"),
            dialect.truth(columns.dispatches_enabled.as_ref(), "dispatches_enabled"),
            dialect.seconds(Some(&columns.updated_at), "updated_at"),
            dialect.seconds(columns.deleted_at.as_ref(), "deleted_at"),
        ];
        let parties = select(&expressions, &columns.parties);
        let parties = within(parties, dialect, columns, &columns.party, reach);
        let expressions =
            [text(&columns.account_party, "party"), text(&columns.account_username, "username")];
        let accounts = select(&expressions, &columns.accounts);
        let accounts = within(accounts, dialect, columns, &columns.account_party, reach);
        let tables = [columns.parties.quoted(), columns.accounts.quoted()];
        Self { parties, accounts, tables, most: reach.most() }
    }
}

fn select(expressions: &[String], table: &Table) -> String {
    format!("SELECT\n{}\nFROM {} AS t\n", expressions.join(",\n"), table.quoted())
}

/// One row more than may be read, to know that there are too many. A party changed of late is read
/// with all its rows, the unchanged ones too, since a second row makes the first one doubtful.
fn within(
    select: String,
    dialect: Dialect,
    columns: &Columns,
    party: &Column,
    reach: Reach,
) -> String {
    let limit = format!("LIMIT {}", reach.most() + 1);
    let Reach::Since(Timestamp(since)) = reach else {
        return select + &limit;
    };
    let later = [Some(&columns.updated_at), columns.deleted_at.as_ref()]
        .into_iter()
        .flatten()
        .map(|column| format!("{} >= {since}", dialect.number(&format!("c.{}", column.quoted()))))
        .collect::<Vec<_>>()
        .join(" OR ");
    let (number, parties) = (columns.party.quoted(), columns.parties.quoted());
    let party = party.quoted();
    format!(
        "{select}WHERE t.{party} IN (SELECT c.{number} FROM {parties} AS c WHERE {later})\n{limit}"
    )
}

/// Expressions over the column of table `t`: NULL when the source has none. A column is always
/// named with its table, because SQLite takes a lone name it does not know for a text.
impl Dialect {
    /// The bytes, cut off beyond the longest cell; SQLite's column may hold anything, and so may
    /// PostgreSQL's in a database whose encoding is `SQL_ASCII`.
    fn text(self, column: Option<&Column>, name: &str) -> String {
        let length = LONGEST_CELL + 1;
        let bytes = column.map(|column| match self {
            Self::Sqlite => format!("substr(CAST(t.{} AS BLOB), 1, {length})", column.quoted()),
            Self::Postgres => format!(
                "convert_to(left(t.{}::text, {length}), \
                 CASE getdatabaseencoding() WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END)",
                column.quoted()
            ),
        });
        format!("{} AS {name}", bytes.unwrap_or_else(|| self.null("BLOB", "bytea")))
    }

    fn truth(self, column: Option<&Column>, name: &str) -> String {
        let truth = column.map(|column| match (self, column.quoted()) {
            (Self::Sqlite, column) => format!("t.{column} IN (1, '1', 't', 'true', 'TRUE')"),
            (Self::Postgres, column) => format!("t.{column}::boolean"),
        });
        format!("{} AS {name}", truth.unwrap_or_else(|| "TRUE".to_owned()))
    }

    fn seconds(self, column: Option<&Column>, name: &str) -> String {
        let seconds = column.map(|column| {
            let column = format!("t.{}", column.quoted());
            match self {
                Self::Sqlite => format!("CASE typeof({column}) WHEN 'integer' THEN {column} END"),
                Self::Postgres => self.number(&column),
            }
        });
        format!("{} AS {name}", seconds.unwrap_or_else(|| self.null("INTEGER", "bigint")))
    }

    fn number(self, column: &str) -> String {
        match self {
            Self::Sqlite => column.to_owned(),
            Self::Postgres => format!("{column}::bigint"),
        }
    }

    fn null(self, sqlite: &str, postgres: &str) -> String {
        let of = if self == Self::Sqlite { sqlite } else { postgres };
        format!("CAST(NULL AS {of})")
    }
}
