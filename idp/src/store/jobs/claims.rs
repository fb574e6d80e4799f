//! Claiming mails of the outbox. A mail has one holder; what a holder does with it is recorded only
//! while it is still its holder. A claim lasts as long as the holder's heartbeat: another
//! worker that sees it stop takes the claims away.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::account::message::{Delivery, Kind, QueuedMessage};
use crate::clock::Timestamp;
use crate::store::error::{Error, Fault, one, won};
use crate::store::inline::Connection;
use crate::store::jobs::holders::NoteBeat as _;
use crate::store::jobs::outbox::{MessageRow, open};
use crate::store::pipelined::Pipelined;
use crate::store::schema::{links, outbox};
use crate::store::{Recording, Store};

/// Rows that one statement looks at, if no more are claimed.
const CANDIDATES: i64 = 64;
/// How often a claim looks again when what it found had lost its meaning.
const LOOKS: usize = 16;
/// Expired mails that one claim gives up.
const GIVEN_UP: i64 = 500;

/// Which mails a worker claims, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The worker's id.
    pub holder: String,
    /// The number of its present heartbeat.
    pub beat: i64,
    /// How many mails at most.
    pub places: usize,
    /// How many of them may be notices.
    pub notices: usize,
    /// How many of them may go to one domain.
    pub per_domain: usize,
    /// Domains to which none may go.
    pub except: Vec<String>,
}

impl Claim {
    /// A claim of any mails that are due.
    #[must_use]
    pub fn any(holder: &str, beat: i64, places: usize) -> Self {
        let holder = holder.to_owned();
        Self { holder, beat, places, notices: places, per_domain: places, except: Vec::new() }
    }

    /// How many mails of a kind it may still take.
    fn free(&self, kind: Kind, taken: usize) -> usize {
        let free = self.places.saturating_sub(taken);
        match kind {
            Kind::Link => free,
            Kind::Notice => free.min(self.notices),
        }
    }
}

/// What an attempt to send a mail came to.
#[derive(Clone, Debug)]
pub struct Attempted {
    /// The mail.
    pub id: String,
    /// Who claimed it.
    pub holder: String,
    /// Its attempts, this one included, as [`Store::claim_messages`] gave them.
    pub attempts: i64,
    /// Whether the relay heard of it: otherwise the claim counts as no attempt.
    pub counts: bool,
    /// What became of it.
    pub delivery: Delivery,
    /// What the mail server said.
    pub reply: Option<String>,
    /// When it is due again, if it is.
    pub next_attempt_at: Timestamp,
}

/// Mails of a kind that wait and are due, the latest first. PostgreSQL locks them and leaves out
/// those that another transaction has locked; SQLite has one writer.
trait SelectDue {
    async fn select_due(
        &mut self,
        kind: Kind,
        except: &[String],
        limit: i64,
        now: i64,
    ) -> Result<Vec<MessageRow>, Fault>;
}

/// The statement of [`SelectDue`].
macro_rules! due {
    ($kind:expr, $except:expr, $limit:expr, $now:expr) => {
        outbox::table
            .filter(outbox::holder.is_null())
            .filter(outbox::kind.eq($kind.as_str()))
            .filter(outbox::next_attempt_at.le($now))
            .filter(outbox::expires_at.gt($now))
            .filter(outbox::domain.ne_all($except))
            .order(outbox::next_attempt_at.desc())
            .limit($limit)
            .select(MessageRow::as_select())
    };
}

impl SelectDue for Connection {
    async fn select_due(
        &mut self,
        kind: Kind,
        except: &[String],
        limit: i64,
        now: i64,
    ) -> Result<Vec<MessageRow>, Fault> {
        Ok(due!(kind, except, limit, now).load(self).await?)
    }
}

impl SelectDue for Pipelined {
    async fn select_due(
        &mut self,
        kind: Kind,
        except: &[String],
        limit: i64,
        now: i64,
    ) -> Result<Vec<MessageRow>, Fault> {
        Ok(due!(kind, except, limit, now).for_update().skip_locked().load(self).await?)
    }
}

step!(
    /// Gives up mails that wait and have expired.
    GiveUpExpired: fn give_up_expired(c, now: i64) {
        let expired: Vec<MessageRow> = outbox::table
            .filter(outbox::holder.is_null())
            .filter(outbox::expires_at.le(now))
            .select(MessageRow::as_select())
            .limit(GIVEN_UP)
            .load(c)
            .await?;
        c.give_up(&expired, now).await
    }
);

step!(
    /// Gives up mails that wait. A node of the version before may have dealt with one already.
    GiveUp: fn give_up(c, rows: &[MessageRow], now: i64) {
        let (open, over): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.is_open());
        if !open.is_empty() {
            let ids = open.into_iter().map(MessageRow::id);
            diesel::update(outbox::table.filter(outbox::id.eq_any(ids)))
                .set((
                    outbox::state.eq(Delivery::Expired.as_str()),
                    outbox::changed_at.eq(now),
                    outbox::holder.eq(""),
                ))
                .execute(c)
                .await?;
        }
        if !over.is_empty() {
            let ids = over.into_iter().map(MessageRow::id);
            diesel::update(outbox::table.filter(outbox::id.eq_any(ids)))
                .set(outbox::holder.eq(""))
                .execute(c)
                .await?;
        }
        Ok(())
    }
);

