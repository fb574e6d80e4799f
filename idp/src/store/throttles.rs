//! Counts of attempts, under digests of what they are counted for.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::throttle::{self, Attempts, Key, Rules};
use crate::clock::Timestamp;
use crate::secret::{Secret, ThrottleKey};
use crate::store::Store;
use crate::store::error::{Error, Fault};
use crate::store::schema::throttles;

#[derive(Clone)]
struct Counted {
    key: Key,
    digest: String,
    account: Option<String>,
}

impl Counted {
    /// Sorted by digest, so that two transactions lock in one order.
    fn all(keys: &[Key]) -> Vec<Self> {
        let mut counted: Vec<_> = keys.iter().map(Self::new).collect();
        counted.sort_by(|a, b| a.digest.cmp(&b.digest));
        counted.dedup_by(|a, b| a.digest == b.digest);
        counted
    }

    fn new(key: &Key) -> Self {
        let account = match key {
            Key::AccountInNetwork(name, _) | Key::Account(name) | Key::Addresses(name, _) => {
                Some(digest(&Key::Account(name.clone())))
            }
            Key::Network(_) | Key::Registration(_) | Key::UserCodes(_) => None,
        };
        Self { key: key.clone(), digest: digest(key), account }
    }
}

fn digest(key: &Key) -> String {
    Secret::<ThrottleKey>::new(key.text()).digest().as_str().to_owned()
}

impl Store {
    /// Counts an attempt for all keys before it is looked at. When one of them is blocked nothing
    /// is counted, and the inner error is the latest moment from which all are free again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_attempt(
        &self,
        rules: &Rules,
        keys: &[Key],
        now: Timestamp,
    ) -> Result<Result<(), Timestamp>, Error> {
        let (rules, counted) = (*rules, Counted::all(keys));
        let outcome = commit!(self, |c| {
            let mut counts = Vec::with_capacity(counted.len());
            let mut blocked = None;
            for Counted { key, digest, account } in &counted {
                // Inserting or touching the row locks it, so the count is true until the commit.
                let before: (i64, i64, i64) = diesel::insert_into(throttles::table)
                    .values((
                        throttles::key.eq(digest),
                        throttles::account.eq(account),
                        throttles::failures.eq(0),
                        throttles::blocked_until.eq(0),
                        throttles::updated_at.eq(0),
                    ))
                    .on_conflict(throttles::key)
                    .do_update()
                    .set(throttles::account.eq(account))
                    .returning((
                        throttles::failures,
                        throttles::blocked_until,
                        throttles::updated_at,
                    ))
                    .get_result(c)
                    .await?;
                match throttle::attempt(&rules, key, attempts(before), now) {
                    Ok(after) => counts.push((digest, after)),
                    Err(until) => blocked = blocked.max(Some(until)),
                }
            }
            if let Some(until) = blocked {
                return Err(Fault::Blocked(until));
            }
            for (digest, after) in counts {
                diesel::update(throttles::table.find(digest))
                    .set((
                        throttles::failures.eq(after.failures),
                        throttles::blocked_until.eq(after.blocked_until.0),
                        throttles::updated_at.eq(after.updated_at.0),
                    ))
                    .execute(c)
                    .await?;
            }
            Ok(())
        });
        match outcome {
            Ok(()) => Ok(Ok(())),
            Err(Fault::Blocked(until)) => Ok(Err(until)),
            Err(fault) => Err(fault.into()),
        }
    }

    /// Takes a counted attempt back, since it was right: what was counted for the account in its
    /// network is forgotten, the others lose the one attempt and its delay.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forgive_attempt(&self, keys: &[Key], now: Timestamp) -> Result<(), Error> {
        let counted = Counted::all(keys);
        Ok(commit!(self, |c| {
            for Counted { key, digest, .. } in &counted {
                let row = throttles::table.find(digest);
                if matches!(key, Key::AccountInNetwork(..) | Key::Addresses(..)) {
                    diesel::delete(row).execute(c).await?;
                    continue;
                }
                diesel::update(row.filter(throttles::failures.gt(0)))
                    .set((
                        throttles::failures.eq(throttles::failures - 1),
                        throttles::blocked_until.eq(now.0),
                    ))
                    .execute(c)
                    .await?;
            }
            Ok(())
        })?)
    }
}

fn attempts((failures, blocked_until, updated_at): (i64, i64, i64)) -> Attempts {
    Attempts {
        failures,
        blocked_until: Timestamp(blocked_until),
        updated_at: Timestamp(updated_at),
    }
}
