//! Forgetting what has been over for long. Whether it runs changes no answer: everything it
//! deletes was refused, by its time, before.
//!
//! Rows are found by an index on the time they end, in the order of that time, so that a search costs
//! the same in a table of any size. Whether a grant or a session can go depends on other tables:
//! each is looked at when its `review_at` has come, and then deleted, or put off.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::message::Delivery;
use crate::clock::Timestamp;
use crate::store::Store;
use crate::store::error::Error;
use crate::store::schema::{
    access_tokens, device_codes, grants, interactions, logouts, mail_times, outbox,
    pushed_requests, refresh_tokens, remembered_browsers, sessions, throttles, used_ids,
};

const DAY: i64 = 86_400;

/// Seconds a grant is kept after the end of its code, so that a replay of the code is seen.
pub(in crate::store) const GRANT_KEPT: i64 = DAY;
/// Seconds a session is kept after it ended or was used last.
pub(in crate::store) const SESSION_KEPT: i64 = 2 * DAY;

named! {
    /// A kind of row that is deleted some time after its end; tokens come before the grants and
    /// sessions they keep.
    pub enum Expired {
        /// Access tokens.
        AccessTokens = "access_tokens",
        /// Refresh tokens that were not used in time.
        IdleRefreshTokens = "idle_refresh_tokens",
        /// Refresh tokens at the end of their lives.
        RefreshTokens = "refresh_tokens",
        /// Grants that no token is left of.
        Grants = "grants",
        /// Sessions.
        Sessions = "sessions",
        /// Logouts that applications were notified of, or that were given up.
        Logouts = "logouts",
        /// Logins, with their links and mails.
        Interactions = "interactions",
        /// Pushed authorization requests.
        PushedRequests = "pushed_requests",
        /// Remembered browsers.
        RememberedBrowsers = "remembered_browsers",
        /// Counts of attempts.
        Throttles = "throttles",
        /// Mails that have left, or will not.
        Outbox = "outbox",
        /// When the last mails went to addresses.
        MailTimes = "mail_times",
        /// Device codes.
        DeviceCodes = "device_codes",
        /// Ids that count once.
        UsedIds = "used_ids",
    }
}

/// The keys of at most `limit` rows of a table whose `end` is not after a moment, those that ended
/// first before the others. They are looked for by reading, so that nobody waits behind the search.
/// Returns when there are none.
macro_rules! over {
    (
        $store:expr, $limit:expr, $table:ident.$key:ident, $end:ident <= $until:expr
        $(, $over:expr)?
    ) => {{
        let over: Vec<String> = read!($store, |c| $table::table
            .filter($table::$end.le($until))
            $(.filter($over))?
            .order($table::$end)
            .select($table::$key)
            .limit($limit)
            .load(c)
            .await)?;
        if over.is_empty() {
            return Ok(0);
        }
        over
    }};
}

/// Deletes these rows, in a transaction of their own, which repeats the condition, since another node
/// may have changed a row.
macro_rules! forget {
    (
        $store:expr, $limit:expr, $table:ident.$key:ident, $end:ident <= $until:expr
        $(, $over:expr)?
    ) => {{
        let over = over!($store, $limit, $table.$key, $end <= $until $(, $over)?);
        Ok(commit!($store, |c| {
            let rows = $table::table
                .filter($table::$key.eq_any(&over))
                .filter($table::$end.le($until))
                $(.filter($over))?;
            Ok(diesel::delete(rows).execute(c).await?)
        })?)
    }};
}

