//! Forgetting what has been over for long. Whether it runs changes no answer: everything it
//! deletes was refused, by its time, before.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::message::Delivery;
use crate::account::throttle::FORGOTTEN_AFTER;
use crate::clock::Timestamp;
use crate::store::Store;
use crate::store::error::Error;
use crate::store::schema::{
    access_tokens, device_codes, grants, interactions, logouts, outbox, pushed_requests,
    refresh_tokens, remembered_browsers, sessions, throttles, used_ids,
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
        let granted = self.delete_granted(now, limit).await?;
        let told = forget!(
            self,
            limit,
            logouts.id,
            logouts::changed_at
                .le(now - 7 * DAY)
                .and(logouts::state.ne(crate::account::logout::State::Open.as_str()))
        );
        let interactions =
            forget!(self, limit, interactions.id, interactions::expires_at.le(now - DAY));
        // As long as the logins that began with it, whose end asks whether it is used.
        let pushed =
            forget!(self, limit, pushed_requests.digest, pushed_requests::expires_at.le(now - DAY));
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
        let devices =
            forget!(self, limit, device_codes.digest, device_codes::expires_at.le(now - DAY));
        let ids = forget!(self, limit, used_ids.key, used_ids::expires_at.le(now));
        let waiting = interactions + pushed + devices;
        Ok(granted + told + waiting + browsers + counts + mails + ids)
    }

    /// Tokens; then the grants that no token is left of; then the sessions.
    async fn delete_granted(&self, now: i64, limit: i64) -> Result<usize, Error> {
        let tokens = forget!(self, limit, access_tokens.digest, access_tokens::expires_at.le(now));
        let refresh = forget!(
            self,
            limit,
            refresh_tokens.digest,
            refresh_tokens::idle_expires_at.le(now).or(refresh_tokens::expires_at.le(now))
        );
        let grants = forget!(
            self,
            limit,
            grants.id,
            // The time of issue has the index, and is never later.
            grants::issued_at
                .le(now - DAY)
                .and(grants::code_expires_at.le(now - DAY))
                .and(not(exists(
                    access_tokens::table.filter(access_tokens::grant_id.eq(grants::id))
                )))
                .and(not(exists(
                    refresh_tokens::table.filter(refresh_tokens::grant_id.eq(grants::id))
                )))
        );
        let over = now - 2 * DAY;
        let ended =
            forget!(self, limit, sessions.id, sessions::ended_at.le(over).assume_not_null());
        // Unused, but for the refresh tokens that are bound to it.
        let unseen = forget!(
            self,
            limit,
            sessions.id,
            sessions::seen_at.le(over).and(not(exists(
                refresh_tokens::table
                    .inner_join(grants::table)
                    .filter(grants::session_id.eq(sessions::id.nullable()))
                    .filter(grants::offline.eq(false))
            )))
        );
        Ok(tokens + refresh + grants + ended + unseen)
    }
}
