//! The outbox: mails that wait, and what became of the others.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::message::{Delivery, Kind, QueuedMessage};
use crate::clock::Timestamp;
use crate::store::Store;
use crate::store::error::{Error, one, won};
use crate::store::schema::{links, outbox};

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = outbox)]
pub(super) struct MessageRow {
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

/// What an attempt to send a mail came to.
#[derive(Clone, Debug)]
pub struct Attempted {
    /// The mail.
    pub id: String,
    /// Its attempts, this one included, as [`Store::claim_messages`] gave them.
    pub attempts: i64,
    /// What became of it.
    pub delivery: Delivery,
    /// What the mail server said.
    pub reply: Option<String>,
    /// When it is due again, if it is.
    pub next_attempt_at: Timestamp,
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
fn open() -> _ {
    let queued: &'static str = Delivery::Queued.as_str();
    let deferred: &'static str = Delivery::Deferred.as_str();
    outbox::table.filter(outbox::state.eq(queued).or(outbox::state.eq(deferred)))
}

step!(
    /// Queues mails.
    Queue: fn queue(c, messages: &[MessageRow]) {
        for message in messages {
            diesel::insert_into(outbox::table).values(message).execute(c).await?;
        }
        Ok(())
    }
);

step!(
    /// Gives up mails that have lost their meaning: they or their links are dead.
    GiveUp: fn give_up(c, now: i64) {
        let given_up =
            (outbox::state.eq(Delivery::Expired.as_str()), outbox::changed_at.eq(now));
        diesel::update(open().filter(outbox::expires_at.le(now))).set(given_up).execute(c).await?;
        let dead = links::table
            .filter(links::used_at.is_not_null().or(links::void_at.is_not_null()))
            .select(links::id.nullable());
        diesel::update(open().filter(outbox::link_id.eq_any(dead))).set(given_up).execute(c).await?;
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

    /// Takes mails that are due, links before notices and the newest first, for `lease` seconds:
    /// a worker that dies gives them back by itself. No two workers get the same mail. Mails that
    /// have lost their meaning are given up instead.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_messages(
        &self,
        lease: i64,
        limit: i64,
        now: Timestamp,
    ) -> Result<Vec<QueuedMessage>, Error> {
        let due: i64 = read!(self, |c| open()
            .filter(outbox::next_attempt_at.le(now.0).or(outbox::expires_at.le(now.0)))
            .count()
            .get_result(c)
            .await)?;
        if due == 0 {
            return Ok(Vec::new());
        }
        let until = now.plus(lease).0;
        let claimed = commit!(self, |c| {
            c.give_up(now.0).await?;
            let due: Vec<MessageRow> = open()
                .filter(outbox::next_attempt_at.le(now.0))
                .order((outbox::kind, outbox::queued_at.desc(), outbox::id.desc()))
                .limit(limit)
                .select(MessageRow::as_select())
                .load(c)
                .await?;
            let mut claimed = Vec::with_capacity(due.len());
            for mut row in due {
                let taken = diesel::update(open().filter(outbox::id.eq(&row.id)))
                    .filter(outbox::attempts.eq(row.attempts))
                    .filter(outbox::next_attempt_at.eq(row.next_attempt_at))
                    .set((outbox::attempts.eq(row.attempts + 1), outbox::next_attempt_at.eq(until)))
                    .execute(c)
                    .await?;
                if taken == 1 {
                    row.attempts += 1;
                    row.next_attempt_at = until;
                    claimed.push(row);
                }
            }
            Ok(claimed)
        })?;
        claimed.into_iter().map(QueuedMessage::try_from).collect()
    }

    /// Notes what an attempt came to. `false` when the mail has been taken again meanwhile, or
    /// given up.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_delivery(
        &self,
        attempted: &Attempted,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let Attempted { id, attempts, delivery, reply, next_attempt_at } = attempted.clone();
        won(commit!(self, |c| {
            let noted = diesel::update(open().filter(outbox::id.eq(&id)))
                .filter(outbox::attempts.eq(attempts))
                .set((
                    outbox::state.eq(delivery.as_str()),
                    outbox::reply.eq(&reply),
                    outbox::next_attempt_at.eq(next_attempt_at.0),
                    outbox::changed_at.eq(now.0),
                ))
                .execute(c)
                .await?;
            one(noted)
        }))
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
