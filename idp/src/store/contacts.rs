//! The copy of the party parameters, as a run against their source compares it.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::contact::Role;
use crate::contact::address::Address;
use crate::contact::organisation_number::OrganisationNumber;
use crate::contact::reconcile::{Contact, Copied, CopiedParty};
use crate::store::Store;
use crate::store::error::Error;
use crate::store::schema::{account_parties, accounts, contacts, parties, party_accounts};

/// As many names as a statement is given; a run that concerns more loads the whole copy.
const MOST_NAMES: usize = 2_000;

/// How much of the copy a run needs.
#[derive(Clone, Copy, Debug)]
pub enum Extent<'a> {
    /// All of it.
    Whole,
    /// What concerns these parties and login names: also the other parties of every account that
    /// is tied to one of the parties.
    Around {
        /// The party numbers that were read.
        parties: &'a BTreeSet<String>,
        /// The login names that were read.
        usernames: &'a BTreeSet<String>,
    },
}

type PartyRow = (String, String, String, i64, Option<i64>);
type ContactRow = (String, String, String, bool);

/// Loads rows of one of the tables; with names only the rows of which a column is one of them.
macro_rules! rows {
    ($store:expr, $query:expr, $column:expr, $names:expr) => {
        match $names {
            None => read!($store, |c| $query.load(c).await)?,
            Some(names) => read!($store, |c| $query.filter($column.eq_any(names)).load(c).await)?,
        }
    };
}

impl Store {
    /// The copy of the party parameters. One run at a time changes it, under its lease; so the
    /// several queries of a run that holds the lease see one state.
    ///
    /// # Errors
    /// When the database fails, or holds what no run would write.
    pub async fn party_copy(&self, extent: Extent<'_>) -> Result<Copied, Error> {
        let Some((parties, usernames)) = self.concerned(extent).await? else {
            let parties = self.copied_parties(None).await?;
            let tied = self.tied_by_operator(None).await?;
            let accounts = self.usernames(None).await?;
            return Ok(Copied::whole(parties, accounts, tied));
        };
        let copied = self.copied_parties(Some(&parties)).await?;
        let totals = self.sync_totals().await?;
        Ok(Copied {
            parties: copied,
            accounts: self.usernames(Some(&usernames)).await?,
            tied_by_operator: self.tied_by_operator(Some(&parties)).await?,
            addresses_in_all: totals.addresses,
            links_in_all: totals.links,
        })
    }

    /// The parties and login names of that extent; none when it is the whole, or nearly so.
    async fn concerned(
        &self,
        extent: Extent<'_>,
    ) -> Result<Option<(Vec<String>, Vec<String>)>, Error> {
        let Extent::Around { parties, usernames } = extent else { return Ok(None) };
        if parties.len().max(usernames.len()) > MOST_NAMES {
            return Ok(None);
        }
        let named: Vec<_> = parties.iter().cloned().collect();
        let tied: Vec<String> = read!(self, |c| party_accounts::table
            .filter(party_accounts::party.eq_any(&named))
            .select(party_accounts::username)
            .load(c)
            .await)?;
        let by_operator = self.tied_by_operator(Some(&named)).await?;
        let mut people: BTreeSet<String> = tied.into_iter().collect();
        people.extend(by_operator.into_values().flatten());
        if people.len() > MOST_NAMES {
            return Ok(None);
        }
        let people: Vec<_> = people.into_iter().collect();
        let reported: Vec<String> = read!(self, |c| party_accounts::table
            .filter(party_accounts::username.eq_any(&people))
            .select(party_accounts::party)
            .load(c)
            .await)?;
        let named_by_operator: Vec<String> = read!(self, |c| account_parties::table
            .inner_join(accounts::table)
            .filter(accounts::username.eq_any(&people))
            .select(account_parties::party)
            .load(c)
            .await)?;
        let mut around = parties.clone();
        around.extend(reported.into_iter().chain(named_by_operator));
        let usernames = usernames.iter().cloned().collect();
        Ok((around.len() <= MOST_NAMES).then(|| (around.into_iter().collect(), usernames)))
    }

    async fn copied_parties(
        &self,
        of: Option<&[String]>,
    ) -> Result<BTreeMap<String, CopiedParty>, Error> {
        let columns = (
            parties::party,
            parties::organisation,
            parties::organisation_name,
            parties::updated_at,
            parties::deleted_at,
        );
        let rows: Vec<PartyRow> = rows!(self, parties::table.select(columns), parties::party, of);
        let mut copied =
            rows.into_iter().map(copied_party).collect::<Result<BTreeMap<_, _>, _>>()?;
        let columns =
            (contacts::party, contacts::role, contacts::address, contacts::report_enabled);
        let rows: Vec<ContactRow> =
            rows!(self, contacts::table.select(columns), contacts::party, of);
        for row in rows {
            let id = format!("{}/{}", row.0, row.1);
            let (party, role, contact) =
                contact(row).ok_or_else(|| Error::inconsistent("contacts", &id))?;
            if let Some(copy) = copied.get_mut(&party) {
                copy.contacts.insert(role, contact);
            }
        }
        let columns = (party_accounts::party, party_accounts::username);
        let rows: Vec<(String, String)> =
            rows!(self, party_accounts::table.select(columns), party_accounts::party, of);
        for (party, username) in rows {
            if let Some(copy) = copied.get_mut(&party) {
                copy.accounts.insert(username);
            }
        }
        Ok(copied)
    }

    async fn tied_by_operator(
        &self,
        of: Option<&[String]>,
    ) -> Result<BTreeMap<String, BTreeSet<String>>, Error> {
        let columns = (account_parties::party, accounts::username);
        let rows: Vec<(String, String)> = rows!(
            self,
            account_parties::table.inner_join(accounts::table).select(columns),
            account_parties::party,
            of
        );
        let mut tied: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (party, username) in rows {
            tied.entry(party).or_default().insert(username);
        }
        Ok(tied)
    }

    async fn usernames(&self, of: Option<&[String]>) -> Result<BTreeSet<String>, Error> {
        let names: Vec<String> =
            rows!(self, accounts::table.select(accounts::username), accounts::username, of);
        Ok(names.into_iter().collect())
    }
}

fn copied_party(
    (party, organisation, organisation_name, updated_at, deleted_at): PartyRow,
) -> Result<(String, CopiedParty), Error> {
    let organisation = OrganisationNumber::parse(&organisation)
        .map_err(|_| Error::inconsistent("parties", &party))?;
    let copy = CopiedParty {
        organisation,
        organisation_name,
        version: Timestamp(updated_at),
        deleted: deleted_at.is_some(),
        contacts: BTreeMap::new(),
        accounts: BTreeSet::new(),
    };
    Ok((party, copy))
}

fn contact((party, role, address, report_enabled): ContactRow) -> Option<(String, Role, Contact)> {
    let address = Address::parse(&address).ok()?;
    Some((party, Role::parse(&role)?, Contact { address, report_enabled }))
}