step!(
    /// Takes mails of one kind. What lost its meaning, since its link is used or void, is given up
    /// instead, and others are looked for.
    TakeDue: fn take_due(
        c,
        claim: &Claim,
        kind: Kind,
        now: i64,
        taken: &mut Vec<MessageRow>
    ) {
        for _ in 0..LOOKS {
            let free = claim.free(kind, taken.len());
            if free == 0 {
                return Ok(());
            }
            let limit = i64::try_from(free).unwrap_or(i64::MAX).max(CANDIDATES);
            let due = c.select_due(kind, &claim.except, limit, now).await?;
            let (alive, dead) = if due.is_empty() {
                (due, Vec::new())
            } else {
                let of: Vec<_> = due.iter().filter_map(MessageRow::link_id).collect();
                let gone: Vec<String> = links::table
                    .filter(links::id.eq_any(of))
                    .filter(links::used_at.is_not_null().or(links::void_at.is_not_null()))
                    .select(links::id)
                    .load(c)
                    .await?;
                let is_alive = |row: &MessageRow| {
                    row.is_open() && !gone.iter().any(|link| row.link_id() == Some(link))
                };
                due.into_iter().partition(is_alive)
            };
            let chosen = choose(alive, claim, free);
            let ids: Vec<_> = chosen.iter().map(MessageRow::id).collect();
            if !ids.is_empty() {
                diesel::update(outbox::table.filter(outbox::id.eq_any(ids)))
                    .set((
                        outbox::holder.eq(&claim.holder),
                        outbox::attempts.eq(outbox::attempts + 1),
                    ))
                    .execute(c)
                    .await?;
            }
            taken.extend(chosen.into_iter().map(MessageRow::claimed));
            c.give_up(&dead, now).await?;
            if dead.is_empty() {
                return Ok(());
            }
        }
        Ok(())
    }
);

/// As many mails as are free, and no more of one domain than the claim allows.
fn choose(alive: Vec<MessageRow>, claim: &Claim, free: usize) -> Vec<MessageRow> {
    let mut chosen: Vec<MessageRow> = Vec::new();
    for row in alive {
        let same = chosen.iter().filter(|other| other.domain() == row.domain()).count();
        if chosen.len() < free && same < claim.per_domain {
            chosen.push(row);
        }
    }
    chosen
}

impl Store {
    /// Claims mails that are due for a worker, links before notices and the latest first. No two
    /// workers get the same mail. Mails that have lost their meaning are given up instead.
    ///
    /// # Errors
    /// When the database fails. It may have committed nevertheless:
    /// [`Store::return_unknown_messages`] finds out.
    pub async fn claim_messages(
        &self,
        claim: &Claim,
        now: Timestamp,
    ) -> Result<Vec<QueuedMessage>, Error> {
        if !self.is_any_due(now).await? {
            return Ok(Vec::new());
        }
        let (claim, now) = (claim.clone(), now.0);
        let taken = transaction!(self, |c| {
            c.note_beat(&claim.holder, claim.beat).await?;
            c.give_up_expired(now).await?;
            let mut taken = Vec::new();
            for kind in [Kind::Link, Kind::Notice] {
                c.take_due(&claim, kind, now, &mut taken).await?;
            }
            Ok(taken)
        })?;
        taken.into_iter().map(QueuedMessage::try_from).collect()
    }

    /// Whether a mail waits that is due or has expired.
    async fn is_any_due(&self, now: Timestamp) -> Result<bool, Error> {
        for kind in [Kind::Link, Kind::Notice] {
            let due: Option<String> = read!(self, |c| outbox::table
                .filter(outbox::holder.is_null())
                .filter(outbox::kind.eq(kind.as_str()))
                .filter(outbox::next_attempt_at.le(now.0))
                .order(outbox::next_attempt_at.desc())
                .select(outbox::id)
                .limit(1)
                .get_result(c)
                .await
                .optional())?;
            if due.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Recording {
    /// Notes what an attempt came to. `false` when its holder has lost the mail meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_delivery(
        &self,
        attempted: &Attempted,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let Attempted { id, holder, attempts, counts, delivery, reply, next_attempt_at } =
            attempted.clone();
        let after = match delivery {
            Delivery::Queued | Delivery::Deferred => None,
            Delivery::Sent | Delivery::Refused | Delivery::Expired => Some(""),
        };
        won(act!(self, transaction, |c| {
            let noted = diesel::update(open().filter(outbox::id.eq(&id)))
                .filter(outbox::holder.eq(&holder))
                .filter(outbox::attempts.eq(attempts))
                .set((
                    outbox::attempts.eq(if counts { attempts } else { attempts - 1 }),
                    outbox::state.eq(delivery.as_str()),
                    outbox::reply.eq(&reply),
                    outbox::next_attempt_at.eq(next_attempt_at.0),
                    outbox::changed_at.eq(now.0),
                    outbox::holder.eq(after),
                ))
                .execute(c)
                .await?;
            one(noted)
        }))
    }
}
