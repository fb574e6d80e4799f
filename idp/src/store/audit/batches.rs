//! Batches of events that are closed, and the key that seals them.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::store::error::{Error, driver, one, won};
use crate::store::schema::{event_batches, event_deletions, event_keys, events};
use crate::store::{Db, Recording, Store};

/// A closed batch: the events behind one position, up to another.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = event_batches)]
pub struct Batch {
    /// Its number: one more than that of the batch before it.
    pub number: i64,
    /// The last position of the batch before it.
    pub after_position: i64,
    /// Its own last position.
    pub last_position: i64,
    /// When it was closed.
    pub closed_at: i64,
    /// The time of the latest event in it or in those before it.
    pub last_at: i64,
    /// Its seal: a compact JWS.
    pub seal: String,
}

/// The private key that seals batches, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = event_keys)]
pub struct SealingKey {
    /// Its `kid`.
    pub kid: String,
    /// The key, encrypted under the master key.
    pub sealed: String,
    /// When it was made.
    pub created_at: i64,
}

define_sql_function! {
    /// On PostgreSQL, the position before which every event is committed, or will never be.
    fn event_horizon() -> diesel::sql_types::BigInt;
}

/// The one row of the key.
const SEAL: &str = "seal";

/// Sets the first position of transactions that begin anew, as on another server, behind the last
/// event. On the server that gave the positions there is nothing to do.
const FOLLOW_LAST_EVENT: &str = "UPDATE event_origin SET transactions = last.transaction + 1 - \
    pg_current_xact_id()::text::bigint FROM (SELECT coalesce(max(position), 0) / 1048576 AS \
    transaction FROM events) AS last WHERE last.transaction >= \
    transactions + pg_current_xact_id()::text::bigint";

impl Store {
    /// Makes sure that positions go on behind the last event, also in a database that was moved to
    /// another server of PostgreSQL.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn continue_positions(&self) -> Result<(), Error> {
        match self.db() {
            Db::Sqlite(_) => Ok(()),
            Db::Postgres(db) => {
                let mut lease = db.connection().await?;
                let done = diesel::sql_query(FOLLOW_LAST_EVENT).execute(&mut *lease).await;
                done.map(drop).map_err(|error| driver(&error))
            }
        }
    }

    /// The position up to which no event can be added any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settled_position(&self) -> Result<i64, Error> {
        match self.db() {
            // What is committed has its position from the one transaction that writes at a time.
            Db::Sqlite(_) => {
                let last: Option<i64> = read!(self, |c| events::table
                    .filter(events::position.gt(0))
                    .order(events::position.desc())
                    .limit(1)
                    .select(events::position)
                    .get_result(c)
                    .await
                    .optional())?;
                Ok(last.unwrap_or_default())
            }
            Db::Postgres(_) => {
                let horizon: i64 =
                    read!(self, |c| diesel::select(event_horizon()).get_result(c).await)?;
                Ok(horizon - 1)
            }
        }
    }

    /// The position behind which stand all events of that moment and later ones. Those that are in
    /// no batch yet stand behind it as well.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn position_before(&self, since: Timestamp) -> Result<i64, Error> {
        let first: Option<i64> = read!(self, |c| event_batches::table
            .filter(event_batches::last_at.ge(since.0))
            .order((event_batches::last_at, event_batches::number))
            .limit(1)
            .select(event_batches::after_position)
            .get_result(c)
            .await
            .optional())?;
        match first {
            Some(position) => Ok(position),
            None => Ok(self.last_batch().await?.map_or(0, |batch| batch.last_position)),
        }
    }

    /// The batch that was closed last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn last_batch(&self) -> Result<Option<Batch>, Error> {
        read!(self, |c| event_batches::table
            .filter(event_batches::number.gt(0))
            .order(event_batches::number.desc())
            .limit(1)
            .select(Batch::as_select())
            .get_result(c)
            .await
            .optional())
    }

    /// Batches behind a number, in their order; no more than `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn batches_after(&self, number: i64, limit: i64) -> Result<Vec<Batch>, Error> {
        read!(self, |c| event_batches::table
            .filter(event_batches::number.gt(number))
            .order(event_batches::number)
            .limit(limit)
            .select(Batch::as_select())
            .load(c)
            .await)
    }

    /// Batches that end behind a position, in their order; no more than `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn batches_behind(&self, position: i64, limit: i64) -> Result<Vec<Batch>, Error> {
        read!(self, |c| event_batches::table
            .filter(event_batches::last_position.gt(position))
            .order(event_batches::last_position)
            .limit(limit)
            .select(Batch::as_select())
            .load(c)
            .await)
    }

    /// Closes a batch. `false` when another node has closed one of this number.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn close_batch(&self, batch: &Batch) -> Result<bool, Error> {
        let batch = batch.clone();
        won(transaction!(self, |c| {
            let closed = diesel::insert_into(event_batches::table)
                .values(&batch)
                .on_conflict_do_nothing()
                .execute(c)
                .await?;
            one(closed)
        }))
    }

    /// The key that seals batches.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sealing_key(&self) -> Result<Option<SealingKey>, Error> {
        read!(self, |c| event_keys::table
            .find(SEAL)
            .select(SealingKey::as_select())
            .get_result(c)
            .await
            .optional())
    }

    /// Up to which position events have been deleted: all of them, or those that are kept for the
    /// shorter time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn deleted_position(&self, frequent: bool) -> Result<i64, Error> {
        let position = event_deletions::table.find(frequent).select(event_deletions::position);
        read!(self, |c| position.get_result(c).await)
    }
}

