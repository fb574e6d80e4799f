//! Applying a run against the party parameters: all of it in one transaction, or nothing.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::account::message::QueuedMessage;
use crate::clock::Timestamp;
use crate::contact::Role;
use crate::contact::reconcile::Contact;
use crate::contact::reconcile::plan::{Link, Plan, Removal, Upsert};
use crate::store::Store;
use crate::store::error::{Error, Fault, one, won};
use crate::store::outbox::{MessageRow, Queue as _};
use crate::store::schema::{
    accounts, contacts, interactions, leases, links, parties, party_accounts, quarantine,
    remembered_browsers, sync_state,
};
use crate::store::sqlite::Connection;
use crate::store::sync_state::{QuarantineChange, StateRow, SyncState};

/// Rows in one statement.
const CHUNK: usize = 500;

/// What a run commits.
#[derive(Clone, Copy, Debug)]
pub struct SyncRun<'a> {
    /// The changes; none for a run that was stopped.
    pub plan: Option<&'a Plan>,
    /// The mails about them.
    pub notices: &'a [QueuedMessage],
    /// How the runs stand from now on.
    pub state: &'a SyncState,
    /// The lease that the run began under, and its holder.
    pub lease: (&'a str, &'a str),
}

#[derive(Clone, Insertable)]
#[diesel(table_name = parties)]
pub(super) struct PartyRow {
    party: String,
    organisation: String,
    organisation_name: String,
    updated_at: i64,
}

#[derive(Clone, Insertable)]
#[diesel(table_name = contacts)]
struct ContactRow {
    party: String,
    role: String,
    address: String,
    canonical: String,
    report_enabled: bool,
}

#[derive(Clone, Insertable)]
#[diesel(table_name = party_accounts)]
struct LinkRow {
    party: String,
    username: String,
}

impl From<&Upsert> for PartyRow {
    fn from(upsert: &Upsert) -> Self {
        Self {
            party: upsert.party.clone(),
            organisation: upsert.organisation.as_str().to_owned(),
            organisation_name: upsert.organisation_name.clone(),
            updated_at: upsert.version.0,
        }
    }
}

impl ContactRow {
    fn new(party: &str, role: Role, contact: &Contact) -> Self {
        Self {
            party: party.to_owned(),
            role: role.as_str().to_owned(),
            address: contact.address.as_str().to_owned(),
            canonical: contact.address.canonical().to_owned(),
            report_enabled: contact.report_enabled,
        }
    }
}

/// Inserts many rows: PostgreSQL takes many in one statement, SQLite is as fast one by one.
macro_rules! bulk {
    ($kind:ident: $name:ident, $table:ident, $row:ty) => {
        trait $kind {
            async fn $name(&mut self, rows: &[$row]) -> Result<(), Fault>;
        }

        impl $kind for Connection {
            async fn $name(&mut self, rows: &[$row]) -> Result<(), Fault> {
                for row in rows {
                    diesel::insert_into($table::table).values(row).execute(self).await?;
                }
                Ok(())
            }
        }

        impl $kind for AsyncPgConnection {
            async fn $name(&mut self, rows: &[$row]) -> Result<(), Fault> {
                for rows in rows.chunks(CHUNK) {
                    diesel::insert_into($table::table).values(rows).execute(self).await?;
                }
                Ok(())
            }
        }
    };
}

bulk!(InsertParties: insert_parties, parties, PartyRow);
bulk!(InsertContacts: insert_contacts, contacts, ContactRow);
bulk!(InsertLinks: insert_links, party_accounts, LinkRow);

step!(
    /// Goes on only while the run's lease is held, and keeps others from taking it meanwhile.
    HoldLease: fn hold_lease(c, name: &str, holder: &str, now: i64) {
        let held = diesel::update(leases::table.find(name))
            .filter(leases::holder.eq(holder))
            .filter(leases::expires_at.gt(now))
            .set(leases::holder.eq(holder))
            .execute(c)
            .await?;
        one(held)
    }
);

step!(
    /// Takes parties out with their contacts, to be written anew.
    ClearParties: fn clear_parties(c, rows: &[PartyRow]) {
        for rows in rows.chunks(CHUNK) {
            let numbers: Vec<_> = rows.iter().map(|row| row.party.as_str()).collect();
            diesel::delete(parties::table.filter(parties::party.eq_any(&numbers)))
                .execute(c)
                .await?;
        }
        Ok(())
    }
);

step!(
    /// Marks parties as gone.
    RemoveParties: fn remove_parties(c, removals: &[Removal], now: i64) {
        for removal in removals {
            let gone = (parties::updated_at.eq(removal.version.0), parties::deleted_at.eq(now));
            diesel::update(parties::table.find(&removal.party)).set(gone).execute(c).await?;
            diesel::delete(contacts::table.filter(contacts::party.eq(&removal.party)))
                .execute(c)
                .await?;
        }
        Ok(())
    }
);

