//! The whole copy of the party parameters, for a run to be compared with.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tokio::runtime::Handle;

use crate::clock::Timestamp;
use crate::contact::Role;
use crate::contact::address::Address;
use crate::contact::organisation_number::OrganisationNumber;
use crate::contact::reconcile::{Contact, Copied, CopiedParty};
use crate::store::Store;
use crate::store::contacts::{ContactRow, PartyRow};
use crate::store::error::Error;
use crate::store::schema::{account_parties, accounts, contacts, parties, party_accounts};

type Ties = BTreeMap<String, BTreeSet<String>>;

impl Store {
    /// All of our copy. Load the [state](Store::sync_state) first: a run that is applied while the
    /// copy is read makes the state another one.
    ///
    /// # Errors
    /// When the database fails, or holds what no run wrote.
    pub async fn contact_copy(&self) -> Result<Copied, Error> {
        // Tens of thousands of rows: too long to read on a task that others wait behind.
        let (store, runtime) = (self.clone(), Handle::current());
        let read = tokio::task::spawn_blocking(move || runtime.block_on(store.read_copy()));
        read.await.map_err(|error| Error::Unavailable(error.to_string()))?
    }

    async fn read_copy(&self) -> Result<Copied, Error> {
        let rows: Vec<PartyRow> = read!(self, |c| parties::table.load(c).await)?;
        let cells: Vec<ContactRow> = read!(self, |c| contacts::table.load(c).await)?;
        let names: Vec<String> =
            read!(self, |c| accounts::table.select(accounts::username).load(c).await)?;
        let by_source: Vec<(String, String)> =
            read!(self, |c| party_accounts::table.load(c).await)?;
        let by_operator: Vec<(String, String)> = read!(self, |c| account_parties::table
            .inner_join(accounts::table)
            .select((account_parties::party, accounts::username))
            .load(c)
            .await)?;
        let mut of_party = BTreeMap::new();
        for row in cells {
            let (party, role, contact) = contact(row)?;
            of_party.entry(party).or_insert_with(BTreeMap::new).insert(role, contact);
        }
        let mut by_source = ties(by_source);
        let mut copied = BTreeMap::new();
        for row in rows {
            let contacts = of_party.remove(&row.party).unwrap_or_default();
            let accounts = by_source.remove(&row.party).unwrap_or_default();
            copied.insert(row.party.clone(), party(row, contacts, accounts)?);
        }
        Ok(Copied::whole(copied, names.into_iter().collect(), ties(by_operator)))
    }
}

fn ties(rows: Vec<(String, String)>) -> Ties {
    let mut ties = Ties::new();
    for (party, username) in rows {
        ties.entry(party).or_default().insert(username);
    }
    ties
}

fn contact(row: ContactRow) -> Result<(String, Role, Contact), Error> {
    let unreadable = || Error::inconsistent("contacts", &format!("{}/{}", row.party, row.role));
    let role = Role::parse(&row.role).ok_or_else(unreadable)?;
    let address = Address::parse(&row.address).map_err(|_| unreadable())?;
    Ok((row.party, role, Contact { address, report_enabled: row.report_enabled }))
}

fn party(
    row: PartyRow,
    contacts: BTreeMap<Role, Contact>,
    accounts: BTreeSet<String>,
) -> Result<CopiedParty, Error> {
    let organisation = OrganisationNumber::parse(&row.organisation)
        .map_err(|_| Error::inconsistent("parties", &row.party))?;
    Ok(CopiedParty {
        organisation,
        organisation_name: row.organisation_name,
        version: Timestamp(row.updated_at),
        deleted: row.deleted,
        contacts,
        accounts,
    })
}
