//! Where the synchronisation with the party parameters stands: what was applied last, whether the
//! brake holds, and what is in quarantine.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::contact::reconcile::Held;
use crate::store::error::{Error, Fault, won};
use crate::store::schema::{contacts, parties, party_accounts, quarantine, sync_state};
use crate::store::{Recording, Store};

/// Where the synchronisation with a source stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncState {
    /// Counts the applied runs; a run names the one it was decided on.
    pub revision: i64,
    /// Changes are read from here on.
    pub watermark: Timestamp,
    /// When the last run that read everything, be it applied or held, began to read.
    pub full_at: Option<Timestamp>,
    /// The last run that was applied.
    pub succeeded_at: Option<Timestamp>,
    /// Why the brake holds, and since when.
    pub brake: Option<(String, Timestamp)>,
    /// When an operator released it for the next run.
    pub approved_at: Option<Timestamp>,
    /// What the last reading of everything held back because of rows in quarantine, and since when
    /// something is held back.
    pub held: Option<(Held, Timestamp)>,
}

#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = sync_state)]
struct StateRow {
    watermark: i64,
    full_at: Option<i64>,
    succeeded_at: Option<i64>,
    applied: i64,
    brake: Option<String>,
    brake_at: Option<i64>,
    approved_at: Option<i64>,
    held_parties: i64,
    held_links: i64,
    held_at: Option<i64>,
}

impl From<StateRow> for SyncState {
    fn from(row: StateRow) -> Self {
        Self {
            revision: row.applied,
            watermark: Timestamp(row.watermark),
            full_at: row.full_at.map(Timestamp),
            succeeded_at: row.succeeded_at.map(Timestamp),
            brake: row.brake.zip(row.brake_at.map(Timestamp)),
            approved_at: row.approved_at.map(Timestamp),
            held: row.held_at.map(|at| {
                let held = Held { parties: size(row.held_parties), ties: size(row.held_links) };
                (held, Timestamp(at))
            }),
        }
    }
}

step!(
    /// Locks the state of a source, if it is still the one that was loaded.
    LockState: fn lock_state(c, source: &str, revision: i64) {
        let applied: i64 = diesel::insert_into(sync_state::table)
            .values((
                sync_state::source.eq(source),
                sync_state::watermark.eq(0),
                sync_state::applied.eq(0),
            ))
            .on_conflict(sync_state::source)
            .do_update()
            .set(sync_state::source.eq(source))
            .returning(sync_state::applied)
            .get_result(c)
            .await?;
        if applied == revision { Ok(()) } else { Err(Fault::Lost) }
    }
);

step!(
    /// Makes the state that was locked another one, so that no run that was decided on it is applied.
    CountRun: fn count_run(c, source: &str) {
        diesel::update(sync_state::table.find(source))
            .set(sync_state::applied.eq(sync_state::applied + 1))
            .execute(c)
            .await?;
        Ok(())
    }
);

step!(
    /// Notes that a run was applied to the state that was locked. An older state of the source
    /// takes the watermark nowhere.
    NoteApplied: fn note_applied(c, source: &str, applied: &Applied, now: i64) {
        let Applied { read_at, watermark, held, counted, grown } = applied;
        diesel::update(sync_state::table.find(source))
            .set((
                sync_state::applied.eq(sync_state::applied + 1),
                sync_state::succeeded_at.eq(now),
            ))
            .execute(c)
            .await?;
        if let Some(Timestamp(watermark)) = watermark {
            diesel::update(sync_state::table.find(source))
                .filter(sync_state::watermark.lt(watermark))
                .set(sync_state::watermark.eq(watermark))
                .execute(c)
                .await?;
        }
        if let Some((parties, addresses, ties)) = counted {
            diesel::update(sync_state::table.find(source))
                .set((
                    sync_state::parties.eq(parties),
                    sync_state::addresses.eq(addresses),
                    sync_state::ties.eq(ties),
                ))
                .execute(c)
                .await?;
        }
        diesel::update(sync_state::table.find(source))
            .set((
                sync_state::parties.eq(sync_state::parties + grown.parties),
                sync_state::addresses.eq(sync_state::addresses + grown.addresses),
                sync_state::ties.eq(sync_state::ties + grown.ties),
            ))
            .execute(c)
            .await?;
        if counted.is_some() {
            let Held { parties, ties } = *held;
            let held_at = (!held.is_nothing()).then_some(now);
            diesel::update(sync_state::table.find(source))
                .filter(sync_state::held_parties.eq(0).and(sync_state::held_links.eq(0)))
                .set(sync_state::held_at.eq(held_at))
                .execute(c)
                .await?;
            if held_at.is_none() {
                diesel::update(sync_state::table.find(source))
                    .set(sync_state::held_at.eq(None::<i64>))
                    .execute(c)
                    .await?;
            }
            diesel::update(sync_state::table.find(source))
                .set((
                    sync_state::held_parties.eq(i64::try_from(parties).unwrap_or(i64::MAX)),
                    sync_state::held_links.eq(i64::try_from(ties).unwrap_or(i64::MAX)),
                ))
                .execute(c)
                .await?;
            diesel::update(sync_state::table.find(source))
                .set((
                    sync_state::full_at.eq(read_at.0),
                    sync_state::brake.eq(None::<String>),
                    sync_state::brake_at.eq(None::<i64>),
                    sync_state::approved_at.eq(None::<i64>),
                ))
                .execute(c)
                .await?;
        }
        Ok(())
    }
);

