//! What is asked of the database itself: whether it takes writes, and what time it is there.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::store::error::Error;
use crate::store::schema::leases;
use crate::store::{Db, Store};

/// How long a database may take for a row.
const PATIENCE: Duration = Duration::from_secs(3);
/// The row; all nodes write the same one.
const NAME: &str = "write-probe";
/// Bytes of it: more than a page, so that a database that can only write over what it has is seen.
const BYTES: usize = 8 * 1_024;

#[derive(QueryableByName)]
struct Millis {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    millis: i64,
}

impl Store {
    /// Whether the database takes writes now: it writes a row and takes it away again.
    ///
    /// # Errors
    /// When it does not, as when it is read only, its disk is full, or it does not answer.
    pub async fn probe_writes(&self, now: Timestamp) -> Result<(), Error> {
        transaction!(self, PATIENCE, |c| {
            let content = "-".repeat(BYTES);
            let row =
                (leases::name.eq(NAME), leases::holder.eq(&content), leases::expires_at.eq(now.0));
            diesel::insert_into(leases::table)
                .values(row)
                .on_conflict(leases::name)
                .do_update()
                .set((leases::holder.eq(&content), leases::expires_at.eq(now.0)))
                .execute(c)
                .await?;
            Ok(())
        })?;
        Ok(transaction!(self, PATIENCE, |c| {
            diesel::delete(leases::table.find(NAME)).execute(c).await?;
            Ok(())
        })?)
    }

    /// What time it is at the database, in milliseconds since 1970. None for SQLite, which has the
    /// clock of the node.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn database_millis(&self) -> Result<Option<i64>, Error> {
        let Db::Postgres(_) = self.db() else { return Ok(None) };
        let query = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS millis";
        let found: Millis = read!(self, |c| diesel::sql_query(query).get_result(c).await)?;
        Ok(Some(found.millis))
    }
}
