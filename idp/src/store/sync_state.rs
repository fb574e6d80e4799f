//! How the runs against the party parameters stand, and what is in quarantine.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::contact::quarantine::{Place, Quarantined, Reason};
use crate::contact::reconcile::plan::{Examined, Plan};
use crate::store::Store;
use crate::store::error::Error;
use crate::store::schema::{contacts, parties, party_accounts, quarantine, sync_state};

/// There is one source.
pub(super) const SOURCE: &str = "party_parameters";

/// How the runs stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncState {
    /// The latest change that was applied; changes are read from there on.
    pub watermark: Option<Timestamp>,
    /// When everything was last read and judged.
    pub full_at: Option<Timestamp>,
    /// When a reading was last applied, or found to change nothing.
    pub succeeded_at: Option<Timestamp>,
    /// How many changes were applied since the beginning.
    pub applied: i64,
    /// The run that waits for an operator.
    pub brake: Option<HeldBrake>,
    /// When an operator last approved a run.
    pub approved_at: Option<Timestamp>,
}

/// A run that was stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldBrake {
    /// What it would have taken, in words.
    pub what: String,
    /// Whether it had read everything: then only another such run can find that it has passed.
    pub full: bool,
    /// When it was first stopped.
    pub at: Timestamp,
}

/// An entry of the quarantine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenInQuarantine {
    /// What was not applied.
    pub quarantined: Quarantined,
    /// Since when.
    pub since: Timestamp,
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyncTotals {
    /// Parties, without those that are gone.
    pub parties: usize,
    /// Addresses.
    pub addresses: usize,
    /// Ties of an account to a party, by what the source says.
    pub links: usize,
    /// Entries of the quarantine.
    pub quarantined: usize,
}

#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sync_state, treat_none_as_null = true)]
pub(super) struct StateRow {
    source: String,
    watermark: i64,
    full_at: Option<i64>,
    succeeded_at: Option<i64>,
    applied: i64,
    brake: Option<String>,
    brake_full: Option<bool>,
    brake_at: Option<i64>,
    approved_at: Option<i64>,
}

impl From<&SyncState> for StateRow {
    fn from(state: &SyncState) -> Self {
        let seconds = |at: Option<Timestamp>| at.map(|at| at.0);
        let brake = state.brake.as_ref();
        Self {
            source: SOURCE.to_owned(),
            watermark: state.watermark.map_or(0, |at| at.0),
            full_at: seconds(state.full_at),
            succeeded_at: seconds(state.succeeded_at),
            applied: state.applied,
            brake: brake.map(|brake| brake.what.clone()),
            brake_full: brake.map(|brake| brake.full),
            brake_at: brake.map(|brake| brake.at.0),
            approved_at: seconds(state.approved_at),
        }
    }
}

impl From<StateRow> for SyncState {
    fn from(row: StateRow) -> Self {
        let brake = row.brake.map(|what| HeldBrake {
            what,
            full: row.brake_full.unwrap_or(true),
            at: Timestamp(row.brake_at.unwrap_or(0)),
        });
        Self {
            watermark: (row.watermark > 0).then_some(Timestamp(row.watermark)),
            full_at: row.full_at.map(Timestamp),
            succeeded_at: row.succeeded_at.map(Timestamp),
            applied: row.applied,
            brake,
            approved_at: row.approved_at.map(Timestamp),
        }
    }
}

#[derive(Clone, Insertable)]
#[diesel(table_name = quarantine)]
pub(super) struct QuarantineRow {
    pub(super) party: String,
    pub(super) cell: String,
    pub(super) reason: String,
    pub(super) seen_at: i64,
}

/// What a run changes about the quarantine. An entry that stays keeps its time.
#[derive(Clone, Default)]
pub(super) struct QuarantineChange {
    /// Entries to take out, by party and cell; those to be rewritten among them.
    pub(super) taken_out: Vec<(String, String)>,
    pub(super) put_in: Vec<QuarantineRow>,
}

impl Store {
    /// How the runs stand.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sync_state(&self) -> Result<SyncState, Error> {
        let row: Option<StateRow> = read!(self, |c| sync_state::table
            .find(SOURCE)
            .select(StateRow::as_select())
            .first(c)
            .await
            .optional())?;
        Ok(row.map(SyncState::from).unwrap_or_default())
    }

    /// How much there is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sync_totals(&self) -> Result<SyncTotals, Error> {
        let living = parties::table.filter(parties::deleted_at.is_null());
        let parties: i64 = read!(self, |c| living.count().get_result(c).await)?;
        let addresses: i64 = read!(self, |c| contacts::table.count().get_result(c).await)?;
        let links: i64 = read!(self, |c| party_accounts::table.count().get_result(c).await)?;
        let quarantined: i64 = read!(self, |c| quarantine::table.count().get_result(c).await)?;
        let size = |count: i64| usize::try_from(count).unwrap_or(0);
        Ok(SyncTotals {
            parties: size(parties),
            addresses: size(addresses),
            links: size(links),
            quarantined: size(quarantined),
        })
    }

    /// What is in quarantine, by party and place.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn quarantined(&self) -> Result<Vec<SeenInQuarantine>, Error> {
        let rows: Vec<(String, String, String, i64)> = read!(self, |c| quarantine::table
            .order((quarantine::party, quarantine::cell))
            .select((quarantine::party, quarantine::cell, quarantine::reason, quarantine::seen_at))
            .load(c)
            .await)?;
        let entry = |(party, cell, reason, seen_at): (String, String, String, i64)| {
            let unreadable = || Error::inconsistent("quarantine", &format!("{party}/{cell}"));
            let place = Place::parse(&cell).ok_or_else(unreadable)?;
            let reason = Reason::parse(&reason).ok_or_else(unreadable)?;
            let quarantined = Quarantined { party, place, reason };
            Ok(SeenInQuarantine { quarantined, since: Timestamp(seen_at) })
        };
        rows.into_iter().map(entry).collect()
    }

    /// What the plan changes about the quarantine.
    pub(super) async fn quarantine_change(
        &self,
        plan: &Plan,
        now: Timestamp,
    ) -> Result<QuarantineChange, Error> {
        let mut wanted: BTreeMap<(String, Place), Reason> =
            plan.quarantined.iter().map(|q| ((q.party.clone(), q.place), q.reason)).collect();
        let mut change = QuarantineChange::default();
        for SeenInQuarantine { quarantined: stored, .. } in self.quarantined().await? {
            let key = (stored.party, stored.place);
            match wanted.get(&key) {
                Some(reason) if *reason == stored.reason => {
                    wanted.remove(&key);
                    continue;
                }
                None if !is_examined(&plan.examined, &key.0) => continue,
                _ => {}
            }
            change.taken_out.push((key.0, key.1.as_str().to_owned()));
        }
        let row = |((party, place), reason): ((String, Place), Reason)| QuarantineRow {
            party,
            cell: place.as_str().to_owned(),
            reason: reason.as_str().to_owned(),
            seen_at: now.0,
        };
        change.put_in = wanted.into_iter().map(row).collect();
        Ok(change)
    }
}

/// A row that does not say which party it is, is not found again among the changes, so that only a
/// whole reading tells that it is gone.
fn is_examined(examined: &Examined, party: &str) -> bool {
    match examined {
        Examined::All => true,
        Examined::Parties(parties) => !party.is_empty() && parties.contains(party),
    }
}