impl Store {
    /// Deletes rows of a kind that have been over for long, at most `limit` of them in one
    /// transaction. Returns how many rows it dealt with; a caller that got any asks again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_expired(
        &self,
        kind: Expired,
        now: Timestamp,
        limit: i64,
    ) -> Result<usize, Error> {
        let now = now.0;
        match kind {
            Expired::AccessTokens => {
                forget!(self, limit, access_tokens.digest, expires_at <= now)
            }
            Expired::IdleRefreshTokens => {
                forget!(self, limit, refresh_tokens.digest, idle_expires_at <= now)
            }
            Expired::RefreshTokens => {
                forget!(self, limit, refresh_tokens.digest, expires_at <= now)
            }
            Expired::Grants => self.review_grants(now, limit).await,
            Expired::Sessions => self.review_sessions(now, limit).await,
            Expired::Logouts => self.delete_logouts(now, limit).await,
            Expired::Interactions => {
                forget!(self, limit, interactions.id, expires_at <= now - DAY)
            }
            // As long as the logins that began with it, whose end asks whether it is used.
            Expired::PushedRequests => {
                forget!(self, limit, pushed_requests.digest, expires_at <= now - DAY)
            }
            Expired::RememberedBrowsers => {
                forget!(self, limit, remembered_browsers.id, expires_at <= now)
            }
            Expired::Throttles => forget!(self, limit, throttles.key, drained_at <= now),
            Expired::Outbox => self.delete_mails(now, limit).await,
            Expired::MailTimes => forget!(self, limit, mail_times.key, sent_at <= now - DAY),
            Expired::DeviceCodes => {
                forget!(self, limit, device_codes.digest, expires_at <= now - DAY)
            }
            Expired::UsedIds => forget!(self, limit, used_ids.key, expires_at <= now),
        }
    }

    async fn delete_logouts(&self, now: i64, limit: i64) -> Result<usize, Error> {
        let open = crate::oidc::back_channel_logout::State::Open.as_str();
        forget!(self, limit, logouts.id, changed_at <= now - 7 * DAY, logouts::state.ne(open))
    }

    async fn delete_mails(&self, now: i64, limit: i64) -> Result<usize, Error> {
        let (queued, deferred) = (Delivery::Queued.as_str(), Delivery::Deferred.as_str());
        forget!(
            self,
            limit,
            outbox.id,
            changed_at <= now - 7 * DAY,
            outbox::state.ne(queued).and(outbox::state.ne(deferred))
        )
    }

    /// Deletes the grants that are due and have no token left, and puts the others off.
    async fn review_grants(&self, now: i64, limit: i64) -> Result<usize, Error> {
        let due = over!(self, limit, grants.id, review_at <= now);
        let over = now - GRANT_KEPT;
        commit!(self, |c| {
            let access = access_tokens::table.filter(access_tokens::grant_id.eq(grants::id));
            let refresh = refresh_tokens::table.filter(refresh_tokens::grant_id.eq(grants::id));
            diesel::delete(grants::table.filter(grants::id.eq_any(&due)))
                .filter(grants::code_expires_at.le(over))
                .filter(not(exists(access)))
                .filter(not(exists(refresh)))
                .execute(c)
                .await?;
            let rest = grants::table.filter(grants::id.eq_any(&due));
            diesel::update(rest.filter(grants::code_expires_at.gt(over)))
                .set(grants::review_at.eq(grants::code_expires_at + GRANT_KEPT))
                .execute(c)
                .await?;
            let rest = grants::table.filter(grants::id.eq_any(&due));
            diesel::update(rest.filter(grants::review_at.le(now)))
                .set(grants::review_at.eq(now + DAY))
                .execute(c)
                .await?;
            Ok(due.len())
        })
        .map_err(Error::from)
    }

    /// Deletes the sessions that are due and over, or unused except by the refresh tokens that are
    /// bound to them, and puts the others off.
    async fn review_sessions(&self, now: i64, limit: i64) -> Result<usize, Error> {
        let due = over!(self, limit, sessions.id, review_at <= now);
        let over = now - SESSION_KEPT;
        commit!(self, |c| {
            diesel::delete(sessions::table.filter(sessions::id.eq_any(&due)))
                .filter(sessions::ended_at.le(over).assume_not_null())
                .execute(c)
                .await?;
            let bound = refresh_tokens::table
                .inner_join(grants::table)
                .filter(grants::session_id.eq(sessions::id.nullable()))
                .filter(grants::offline.eq(false));
            diesel::delete(sessions::table.filter(sessions::id.eq_any(&due)))
                .filter(sessions::seen_at.le(over))
                .filter(not(exists(bound)))
                .execute(c)
                .await?;
            let rest = sessions::table.filter(sessions::id.eq_any(&due));
            diesel::update(rest.filter(sessions::review_at.le(now)))
                .set(sessions::review_at.eq(now + DAY))
                .execute(c)
                .await?;
            Ok(due.len())
        })
        .map_err(Error::from)
    }
}
