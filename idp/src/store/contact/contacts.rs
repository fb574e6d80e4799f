//! Our copy of the party parameters: what a run is compared with, and the run applied, whole or
//! not at all.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::message::QueuedMessage;
use crate::clock::Timestamp;
use crate::contact::reconcile::Mode;
use crate::contact::reconcile::plan::{Ended, Plan, Removal, Tie, Upsert};
use crate::store::Recording;
use crate::store::contact::quarantine::Requarantine as _;
use crate::store::contact::sync_losses::{LossRow, NoteLosses as _};
use crate::store::contact::sync_state::{Applied, Grown, LockState as _, NoteApplied as _};
use crate::store::error::{Error, Fault, won};
use crate::store::inline::Connection;
use crate::store::jobs::leases::KeepLease as _;
use crate::store::jobs::outbox::{MessageRow, Queue as _};
use crate::store::pipelined::Pipelined;
use crate::store::schema::{
    accounts, contacts, interactions, links, parties, party_accounts,
    remembered_browsers as browsers,
};

/// The first run writes every party, which takes its time.
const PATIENCE: Duration = Duration::from_secs(300);
/// Rows in one statement.
const CHUNK: usize = crate::store::CHUNK;

/// A run to be applied.
#[derive(Clone, Copy, Debug)]
pub struct SyncRun<'a> {
    /// Which source, by a name of ours.
    pub source: &'a str,
    /// The [revision](crate::store::contact::sync_state::SyncState::revision) that was loaded before the copy.
    pub revision: i64,
    /// Who holds the lease of the source; the run is lost when somebody else does. None: there is
    /// no lease.
    pub holder: Option<&'a str>,
    /// How much was read.
    pub mode: Mode,
    /// When the reading began.
    pub read_at: Timestamp,
    /// What changes.
    pub plan: &'a Plan,
    /// What was taken after this moment still counts for the brake, with what this run takes. None:
    /// an operator approved the run, and the brake counts from zero.
    pub brake_since: Option<Timestamp>,
    /// The mails that tell of it.
    pub notices: &'a [QueuedMessage],
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = parties)]
pub(in crate::store) struct PartyRow {
    pub(in crate::store) party: String,
    pub(in crate::store) organisation: String,
    pub(in crate::store) organisation_name: String,
    pub(in crate::store) updated_at: i64,
    pub(in crate::store) deleted: bool,
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = contacts)]
pub(in crate::store) struct ContactRow {
    pub(in crate::store) party: String,
    pub(in crate::store) role: String,
    pub(in crate::store) address: String,
    canonical: String,
    pub(in crate::store) report_enabled: bool,
}

#[derive(Clone, Insertable)]
#[diesel(table_name = party_accounts)]
pub(in crate::store) struct TieRow {
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
            deleted: false,
        }
    }
}

impl ContactRow {
    fn all_of(upsert: &Upsert) -> impl Iterator<Item = Self> {
        upsert.contacts.iter().map(|(role, contact)| Self {
            party: upsert.party.clone(),
            role: role.as_str().to_owned(),
            address: contact.address.as_str().to_owned(),
            canonical: contact.address.canonical().to_owned(),
            report_enabled: contact.report_enabled,
        })
    }
}

impl From<&Tie> for TieRow {
    fn from(tie: &Tie) -> Self {
        Self { party: tie.party.clone(), username: tie.username.clone() }
    }
}

bulk!(InsertParties: insert_parties, parties, PartyRow);
bulk!(InsertContacts: insert_contacts, contacts, ContactRow);
bulk!(InsertTies: insert_ties, party_accounts, TieRow);

step!(
    /// Takes parties out, with their addresses, to be written again.
    TakeOut: fn take_out(c, rows: &[PartyRow], grown: &mut Grown) {
        for rows in rows.chunks(CHUNK) {
            let numbers: Vec<_> = rows.iter().map(|row| row.party.as_str()).collect();
            let theirs = contacts::table.filter(contacts::party.eq_any(&numbers));
            grown.addresses -= size(diesel::delete(theirs).execute(c).await?);
            let living = parties::table
                .filter(parties::party.eq_any(&numbers))
                .filter(diesel::dsl::not(parties::deleted));
            grown.parties -= size(diesel::delete(living).execute(c).await?);
            let gone = parties::table.filter(parties::party.eq_any(&numbers));
            diesel::delete(gone).execute(c).await?;
        }
        Ok(())
    }
);

