//! The outbox: mails that wait, and what became of the others. Claiming them is in `claims`.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::message::{Delivery, Kind, QueuedMessage};
use crate::clock::Timestamp;
use crate::store::Store;
use crate::store::error::Error;
use crate::store::jobs::mail_times::{self, PlanNotice as _};
use crate::store::schema::{links, outbox};

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = outbox)]
pub(in crate::store) struct MessageRow {
    id: String,
    kind: String,
    link_id: Option<String>,
    account_id: Option<String>,
    address: String,
    language: String,
    payload: String,
    state: String,
    reply: Option<String>,
    attempts: i64,
    queued_at: i64,
    changed_at: i64,
    next_attempt_at: i64,
    expires_at: i64,
    holder: Option<String>,
    domain: String,
    topic: Option<String>,
}

impl MessageRow {
    pub(in crate::store) fn id(&self) -> &str {
        &self.id
    }

    pub(in crate::store) fn domain(&self) -> &str {
        &self.domain
    }

    pub(in crate::store) fn link_id(&self) -> Option<&str> {
        self.link_id.as_deref()
    }

    /// Whether an attempt is to come.
    pub(in crate::store) fn is_open(&self) -> bool {
        matches!(Delivery::parse(&self.state), Some(Delivery::Queued | Delivery::Deferred))
    }

    /// The row as it is once it has been claimed.
    pub(in crate::store) fn claimed(mut self) -> Self {
        self.attempts += 1;
        self
    }
}

impl From<&QueuedMessage> for MessageRow {
    fn from(message: &QueuedMessage) -> Self {
        Self {
            id: message.id.clone(),
            kind: message.kind.as_str().to_owned(),
            link_id: message.link_id.clone(),
            account_id: message.account_id.clone(),
            address: message.address.clone(),
            language: message.language.clone(),
            payload: message.payload.clone(),
            state: message.delivery.as_str().to_owned(),
            reply: message.reply.clone(),
            attempts: message.attempts,
            queued_at: message.queued_at.0,
            changed_at: message.changed_at.0,
            next_attempt_at: message.next_attempt_at.0,
            expires_at: message.expires_at.0,
            holder: None,
            domain: message.domain(),
            topic: None,
        }
    }
}

impl TryFrom<MessageRow> for QueuedMessage {
    type Error = Error;

    fn try_from(row: MessageRow) -> Result<Self, Error> {
        let unreadable = || Error::inconsistent("outbox", &row.id);
        Ok(Self {
            kind: Kind::parse(&row.kind).ok_or_else(unreadable)?,
            delivery: Delivery::parse(&row.state).ok_or_else(unreadable)?,
            id: row.id,
            link_id: row.link_id,
            account_id: row.account_id,
            address: row.address,
            language: row.language,
            payload: row.payload,
            reply: row.reply,
            attempts: row.attempts,
            queued_at: Timestamp(row.queued_at),
            changed_at: Timestamp(row.changed_at),
            next_attempt_at: Timestamp(row.next_attempt_at),
            expires_at: Timestamp(row.expires_at),
        })
    }
}

/// The outbox in figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutboxTotals {
    /// Mails with an attempt to come.
    pub open: i64,
    /// When the oldest of them was queued.
    pub oldest_queued_at: Option<Timestamp>,
    /// Mails refused for good.
    pub failed: i64,
}

/// Mails with an attempt to come.
#[diesel::dsl::auto_type(no_type_alias)]
pub(in crate::store) fn open() -> _ {
    let queued: &'static str = Delivery::Queued.as_str();
    let deferred: &'static str = Delivery::Deferred.as_str();
    outbox::table.filter(outbox::state.eq(queued).or(outbox::state.eq(deferred)))
}

step!(
    /// Queues mails. Of the notices about one place to one address the first goes at once; those that
    /// follow too soon become one, the last, which goes when the first has rested.
    Queue: fn queue(c, messages: &[MessageRow]) {
        for message in messages {
            let topic = match message.link_id {
                None => mail_times::topic(&message.address, &message.payload),
                Some(_) => None,
            };
            let Some((topic, rest)) = topic else {
                diesel::insert_into(outbox::table).values(message).execute(c).await?;
                continue;
            };
            let mut due = message.next_attempt_at;
            c.plan_notice(&topic, rest, message.next_attempt_at, &mut due).await?;
            diesel::delete(outbox::table)
                .filter(outbox::topic.eq(&topic))
                .filter(outbox::holder.is_null())
                .filter(outbox::attempts.eq(0))
                .filter(outbox::next_attempt_at.gt(message.next_attempt_at))
                .execute(c)
                .await?;
            let planned = MessageRow {
                topic: Some(topic),
                next_attempt_at: due,
                expires_at: message.expires_at + (due - message.next_attempt_at),
                ..message.clone()
            };
            diesel::insert_into(outbox::table).values(&planned).execute(c).await?;
        }
        Ok(())
    }
);

impl Store {
    /// Queues mails.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn enqueue(&self, messages: &[QueuedMessage]) -> Result<(), Error> {
        let rows: Vec<_> = messages.iter().map(MessageRow::from).collect();
        Ok(commit!(self, |c| c.queue(&rows).await)?)
    }

    /// The mails of an interaction's links, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn messages_of(&self, interaction_id: &str) -> Result<Vec<QueuedMessage>, Error> {
        let rows: Vec<MessageRow> = read!(self, |c| outbox::table
            .inner_join(links::table)
            .filter(links::interaction_id.eq(interaction_id))
            .order((outbox::queued_at, outbox::id))
            .select(MessageRow::as_select())
            .load(c)
            .await)?;
        rows.into_iter().map(QueuedMessage::try_from).collect()
    }

    /// The outbox in figures.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn outbox_totals(&self) -> Result<OutboxTotals, Error> {
        let (open, oldest): (i64, Option<i64>) = read!(self, |c| open()
            .select((diesel::dsl::count_star(), diesel::dsl::min(outbox::queued_at)))
            .get_result(c)
            .await)?;
        let failed = read!(self, |c| outbox::table
            .filter(outbox::state.eq(Delivery::Refused.as_str()))
            .count()
            .get_result(c)
            .await)?;
        Ok(OutboxTotals { open, oldest_queued_at: oldest.map(Timestamp), failed })
    }
}
