//! Buckets of attempts, under digests of what they count.
//!
//! A row is written only for an attempt that is then looked at, and deleted once it has drained; so
//! there are never more rows than a few for each password that could be hashed meanwhile.

use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;

use crate::account::throttle::{self, Bucket, Key, Limit, Scope};
use crate::clock::Timestamp;
use crate::secret::{Secret, ThrottleKey};
use crate::store::Store;
use crate::store::error::{Error, Fault};
use crate::store::schema::throttles;

/// An attempt that was admitted and counted, so that it can be taken back.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Whether little or nothing was counted for its source before.
    pub newcomer: bool,
    counted: Vec<Counted>,
}

impl Attempt {
    /// Until when further attempts are delayed, where this one met a limit.
    #[must_use]
    pub fn blocked_until(&self) -> Option<Timestamp> {
        let met = self.counted.iter().filter(|of| of.blocked_after > of.blocked_before);
        met.map(|of| of.blocked_after).max()
    }
}

#[derive(Clone, Debug)]
struct Counted {
    digest: String,
    /// The bucket of the account's own source: a right password empties it.
    own: bool,
    drain: i64,
    /// How many attempts a right password takes back: in the network around the account's own
    /// source all that this source still has, elsewhere the one.
    back: i64,
    blocked_before: Timestamp,
    blocked_after: Timestamp,
}

fn digest(key: &Key) -> String {
    Secret::<ThrottleKey>::new(key.text()).digest().as_str().to_owned()
}

/// What can be taken back of an attempt that was counted.
fn list_counted(
    limits: &[Limit],
    digests: &[String],
    before: &[Bucket],
    after: &[Option<Bucket>],
    now: Timestamp,
) -> Vec<Counted> {
    let mut of_source = 1;
    let mut counted = Vec::with_capacity(limits.len());
    for (place, after) in after.iter().enumerate() {
        let (limit, Some(after)) = (&limits[place], after) else { continue };
        let of_account = limit.key.of_account().is_some();
        let own = of_account && limit.scope == Scope::Own;
        if own {
            of_source = after.level(limit.rule, now);
        }
        let around = of_account && limit.scope == Scope::Shared;
        counted.push(Counted {
            digest: digests[place].clone(),
            own,
            back: if around { of_source } else { 1 },
            drain: limit.rule.drain.max(1),
            blocked_before: before[place].blocked_until,
            blocked_after: after.blocked_until,
        });
    }
    counted
}

impl Store {
    /// Admits an attempt and counts it for all limits before it is looked at. When one of them has
    /// no room nothing is counted, and the inner error is the moment from which all may have room.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_attempt(
        &self,
        limits: Vec<Limit>,
        now: Timestamp,
    ) -> Result<Result<Attempt, Timestamp>, Error> {
        let digests: Vec<_> = limits.iter().map(|limit| digest(&limit.key)).collect();
        // A look first: what is refused waits for no lock and writes nothing.
        let stored: Vec<(String, i64, i64)> = read!(self, |c| throttles::table
            .filter(throttles::key.eq_any(&digests))
            .select((throttles::key, throttles::drained_at, throttles::blocked_until))
            .load(c)
            .await)?;
        let found = |digest: &String| {
            let row = stored.iter().find(|(key, ..)| key == digest);
            row.map_or_else(Bucket::default, |(_, drained, blocked)| bucket((*drained, *blocked)))
        };
        let buckets: Vec<_> = digests.iter().map(found).collect();
        if let Err(until) = throttle::admit(&limits, &buckets, now) {
            return Ok(Err(until));
        }
        self.count_admitted(limits, digests, now).await
    }

    async fn count_admitted(
        &self,
        limits: Vec<Limit>,
        digests: Vec<String>,
        now: Timestamp,
    ) -> Result<Result<Attempt, Timestamp>, Error> {
        // Sorted by digest, so that two transactions lock in one order.
        let mut order: Vec<_> = (0..limits.len()).collect();
        order.sort_by(|a, b| digests[*a].cmp(&digests[*b]));
        let outcome = transaction!(self, |c| {
            let mut before = vec![Bucket::default(); limits.len()];
            for place in &order {
                let account = limits[*place].key.of_account().map(|key| digest(&key));
                // Inserting or touching the row locks it, so the bucket is true until the commit.
                let row = diesel::insert_into(throttles::table)
                    .values((
                        throttles::key.eq(&digests[*place]),
                        throttles::account.eq(&account),
                        throttles::failures.eq(0),
                        throttles::blocked_until.eq(0),
                        throttles::updated_at.eq(now.0),
                        throttles::drained_at.eq(now.0),
                    ))
                    .on_conflict(throttles::key)
                    .do_update()
                    .set(throttles::account.eq(&account))
                    .returning((throttles::drained_at, throttles::blocked_until))
                    .get_result(c)
                    .await?;
                before[*place] = bucket(row);
            }
            let admitted = throttle::admit(&limits, &before, now).map_err(Fault::Blocked)?;
            for (place, after) in admitted.after.iter().enumerate() {
                let row = throttles::table.find(&digests[place]);
                let Some(after) = after else {
                    let empty = row.filter(throttles::drained_at.le(now.0));
                    diesel::delete(empty).execute(c).await?;
                    continue;
                };
                diesel::update(row)
                    .set((
                        throttles::failures.eq(after.level(limits[place].rule, now)),
                        throttles::blocked_until.eq(after.blocked_until.0),
                        throttles::updated_at.eq(now.0),
                        throttles::drained_at.eq(after.drained_at.0),
                    ))
                    .execute(c)
                    .await?;
            }
            let counted = list_counted(&limits, &digests, &before, &admitted.after, now);
            Ok(Attempt { newcomer: admitted.newcomer, counted })
        });
        match outcome {
            Ok(attempt) => Ok(Ok(attempt)),
            Err(Fault::Blocked(until)) => Ok(Err(until)),
            Err(fault) => Err(fault.into()),
        }
    }

    /// Takes a counted attempt back, as if it had not come: it was not looked at.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_attempt_back(&self, attempt: Attempt) -> Result<(), Error> {
        self.undo(attempt, false).await
    }

    /// Takes a counted attempt back, since it was right. What was counted for the account and its
    /// own source is forgotten; the buckets that it shares with others lose the one attempt.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forgive_attempt(&self, attempt: Attempt) -> Result<(), Error> {
        self.undo(attempt, true).await
    }

    async fn undo(&self, mut attempt: Attempt, right: bool) -> Result<(), Error> {
        attempt.counted.sort_by(|a, b| a.digest.cmp(&b.digest));
        Ok(transaction!(self, |c| {
            for counted in &attempt.counted {
                let row = throttles::table.find(&counted.digest);
                if counted.own && right {
                    diesel::delete(row).execute(c).await?;
                    continue;
                }
                let back = if right { counted.back } else { 1 };
                let drained = back.saturating_mul(counted.drain);
                let is_ours = throttles::blocked_until.eq(counted.blocked_after.0);
                let before = counted.blocked_before.0.into_sql::<BigInt>();
                diesel::update(row)
                    .set((
                        throttles::drained_at.eq(throttles::drained_at - drained),
                        throttles::blocked_until
                            .eq(case_when(is_ours, before).otherwise(throttles::blocked_until)),
                    ))
                    .execute(c)
                    .await?;
            }
            Ok(())
        })?)
    }
}

fn bucket((drained_at, blocked_until): (i64, i64)) -> Bucket {
    Bucket { drained_at: Timestamp(drained_at), blocked_until: Timestamp(blocked_until) }
}
