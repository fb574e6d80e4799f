//! The versions of parties that are otherwise as our copy has them.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::store::contact::sync_state::{CountRun as _, LockState as _};
use crate::store::error::{Error, won};
use crate::store::jobs::leases::KeepLease as _;
use crate::store::schema::parties;
use crate::store::{CHUNK, Store};

step!(
    /// Notes newer versions; an older one stays out.
    TouchParties: fn touch(c, numbers: &BTreeMap<i64, Vec<String>>) {
        for (version, numbers) in numbers {
            for numbers in numbers.chunks(CHUNK) {
                diesel::update(parties::table)
                    .filter(parties::party.eq_any(numbers.to_vec()))
                    .filter(parties::updated_at.lt(version))
                    .set(parties::updated_at.eq(version))
                    .execute(c)
                    .await?;
            }
        }
        Ok(())
    }
);

impl Store {
    /// Notes newer versions of parties and nothing else of a run. A caller that loaded the copy before
    /// is lost. `false` when that is this run, or another holder has the lease.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn touch_parties(
        &self,
        (source, revision): (&str, i64),
        holder: &str,
        versions: Vec<(String, Timestamp)>,
    ) -> Result<bool, Error> {
        let (source, holder) = (source.to_owned(), holder.to_owned());
        let mut numbers: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        for (party, version) in versions {
            numbers.entry(version.0).or_default().push(party);
        }
        won(commit!(self, |c| {
            c.lock_state(&source, revision).await?;
            c.keep_lease(&source, &holder).await?;
            c.touch(&numbers).await?;
            c.count_run(&source).await
        }))
    }
}
