//! Events: written in the transaction of what they tell, and never changed.
//!
//! An event stands behind all that were committed before it: its position is given by the database.
//! On SQLite, where one transaction writes at a time, it is the next number. On PostgreSQL it is made
//! of the number of the transaction, so that a batch can be closed behind which no transaction that
//! is still under way will write.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;

use crate::account::event::{Event, Kept};
use crate::store::error::Fault;
use crate::store::inline::Connection;
use crate::store::pipelined::Pipelined;
use crate::store::schema::events;

/// Events that one transaction of PostgreSQL may write: what is between the positions of two.
const MOST: i64 = 1 << 20;

/// An event that was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = events)]
pub struct RecordedEvent {
    /// Where it stands in the record.
    pub position: i64,
    /// When it happened.
    pub at: i64,
    /// Whether it is kept for the shorter time.
    pub frequent: bool,
    /// Whom it concerns.
    pub account_id: Option<String>,
    /// The event as one JSON object.
    pub event: String,
}

impl RecordedEvent {
    /// The name of its kind.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        let rest = self.event.split_once("\"kind\":\"")?.1;
        rest.split('"').next()
    }
}

/// An event to be recorded.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
pub(in crate::store) struct EventRow {
    at: i64,
    pub(in crate::store) frequent: bool,
    account_id: Option<String>,
    pub(in crate::store) event: String,
}

impl From<&Event> for EventRow {
    fn from(event: &Event) -> Self {
        Self {
            at: event.circumstances.at.0,
            frequent: event.kind.kept() == Kept::Short,
            account_id: event.account.clone(),
            event: event.to_json(),
        }
    }
}

pub(in crate::store) trait Record {
    /// Records the events of a transaction, behind everything else that it does.
    async fn record(&mut self, events: &[EventRow]) -> Result<(), Fault>;
}

impl Record for Connection {
    async fn record(&mut self, events: &[EventRow]) -> Result<(), Fault> {
        for row in events {
            diesel::insert_into(events::table).values(row).execute(self).await?;
        }
        Ok(())
    }
}

define_sql_function! {
    /// The position of the event of that number in the present transaction of PostgreSQL.
    fn event_position(ordinal: BigInt) -> BigInt;
}

impl Record for Pipelined {
    async fn record(&mut self, events: &[EventRow]) -> Result<(), Fault> {
        for (ordinal, row) in (0..MOST).zip(events) {
            diesel::insert_into(events::table)
                .values((events::position.eq(event_position(ordinal)), row))
                .execute(self)
                .await?;
        }
        Ok(())
    }
}
