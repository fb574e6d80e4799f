//! The clients of the configuration file: which there were when it was last read.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::store::Store;
use crate::store::client::clients::EndClient as _;
use crate::store::error::Error;
use crate::store::schema::static_clients;

step!(
    /// Notes that a client stands in the file, or no longer.
    RecordStaticClient: fn record_static_client(c, id: &str, removed_at: Option<i64>) {
        diesel::insert_into(static_clients::table)
            .values((static_clients::client_id.eq(id), static_clients::removed_at.eq(removed_at)))
            .on_conflict(static_clients::client_id)
            .do_update()
            .set(static_clients::removed_at.eq(removed_at))
            .execute(c)
            .await?;
        Ok(())
    }
);

/// What has to be noted: each client with whether it is gone, and whether it is ended.
fn changes(
    known: &BTreeMap<String, Option<i64>>,
    present: &BTreeSet<String>,
) -> Vec<(String, bool, bool)> {
    // Nothing was ever noted: all that clients have is from the time before there were notes.
    let is_first = known.is_empty();
    let came = present.iter().filter(|id| known.get(*id) != Some(&None));
    let left = known.iter().filter(|(id, removed)| removed.is_none() && !present.contains(*id));
    let came = came.map(|id| (id.clone(), false, !is_first));
    came.chain(left.map(|(id, _)| (id.clone(), true, true))).collect()
}

impl Store {
    /// Notes which clients stand in the configuration file now. All that was allowed and granted to
    /// one that is gone is ended, and once more when it comes again: another node may have served
    /// it meanwhile. Returns the names of those.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_static_clients(
        &self,
        present: BTreeSet<String>,
        now: Timestamp,
    ) -> Result<Vec<String>, Error> {
        let known = self.static_clients().await?;
        let changes = changes(&known, &present);
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        let noted = changes.clone();
        commit!(self, |c| {
            for (id, is_gone, is_ended) in &noted {
                if *is_ended {
                    c.end_client(id, now.0).await?;
                }
                c.record_static_client(id, is_gone.then_some(now.0)).await?;
            }
            Ok(())
        })?;
        Ok(changes.into_iter().filter(|(_, _, ended)| *ended).map(|(id, ..)| id).collect())
    }

    async fn static_clients(&self) -> Result<BTreeMap<String, Option<i64>>, Error> {
        let rows: Vec<(String, Option<i64>)> = read!(self, |c| static_clients::table
            .select((static_clients::client_id, static_clients::removed_at))
            .load(c)
            .await)?;
        Ok(rows.into_iter().collect())
    }
}
