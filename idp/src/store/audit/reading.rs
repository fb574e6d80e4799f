//! Reading the record, by position.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::store::Store;
use crate::store::audit::events::RecordedEvent;
use crate::store::error::Error;
use crate::store::schema::events;

impl Store {
    /// Events behind a position, up to another, in their order; no more than `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn events_between(
        &self,
        after: i64,
        last: i64,
        limit: i64,
    ) -> Result<Vec<RecordedEvent>, Error> {
        read!(self, |c| events::table
            .filter(events::position.gt(after))
            .filter(events::position.le(last))
            .order(events::position)
            .limit(limit)
            .select(RecordedEvent::as_select())
            .load(c)
            .await)
    }

    /// The events of an account behind a position, in their order; no more than `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn events_of_account(
        &self,
        account_id: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<RecordedEvent>, Error> {
        read!(self, |c| events::table
            .filter(events::account_id.eq(account_id))
            .filter(events::position.gt(after))
            .order(events::position)
            .limit(limit)
            .select(RecordedEvent::as_select())
            .load(c)
            .await)
    }
}
