//! Rows as the driver hands them over.

use diesel::prelude::QueryableByName;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable};

use crate::contact::party_parameters::{Cell, SourceLink, SourceRow};
use crate::contact::reconcile::Incoming;
use crate::source::statement::Statement;
use crate::source::{Error, MOST_ROWS};

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
    for (count, table) in [parties.len(), accounts.len()].into_iter().zip(&statement.tables) {
        if count > MOST_ROWS {
            return Err(Error::TooManyRows { table: table.clone(), most: MOST_ROWS });
        }
    }
    Ok(Incoming {
        rows: parties.into_iter().map(source_row).collect(),
        links: accounts.iter().map(source_link).collect(),
    })
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

fn source_link(row: &AccountRow) -> SourceLink {
    SourceLink::read(&Cell::read(row.party.as_deref()), &Cell::read(row.username.as_deref()))
}
