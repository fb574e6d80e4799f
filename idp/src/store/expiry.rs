//! Forgetting what has been over for long. Whether it runs changes no answer: everything it
//! deletes was refused, by its time, before.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::message::Delivery;
use crate::account::throttle::FORGOTTEN_AFTER;
use crate::clock::Timestamp;
use crate::store::Store;
use crate::store::error::Error;
use crate::store::schema::{
    access_tokens, grants, interactions, outbox, remembered_browsers, sessions, throttles,
};

const DAY: i64 = 86_400;

/// Deletes at most `limit` rows of a table for which a condition holds. They are looked for by
/// reading, so that nobody waits behind the search, and deleted in a transaction of their own, which
/// repeats the condition, since another node may have changed a row.
macro_rules! forget {
    ($store:expr, $limit:expr, $table:ident.$key:ident, $condition:expr) => {{
        let over: Vec<String> = read!($store, |c| $table::table
            .filter($condition)
            .select($table::$key)
            .limit($limit)
            .load(c)
            .await)?;
        if over.is_empty() {
            0
        } else {
            commit!($store, |c| {
                let mut forgotten = 0;
                for key in &over {
                    let row = $table::table.find(key).filter($condition);
                    forgotten += diesel::delete(row).execute(c).await?;
                }
                Ok(forgotten)
            })?
        }
    }};
}

impl Store {
    /// Deletes what is over: per kind at most `limit` rows. Returns how many it deleted; a caller
    /// that got any asks again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_expired(&self, now: Timestamp, limit: i64) -> Result<usize, Error> {
        let now = now.0;
        let tokens = forget!(self, limit, access_tokens.digest, access_tokens::expires_at.le(now));
        let grants = forget!(
            self,
            limit,
            grants.id,
            // The time of issue has the index, and is never later.
            grants::issued_at.le(now - DAY).and(grants::code_expires_at.le(now - DAY)).and(
                diesel::dsl::not(diesel::dsl::exists(
                    access_tokens::table.filter(access_tokens::grant_id.eq(grants::id))
                ))
            )
        );
        let over = now - 2 * DAY;
        let sessions = forget!(
            self,
            limit,
            sessions.id,
            sessions::ended_at.le(over).assume_not_null().or(sessions::seen_at.le(over))
        );
        let interactions =
            forget!(self, limit, interactions.id, interactions::expires_at.le(now - DAY));
        let browsers =
            forget!(self, limit, remembered_browsers.id, remembered_browsers::expires_at.le(now));
        let counts =
            forget!(self, limit, throttles.key, throttles::updated_at.le(now - FORGOTTEN_AFTER));
        let mails = forget!(
            self,
            limit,
            outbox.id,
            outbox::changed_at
                .le(now - 7 * DAY)
                .and(outbox::state.ne(Delivery::Queued.as_str()))
                .and(outbox::state.ne(Delivery::Deferred.as_str()))
        );
        Ok(tokens + grants + sessions + interactions + browsers + counts + mails)
    }
}
