//! The copy of the party parameters, for a run to be compared with: all of it, or what a few
//! changes concern.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tokio::runtime::Handle;

use crate::clock::Timestamp;
use crate::contact::Role;
use crate::contact::address::Address;
use crate::contact::organisation_number::OrganisationNumber;
use crate::contact::reconcile::unchanged::Known;
use crate::contact::reconcile::{Contact, Copied, CopiedParty};
use crate::store::Store;
use crate::store::contact::contacts::{ContactRow, PartyRow};
use crate::store::error::Error;
use crate::store::schema::{account_parties, accounts, contacts, parties, party_accounts};

type Ties = BTreeMap<String, BTreeSet<String>>;

/// As many names as a statement is given; a run that concerns more loads the whole copy.
const MOST_NAMES: usize = 2_000;

/// Parties that are read at once.
const PAGE: i64 = 5_000;

/// Loads rows; with names only those of which the column is one of them.
macro_rules! rows {
    ($store:expr, $query:expr, $column:expr, $names:expr) => {
        match $names {
            None => read!($store, |c| $query.load(c).await)?,
            Some(names) => read!($store, |c| $query.filter($column.eq_any(names)).load(c).await)?,
        }
    };
}

/// The parties and login names that a few changes concern.
struct Concerned {
    parties: Vec<String>,
    usernames: Vec<String>,
}

impl Store {
    /// All of our copy. Load the [state](Store::sync_state) first: a run that is applied while the
    /// copy is read makes the state another one.
    ///
    /// # Errors
    /// When the database fails, or holds what no run wrote.
    pub async fn contact_copy(&self) -> Result<Copied, Error> {
        // Tens of thousands of rows: too long to read on a task that others wait behind.
        let (store, runtime) = (self.clone(), Handle::current());
        let read = tokio::task::spawn_blocking(move || runtime.block_on(store.read_copy(None)));
        read.await.map_err(|error| Error::Unavailable(error.to_string()))?
    }

    /// A mark of each party of our copy, to find what differs. Load the state first, as above.
    ///
    /// # Errors
    /// As [`Store::contact_copy`].
    pub async fn known_parties(&self) -> Result<Known, Error> {
        let (store, runtime) = (self.clone(), Handle::current());
        let read = tokio::task::spawn_blocking(move || runtime.block_on(store.read_marks()));
        read.await.map_err(|error| Error::Unavailable(error.to_string()))?
    }

    /// What concerns the parties and the login names that were read among changes: those parties,
    /// the other parties of every account tied to one of them, those accounts, and the totals of
    /// the whole. For very many it is all of our copy. Load the state first, as above.
    ///
    /// # Errors
    /// As [`Store::contact_copy`].
    pub async fn contact_copy_around(
        &self,
        source: &str,
        parties: BTreeSet<String>,
        usernames: BTreeSet<String>,
    ) -> Result<Copied, Error> {
        let Some(concerned) = self.concerned(parties, usernames).await? else {
            return self.contact_copy().await;
        };
        let copied = self.read_copy(Some(&concerned)).await?;
        let totals = self.sync_totals(source).await?;
        let (addresses_in_all, ties_in_all) = (totals.addresses, totals.ties);
        Ok(Copied { addresses_in_all, ties_in_all, ..copied })
    }

    /// Of our copy these parties and login names alone, for a run that takes nothing from anybody.
    ///
    /// # Errors
    /// As [`Store::contact_copy`].
    pub async fn contact_copy_of(
        &self,
        parties: BTreeSet<String>,
        usernames: BTreeSet<String>,
    ) -> Result<Copied, Error> {
        let (parties, usernames) = (parties.into_iter().collect(), usernames.into_iter().collect());
        self.read_copy(Some(&Concerned { parties, usernames })).await
    }

