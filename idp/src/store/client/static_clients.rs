//! The clients of the configuration file: which there were when it was last read.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::store::client::clients::EndClient as _;
use crate::store::error::Error;
use crate::store::schema::static_clients;
use crate::store::{Recording, Store};

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

/// What has to be noted of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticClientChange {
    /// The client.
    pub client_id: String,
    /// Whether it stands in the file no longer.
    pub is_gone: bool,
    /// Whether all that was allowed and granted to it ends.
    pub ends: bool,
}

fn changes(
    known: &BTreeMap<String, Option<i64>>,
    present: &BTreeSet<String>,
) -> Vec<StaticClientChange> {
    let change =
        |id: &String, is_gone, ends| StaticClientChange { client_id: id.clone(), is_gone, ends };
    // Nothing was ever noted: all that clients have is from the time before there were notes.
    let is_first = known.is_empty();
    let came = present.iter().filter(|id| known.get(*id) != Some(&None));
    let left = known.iter().filter(|(id, removed)| removed.is_none() && !present.contains(*id));
    let came = came.map(|id| change(id, false, !is_first));
    came.chain(left.map(|(id, _)| change(id, true, true))).collect()
}

impl Store {
    /// What has to be noted when these clients stand in the configuration file now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn static_client_changes(
        &self,
        present: &BTreeSet<String>,
    ) -> Result<Vec<StaticClientChange>, Error> {
        let rows: Vec<(String, Option<i64>)> = read!(self, |c| static_clients::table
            .select((static_clients::client_id, static_clients::removed_at))
            .load(c)
            .await)?;
        Ok(changes(&rows.into_iter().collect(), present))
    }
}

impl Recording {
    /// Notes which clients have come into the configuration file, and which have left it. All that
    /// was allowed and granted to one that is gone is ended, and once more when it comes again:
    /// another node may have served it meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_static_clients(
        &self,
        changes: &[StaticClientChange],
        now: Timestamp,
    ) -> Result<(), Error> {
        if changes.is_empty() {
            return Ok(());
        }
        let changes = changes.to_vec();
        Ok(act!(self, |c| {
            for StaticClientChange { client_id, is_gone, ends } in &changes {
                if *ends {
                    c.end_client(client_id, now.0).await?;
                }
                c.record_static_client(client_id, is_gone.then_some(now.0)).await?;
            }
            Ok(())
        })?)
    }
}
