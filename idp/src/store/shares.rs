//! What strangers may keep: the oldest rows of a browser or a network make way for new ones, in the
//! transaction that stores the new one.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::store::schema::interactions;

/// Rows that one transaction deletes beside the one it stores, at most.
pub(in crate::store) const SURPLUS: i64 = 64;

/// Deletes those of some rows, the newest first, that are too many beside the one that is stored.
macro_rules! drop_surplus {
    ($c:ident, $table:ident.$key:ident, $most:expr, $rows:expr) => {
        let surplus: Vec<String> = $rows
            .select($table::$key)
            .offset($most.saturating_sub(1))
            .limit($crate::store::shares::SURPLUS)
            .load($c)
            .await?;
        if !surplus.is_empty() {
            let surplus = $table::table.filter($table::$key.eq_any(&surplus));
            diesel::delete(surplus).execute($c).await?;
        }
    };
}
pub(in crate::store) use drop_surplus;

/// What strangers of one network may keep here, of each kind.
#[derive(Clone, Debug)]
pub struct Share {
    /// The network.
    pub network: String,
    /// Rows; the oldest make way for new ones.
    pub most: i64,
    /// Whether rows beyond the share are looked for this time: it costs as much as the network has
    /// rows.
    pub is_due: bool,
}

step!(
    /// Deletes the oldest open interactions of a browser, except the newest and so many in all.
    DropOfBrowser: fn drop_of_browser(c, browser: &str, newest: &str, most: i64) {
        let rows = interactions::table
            .filter(interactions::browser.eq(browser))
            .filter(interactions::ended_at.is_null())
            .filter(interactions::id.ne(newest))
            .order((interactions::started_at.desc(), interactions::id.desc()));
        drop_surplus!(c, interactions.id, most, rows);
        Ok(())
    }
);

step!(
    /// Deletes the oldest interactions of a network that never got a password, except the newest
    /// and so many in all, whether they are open or not.
    DropOfNetwork: fn drop_of_network(c, share: &Share, newest: &str) {
        if !share.is_due {
            return Ok(());
        }
        let rows = interactions::table
            .filter(interactions::network.eq(&share.network))
            .filter(interactions::account_id.is_null())
            .filter(interactions::id.ne(newest))
            // By the columns of the index, for the sake of PostgreSQL; the first is NULL in all.
            .order((
                interactions::account_id.desc(),
                interactions::started_at.desc(),
                interactions::id.desc(),
            ));
        drop_surplus!(c, interactions.id, share.most, rows);
        Ok(())
    }
);