    async fn concerned(
        &self,
        parties: BTreeSet<String>,
        usernames: BTreeSet<String>,
    ) -> Result<Option<Concerned>, Error> {
        if parties.len().max(usernames.len()) > MOST_NAMES {
            return Ok(None);
        }
        let people = self.people_of(&parties).await?;
        if people.len() > MOST_NAMES {
            return Ok(None);
        }
        let by_source: Vec<String> = read!(self, |c| party_accounts::table
            .filter(party_accounts::username.eq_any(&people))
            .select(party_accounts::party)
            .load(c)
            .await)?;
        let by_operator: Vec<String> = read!(self, |c| account_parties::table
            .inner_join(accounts::table)
            .filter(accounts::username.eq_any(&people))
            .select(account_parties::party)
            .load(c)
            .await)?;
        let mut around = parties;
        around.extend(by_source.into_iter().chain(by_operator));
        Ok((around.len() <= MOST_NAMES).then(|| Concerned {
            parties: around.into_iter().collect(),
            usernames: usernames.into_iter().collect(),
        }))
    }

    /// The accounts tied to one of the parties, by the source or the operator.
    async fn people_of(&self, parties: &BTreeSet<String>) -> Result<BTreeSet<String>, Error> {
        let by_source: Vec<String> = read!(self, |c| party_accounts::table
            .filter(party_accounts::party.eq_any(parties))
            .select(party_accounts::username)
            .load(c)
            .await)?;
        let by_operator: Vec<String> = read!(self, |c| account_parties::table
            .inner_join(accounts::table)
            .filter(account_parties::party.eq_any(parties))
            .select(accounts::username)
            .load(c)
            .await)?;
        Ok(by_source.into_iter().chain(by_operator).collect())
    }

    async fn read_copy(&self, of: Option<&Concerned>) -> Result<Copied, Error> {
        let numbers = of.map(|concerned| &concerned.parties);
        let usernames = of.map(|concerned| &concerned.usernames);
        let rows: Vec<PartyRow> = rows!(self, parties::table, parties::party, numbers);
        let cells: Vec<ContactRow> = rows!(self, contacts::table, contacts::party, numbers);
        let names: Vec<String> =
            rows!(self, accounts::table.select(accounts::username), accounts::username, usernames);
        let by_source: Vec<(String, String)> =
            rows!(self, party_accounts::table, party_accounts::party, numbers);
        let by_operator: Vec<(String, String)> = rows!(
            self,
            account_parties::table
                .inner_join(accounts::table)
                .select((account_parties::party, accounts::username)),
            account_parties::party,
            numbers
        );
        let copied = copied(rows, cells, by_source)?;
        Ok(Copied::whole(copied, names.into_iter().collect(), ties(by_operator)))
    }

    async fn read_usernames(&self, known: &mut Known) -> Result<(), Error> {
        let mut last = String::new();
        loop {
            let names: Vec<String> = read!(self, |c| accounts::table
                .filter(accounts::username.gt(&last))
                .order(accounts::username)
                .limit(PAGE)
                .select(accounts::username)
                .load(c)
                .await)?;
            names.iter().for_each(|name| known.add_account(name));
            let Some(end) = names.into_iter().next_back() else { return Ok(()) };
            last = end;
        }
    }

    async fn read_marks(&self) -> Result<Known, Error> {
        let mut known = Known::default();
        self.read_usernames(&mut known).await?;
        let mut last = String::new();
        loop {
            let rows: Vec<PartyRow> = read!(self, |c| parties::table
                .filter(parties::party.gt(&last))
                .order(parties::party)
                .limit(PAGE)
                .load(c)
                .await)?;
            let Some(end) = rows.last().map(|row| row.party.clone()) else { return Ok(known) };
            let cells: Vec<ContactRow> = read!(self, |c| contacts::table
                .filter(contacts::party.gt(&last).and(contacts::party.le(&end)))
                .load(c)
                .await)?;
            let by_source: Vec<(String, String)> = read!(self, |c| party_accounts::table
                .filter(party_accounts::party.gt(&last).and(party_accounts::party.le(&end)))
                .load(c)
                .await)?;
            for (party, copy) in copied(rows, cells, by_source)? {
                known.add(&party, &copy);
            }
            last = end;
        }
    }
}

fn copied(
    rows: Vec<PartyRow>,
    cells: Vec<ContactRow>,
    by_source: Vec<(String, String)>,
) -> Result<BTreeMap<String, CopiedParty>, Error> {
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
    Ok(copied)
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