step!(
    /// Cuts ties of accounts to parties.
    CutLinks: fn cut_links(c, cut: &[Link]) {
        for Link { party, username } in cut {
            diesel::delete(party_accounts::table.find((party, username))).execute(c).await?;
        }
        Ok(())
    }
);

step!(
    /// Ends what rests on addresses that an account has no more: links, remembered browsers, and
    /// whatever a login in hand has decided on their strength. The account and its interactions
    /// come first, as wherever links are issued and used, so that those wait for this.
    EndAddresses: fn end_addresses(c, username: &str, addresses: &[String], now: i64) {
        let account = accounts::table.filter(accounts::username.eq(username));
        let id: Option<String> = diesel::update(account)
            .set(accounts::subject.eq(accounts::subject))
            .returning(accounts::id)
            .get_result(c)
            .await
            .optional()?;
        let Some(id) = id else { return Ok(()) };
        diesel::update(interactions::table)
            .filter(interactions::account_id.eq(&id))
            .filter(interactions::ended_at.is_null())
            .set(interactions::version.eq(interactions::version + 1))
            .execute(c)
            .await?;
        for addresses in addresses.chunks(CHUNK) {
            diesel::update(links::table)
                .filter(links::account_id.eq(&id))
                .filter(links::canonical.eq_any(addresses))
                .filter(links::used_at.is_null())
                .filter(links::void_at.is_null())
                .set(links::void_at.eq(now))
                .execute(c)
                .await?;
            diesel::delete(remembered_browsers::table)
                .filter(remembered_browsers::account_id.eq(&id))
                .filter(remembered_browsers::canonical.eq_any(addresses))
                .execute(c)
                .await?;
        }
        Ok(())
    }
);

step!(
    /// Changes the quarantine.
    ChangeQuarantine: fn change_quarantine(c, change: &QuarantineChange) {
        for (party, cell) in &change.taken_out {
            diesel::delete(quarantine::table.find((party, cell))).execute(c).await?;
        }
        for row in &change.put_in {
            diesel::insert_into(quarantine::table).values(row).execute(c).await?;
        }
        Ok(())
    }
);

step!(
    /// Notes how the runs stand.
    KeepState: fn keep_state(c, state: &StateRow) {
        diesel::insert_into(sync_state::table)
            .values(state)
            .on_conflict(sync_state::source)
            .do_update()
            .set(state)
            .execute(c)
            .await?;
        Ok(())
    }
);

/// What a plan writes, as rows.
#[derive(Clone, Default)]
struct Rows {
    parties: Vec<PartyRow>,
    contacts: Vec<ContactRow>,
    removals: Vec<Removal>,
    tied: Vec<LinkRow>,
    cut: Vec<Link>,
    /// By login name, in their order, so that two transactions lock accounts in the same one.
    ended: BTreeMap<String, Vec<String>>,
}

impl From<&Plan> for Rows {
    fn from(plan: &Plan) -> Self {
        let contacts = plan.upserts.iter().flat_map(|upsert| {
            let row = |(role, contact)| ContactRow::new(&upsert.party, role, contact);
            upsert.contacts.iter().map(|(role, contact)| (*role, contact)).map(row)
        });
        let tied =
            |link: &Link| LinkRow { party: link.party.clone(), username: link.username.clone() };
        let mut ended: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for gone in &plan.ended {
            ended.entry(gone.username.clone()).or_default().push(gone.canonical.clone());
        }
        Self {
            parties: plan.upserts.iter().map(PartyRow::from).collect(),
            contacts: contacts.collect(),
            removals: plan.removals.clone(),
            tied: plan.links_added.iter().map(tied).collect(),
            cut: plan.links_removed.clone(),
            ended,
        }
    }
}

impl Store {
    /// Applies a run, with all that follows from it. `false`, and nothing is applied, when the
    /// lease has gone to another holder.
    ///
    /// # Errors
    /// When the database fails; nothing is applied then.
    pub async fn apply_sync(&self, run: &SyncRun<'_>, now: Timestamp) -> Result<bool, Error> {
        let state = StateRow::from(run.state);
        let notices: Vec<_> = run.notices.iter().map(MessageRow::from).collect();
        let (name, holder) = (run.lease.0.to_owned(), run.lease.1.to_owned());
        let rows = run.plan.map(Rows::from).unwrap_or_default();
        let quarantine = match run.plan {
            Some(plan) => self.quarantine_change(plan, now).await?,
            None => QuarantineChange::default(),
        };
        let now = now.0;
        won(commit!(self, |c| {
            c.hold_lease(&name, &holder, now).await?;
            c.clear_parties(&rows.parties).await?;
            c.insert_parties(&rows.parties).await?;
            c.insert_contacts(&rows.contacts).await?;
            c.remove_parties(&rows.removals, now).await?;
            c.insert_links(&rows.tied).await?;
            c.cut_links(&rows.cut).await?;
            for (username, addresses) in &rows.ended {
                c.end_addresses(username, addresses, now).await?;
            }
            c.change_quarantine(&quarantine).await?;
            c.queue(&notices).await?;
            c.keep_state(&state).await
        }))
    }
}
