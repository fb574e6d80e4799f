//! What strangers may keep: the oldest rows of a browser or a network make way for new ones, in the
//! transaction that stores the new one.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::store::schema::interactions;

/// Rows that one transaction deletes beside the one it stores, at most.
pub(in crate::store) const SURPLUS: i64 = 64;

/// What strangers of one network may keep here, of each kind.
#[derive(Clone, Debug)]
pub struct Share {
    /// The network.
    pub network: String,
    /// Rows; the oldest make way for new ones.
    pub most: i64,
}

step!(
    /// Deletes the oldest open interactions of a browser, except the newest and so many in all.
    DropOfBrowser: fn drop_of_browser(c, browser: &str, newest: &str, most: i64) {
        let surplus: Vec<String> = interactions::table
            .filter(interactions::browser.eq(browser))
            .filter(interactions::ended_at.is_null())
            .filter(interactions::id.ne(newest))
            .order((interactions::started_at.desc(), interactions::id.desc()))
            .select(interactions::id)
            .offset(most.saturating_sub(1))
            .limit(SURPLUS)
            .load(c)
            .await?;
        if !surplus.is_empty() {
            let surplus = interactions::table.filter(interactions::id.eq_any(&surplus));
            diesel::delete(surplus).execute(c).await?;
        }
        Ok(())
    }
);

step!(
    /// Deletes the oldest interactions of a network that never got a password, except the newest
    /// and so many in all, whether they are open or not.
    DropOfNetwork: fn drop_of_network(c, network: &str, newest: &str, most: i64) {
        let surplus: Vec<String> = interactions::table
            .filter(interactions::network.eq(network))
            .filter(interactions::account_id.is_null())
            .filter(interactions::id.ne(newest))
            // By the columns of the index, for the sake of PostgreSQL; the first is NULL in all.
            .order((
                interactions::account_id.desc(),
                interactions::started_at.desc(),
                interactions::id.desc(),
            ))
            .select(interactions::id)
            .offset(most.saturating_sub(1))
            .limit(SURPLUS)
            .load(c)
            .await?;
        if !surplus.is_empty() {
            let surplus = interactions::table.filter(interactions::id.eq_any(&surplus));
            diesel::delete(surplus).execute(c).await?;
        }
        Ok(())
    }
);
