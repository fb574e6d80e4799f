//! Rows as the driver hands them over.

use diesel::prelude::QueryableByName;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable};

use crate::clock::Timestamp;
use crate::contact::party_parameters::{Cell, SourceRow, SourceTie};
use crate::contact::reconcile::Incoming;
use crate::contact::reconcile::differences::Differences;
use crate::contact::reconcile::unchanged::Known;
use crate::source::error::Error;
use crate::source::statement::Statement;

/// How a login name is written; none: it is no login name.
pub type Canonical = fn(&str) -> Option<String>;

#[derive(QueryableByName)]
pub(super) struct PartyRow {
    #[diesel(sql_type = Nullable<Binary>)]
    party: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    organisation: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    organisation_name: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    company: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    arrivals: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Bool>)]
    arrivals_enabled: Option<bool>,
    #[diesel(sql_type = Nullable<Binary>)]
    dispatches: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Bool>)]
    dispatches_enabled: Option<bool>,
    #[diesel(sql_type = Nullable<BigInt>)]
    updated_at: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    deleted_at: Option<i64>,
}

#[derive(QueryableByName)]
pub(super) struct AccountRow {
    #[diesel(sql_type = Nullable<Binary>)]
    party: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    username: Option<Vec<u8>>,
}

/// What was read, unless it was too much.
pub(super) fn incoming(
    parties: Vec<PartyRow>,
    accounts: &[AccountRow],
    statement: &Statement,
) -> Result<Incoming, Error> {
    let [of_parties, of_accounts] = &statement.tables;
    within(parties.len(), of_parties, statement.most)?;
    within(accounts.len(), of_accounts, statement.most)?;
    Ok(Incoming {
        rows: parties.into_iter().map(source_row).collect(),
        ties: accounts.iter().map(source_tie).collect(),
        ..Incoming::default()
    })
}

fn within(count: usize, table: &str, most: usize) -> Result<(), Error> {
    if count > most {
        return Err(Error::TooManyRows { table: table.to_owned(), most });
    }
    Ok(())
}

/// A whole reading, row by row, of which only the differences are kept: the ties, the parties, and
/// the ties once more.
pub(super) struct Comparison<'a> {
    statement: &'a Statement,
    canonical: Canonical,
    now: Timestamp,
    differences: Differences,
    ties: usize,
    parties: usize,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(
        statement: &'a Statement,
        known: Known,
        (canonical, now): (Canonical, Timestamp),
    ) -> Self {
        let differences = Differences { known, ..Differences::default() };
        Self { statement, canonical, now, differences, ties: 0, parties: 0 }
    }

    pub(super) fn first_tie(&mut self, row: &AccountRow) -> Result<(), Error> {
        self.ties += 1;
        within(self.ties, &self.statement.tables[1], self.statement.most)?;
        let tie = self.tie(row);
        self.differences.known.read_tie(&tie);
        Ok(())
    }

    pub(super) fn party(&mut self, row: PartyRow) -> Result<(), Error> {
        self.parties += 1;
        within(self.parties, &self.statement.tables[0], self.statement.most)?;
        let row = source_row(row);
        let Differences { incoming, known } = &mut self.differences;
        let times = known.read_row(&row, self.now);
        incoming.rows.extend(std::iter::repeat_n(row, times));
        Ok(())
    }

    pub(super) fn second_tie(&mut self, row: &AccountRow) {
        let tie = self.tie(row);
        if self.differences.known.keeps_tie(&tie) {
            self.differences.incoming.ties.push(tie);
        }
    }

    pub(super) fn differences(self) -> Differences {
        self.differences
    }

    fn tie(&self, row: &AccountRow) -> SourceTie {
        let SourceTie { party, username } = source_tie(row);
        SourceTie { party, username: username.as_deref().and_then(self.canonical) }
    }
}

fn source_row(row: PartyRow) -> SourceRow {
    let cell = |bytes: Option<Vec<u8>>| Cell::read(bytes.as_deref());
    SourceRow {
        party: cell(row.party),
        organisation: cell(row.organisation),
        organisation_name: cell(row.organisation_name),
        company: cell(row.company),
        arrivals: cell(row.arrivals),
        arrivals_enabled: row.arrivals_enabled.unwrap_or(false),
        dispatches: cell(row.dispatches),
        dispatches_enabled: row.dispatches_enabled.unwrap_or(false),
        updated_at: row.updated_at,
        deleted_at: row.deleted_at,
    }
}

fn source_tie(row: &AccountRow) -> SourceTie {
    SourceTie::read(&Cell::read(row.party.as_deref()), &Cell::read(row.username.as_deref()))
}