/// By how much the copy has grown.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::store) struct Grown {
    pub(in crate::store) parties: i64,
    pub(in crate::store) addresses: i64,
    pub(in crate::store) ties: i64,
}

/// What is noted of a run.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Applied {
    pub(in crate::store) read_at: Timestamp,
    pub(in crate::store) watermark: Option<Timestamp>,
    pub(in crate::store) held: Held,
    /// Parties, addresses and ties before a run that read everything.
    pub(in crate::store) counted: Option<(i64, i64, i64)>,
    pub(in crate::store) grown: Grown,
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyncTotals {
    /// Parties, without those that are gone.
    pub parties: usize,
    /// Addresses.
    pub addresses: usize,
    /// Ties of an account to a party, by what the source says.
    pub ties: usize,
    /// Entries of the quarantine.
    pub quarantined: usize,
}

fn size(count: i64) -> usize {
    usize::try_from(count).unwrap_or(0)
}

impl Store {
    /// How much there is. What a run against the source has noted is not counted again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sync_totals(&self, source: &str) -> Result<SyncTotals, Error> {
        let noted: Option<(Option<i64>, Option<i64>, Option<i64>)> = read!(self, |c| {
            sync_state::table
                .find(source)
                .select((sync_state::parties, sync_state::addresses, sync_state::ties))
                .get_result(c)
                .await
                .optional()
        })?;
        let (parties, addresses, ties) = match noted {
            Some((Some(parties), Some(addresses), Some(ties))) => (parties, addresses, ties),
            _ => self.count_copy().await?,
        };
        let quarantined: i64 = read!(self, |c| quarantine::table.count().get_result(c).await)?;
        Ok(SyncTotals {
            parties: size(parties),
            addresses: size(addresses),
            ties: size(ties),
            quarantined: size(quarantined),
        })
    }

    /// Parties that are not gone, addresses and ties, counted one by one.
    pub(in crate::store) async fn count_copy(&self) -> Result<(i64, i64, i64), Error> {
        let living = parties::table.filter(diesel::dsl::not(parties::deleted));
        let parties = read!(self, |c| living.count().get_result(c).await)?;
        let addresses = read!(self, |c| contacts::table.count().get_result(c).await)?;
        let ties = read!(self, |c| party_accounts::table.count().get_result(c).await)?;
        Ok((parties, addresses, ties))
    }

    /// Where the synchronisation with a source stands.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sync_state(&self, source: &str) -> Result<SyncState, Error> {
        let row: Option<StateRow> = read!(self, |c| sync_state::table
            .find(source)
            .select(StateRow::as_select())
            .get_result(c)
            .await
            .optional())?;
        Ok(row.map(SyncState::from).unwrap_or_default())
    }
}

impl Recording {
    /// Notes that the brake holds a run that began to read everything now, and since when it holds.
    /// `false` when another run was applied since the state was loaded.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hold_sync(
        &self,
        source: &str,
        revision: i64,
        why: &str,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (source, why) = (source.to_owned(), why.to_owned());
        won(act!(self, |c| {
            c.lock_state(&source, revision).await?;
            diesel::update(sync_state::table.find(&source))
                .filter(sync_state::brake_at.is_null())
                .set(sync_state::brake_at.eq(now.0))
                .execute(c)
                .await?;
            diesel::update(sync_state::table.find(&source))
                .set((
                    sync_state::brake.eq(&why),
                    sync_state::full_at.eq(now.0),
                    sync_state::approved_at.eq(None::<i64>),
                ))
                .execute(c)
                .await?;
            Ok(())
        }))
    }

    /// Lets the next run pass the brake. `false` when it does not hold.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn approve_sync(&self, source: &str, now: Timestamp) -> Result<bool, Error> {
        let source = source.to_owned();
        let approved = act!(self, |c| {
            let held = sync_state::table.find(&source).filter(sync_state::brake.is_not_null());
            Ok(diesel::update(held).set(sync_state::approved_at.eq(now.0)).execute(c).await?)
        })?;
        Ok(approved == 1)
    }
}