step!(
    /// Notes that events are deleted up to a position, unless another node has gone on from there.
    NoteDeletion: fn note_deletion(c, frequent: bool, from: i64, to: i64) {
        let noted = diesel::update(event_deletions::table.find(frequent))
            .filter(event_deletions::position.eq(from))
            .set(event_deletions::position.eq(to))
            .execute(c)
            .await?;
        one(noted)
    }
);

impl Recording {
    /// Keeps a key to seal batches with. `false` when there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_sealing_key(&self, key: &SealingKey) -> Result<bool, Error> {
        let key = key.clone();
        won(act!(self, |c| {
            let kept = diesel::insert_into(event_keys::table)
                .values((event_keys::name.eq(SEAL), &key))
                .on_conflict_do_nothing()
                .execute(c)
                .await?;
            one(kept)
        }))
    }

    /// Deletes the events behind one position, up to another, that are kept for the shorter time.
    /// `false` when those before them have not been deleted yet, or another node was faster.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn thin_events(&self, from: i64, to: i64) -> Result<bool, Error> {
        won(act!(self, |c| {
            c.note_deletion(true, from, to).await?;
            diesel::delete(events::table)
                .filter(events::position.gt(from))
                .filter(events::position.le(to))
                .filter(events::frequent.eq(true))
                .execute(c)
                .await?;
            Ok(())
        }))
    }

    /// Deletes the events behind one position, up to another, with their batches. `false` when those
    /// before them have not been deleted yet, or another node was faster.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_events(&self, from: i64, to: i64) -> Result<bool, Error> {
        won(act!(self, |c| {
            c.note_deletion(false, from, to).await?;
            diesel::update(event_deletions::table.find(true))
                .filter(event_deletions::position.lt(to))
                .set(event_deletions::position.eq(to))
                .execute(c)
                .await?;
            diesel::delete(events::table)
                .filter(events::position.gt(from))
                .filter(events::position.le(to))
                .execute(c)
                .await?;
            diesel::delete(event_batches::table)
                .filter(event_batches::last_position.gt(from))
                .filter(event_batches::last_position.le(to))
                .execute(c)
                .await?;
            Ok(())
        }))
    }
}