step!(
    /// Marks parties deleted and cuts ties of accounts to parties.
    TakeAway: fn take_away(c, removals: &[Removal], cut: &[Tie], grown: &mut Grown) {
        for Removal { party, version } in removals {
            let theirs = contacts::table.filter(contacts::party.eq(party));
            grown.addresses -= size(diesel::delete(theirs).execute(c).await?);
            let living = parties::table.find(party).filter(diesel::dsl::not(parties::deleted));
            let gone = diesel::update(living).set(parties::deleted.eq(true)).execute(c).await?;
            grown.parties -= size(gone);
            diesel::update(parties::table.find(party))
                .set(parties::updated_at.eq(version.0))
                .execute(c)
                .await?;
        }
        for Tie { party, username } in cut {
            let tie = party_accounts::table.find((party, username));
            grown.ties -= size(diesel::delete(tie).execute(c).await?);
        }
        Ok(())
    }
);

step!(
    /// Makes the open links to an address void and forgets the browsers it earned, for an account
    /// that has it no more. The account and its logins in hand are changed first, as wherever a
    /// link is issued or used: one that has decided on the address is lost, or waits and is seen.
    EndAddress: fn end_address(c, ended: &Ended, now: i64) {
        let account: Option<String> = diesel::update(accounts::table)
            .filter(accounts::username.eq(&ended.username))
            .set(accounts::subject.eq(accounts::subject))
            .returning(accounts::id)
            .get_result(c)
            .await
            .optional()?;
        let Some(account) = account else { return Ok(()) };
        diesel::update(interactions::table)
            .filter(interactions::account_id.eq(&account))
            .filter(interactions::ended_at.is_null())
            .set(interactions::version.eq(interactions::version + 1))
            .execute(c)
            .await?;
        diesel::update(links::table)
            .filter(links::account_id.eq(&account))
            .filter(links::canonical.eq(&ended.canonical))
            .filter(links::used_at.is_null())
            .filter(links::void_at.is_null())
            .set(links::void_at.eq(now))
            .execute(c)
            .await?;
        diesel::delete(browsers::table)
            .filter(browsers::account_id.eq(&account))
            .filter(browsers::canonical.eq(&ended.canonical))
            .execute(c)
            .await?;
        Ok(())
    }
);

fn size(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// Changes of one run for which the connection is as it is for others.
const FEW: usize = 100;

trait ExpectManyChanges {
    /// Prepares the connection for a transaction of thousands of changes.
    async fn expect_many_changes(&mut self) -> Result<(), Fault>;
}

impl ExpectManyChanges for Connection {
    async fn expect_many_changes(&mut self) -> Result<(), Fault> {
        Ok(self.widen()?)
    }
}

impl ExpectManyChanges for Pipelined {
    async fn expect_many_changes(&mut self) -> Result<(), Fault> {
        Ok(())
    }
}

impl Recording {
    /// Applies a run and queues its notices, whole or not at all. A run that read everything
    /// releases the brake. `false` when another run was applied since the state was loaded, or
    /// another holder has the lease.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn apply_sync(&self, run: &SyncRun<'_>, now: Timestamp) -> Result<bool, Error> {
        let (source, revision, plan) = (run.source.to_owned(), run.revision, run.plan.clone());
        let (full, read_at) = (matches!(run.mode, Mode::Full), run.read_at);
        let notices: Vec<_> = run.notices.iter().map(MessageRow::from).collect();
        let rows: Vec<_> = plan.upserts.iter().map(PartyRow::from).collect();
        let cells: Vec<_> = plan.upserts.iter().flat_map(ContactRow::all_of).collect();
        let ties: Vec<_> = plan.ties_added.iter().map(TieRow::from).collect();
        let losses = LossRow::all_of(run.source, run.plan, now);
        let (holder, since) = (run.holder.map(str::to_owned), run.brake_since.map(|at| at.0));
        // Nobody changes the copy between this and the transaction, unless it is lost.
        let counted = if full { Some(self.count_copy().await?) } else { None };
        won(act!(self, commit, PATIENCE, |c| {
            if rows.len() + plan.removals.len() + ties.len() > FEW {
                c.expect_many_changes().await?;
            }
            c.lock_state(&source, revision).await?;
            if let Some(holder) = &holder {
                c.keep_lease(&source, holder).await?;
            }
            c.note_losses(&source, since, &losses).await?;
            let mut grown = Grown::default();
            c.take_out(&rows, &mut grown).await?;
            c.insert_parties(&rows).await?;
            c.insert_contacts(&cells).await?;
            c.take_away(&plan.removals, &plan.ties_removed, &mut grown).await?;
            c.insert_ties(&ties).await?;
            grown.parties += size(rows.len());
            grown.addresses += size(cells.len());
            grown.ties += size(ties.len());
            for ended in &plan.ended {
                c.end_address(ended, now.0).await?;
            }
            c.requarantine(&plan.examined, &plan.quarantined, now.0).await?;
            c.queue(&notices).await?;
            let (watermark, held) = (plan.watermark, plan.held);
            let applied = Applied { read_at, watermark, held, counted, grown };
            c.note_applied(&source, &applied, now.0).await
        }))
    }
}
