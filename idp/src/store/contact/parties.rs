//! Which parties an account reports for, and which addresses those parties have.

use std::collections::BTreeSet;

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::user::Account;
use crate::contact::address::Address;
use crate::contact::{KnownAddress, Role, may_be_mailed};
use crate::store::Store;
use crate::store::error::Error;
use crate::store::schema::{account_parties, contacts, parties, party_accounts};

/// Those the operator named, without those the source has deleted.
#[diesel::dsl::auto_type(no_type_alias)]
fn named<'a>(account_id: &'a str) -> _ {
    let gone =
        parties::table.filter(parties::party.eq(account_parties::party)).filter(parties::deleted);
    account_parties::table
        .filter(account_parties::account_id.eq(account_id))
        .filter(not(exists(gone)))
        .select(account_parties::party)
}

/// Those the source names, without those it has deleted.
#[diesel::dsl::auto_type(no_type_alias)]
fn reported<'a>(username: &'a str) -> _ {
    let gone =
        parties::table.filter(parties::party.eq(party_accounts::party)).filter(parties::deleted);
    party_accounts::table
        .filter(party_accounts::username.eq(username))
        .filter(not(exists(gone)))
        .select(party_accounts::party)
}

impl Store {
    /// The parties an account may report for, sorted: those the operator named and those the
    /// source names, without those the source has deleted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn parties_of(&self, account: &Account) -> Result<Vec<String>, Error> {
        let parties: Vec<String> =
            read!(self, |c| named(&account.id).union(reported(&account.username)).load(c).await)?;
        Ok(parties.into_iter().collect::<BTreeSet<_>>().into_iter().collect())
    }

    /// The addresses of those parties that [`may_be_mailed`], by party and role.
    ///
    /// # Errors
    /// When the database fails, or holds what is no address.
    pub async fn known_addresses(
        &self,
        account: &Account,
        require_report_enabled: bool,
    ) -> Result<Vec<KnownAddress>, Error> {
        let parties = self.parties_of(account).await?;
        let rows: Vec<(String, String, String, bool)> = read!(self, |c| contacts::table
            .filter(contacts::party.eq_any(&parties))
            .select((contacts::party, contacts::role, contacts::address, contacts::report_enabled))
            .load(c)
            .await)?;
        let mut known = Vec::new();
        for (party, role, address, report_enabled) in rows {
            let known_address = known_address(party, &role, &address)?;
            if may_be_mailed(known_address.role, report_enabled, require_report_enabled) {
                known.push(known_address);
            }
        }
        known.sort_by(|a, b| (&a.party, a.role).cmp(&(&b.party, b.role)));
        Ok(known)
    }
}

fn known_address(party: String, role: &str, address: &str) -> Result<KnownAddress, Error> {
    let unreadable = || Error::inconsistent("contacts", &format!("{party}/{role}"));
    let role = Role::parse(role).ok_or_else(unreadable)?;
    let address = Address::parse(address).map_err(|_| unreadable())?;
    Ok(KnownAddress { party, role, address })
}
