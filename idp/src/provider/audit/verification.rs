//! Verifying the record: that the events of every closed batch are those that were sealed.

use serde_json::Value;

use crate::account::event::{Circumstances, EventKind, Kept};
use crate::audit::chain::{Broken, Chain, Found, Stored};
use crate::audit::seal::Seal;
use crate::provider::audit::PAGE;
use crate::provider::{Fault, Provider};
use crate::store::audit::batches::Batch;
use crate::store::audit::events::RecordedEvent;

/// Batches that are read at a time.
const BATCHES: i64 = 100;

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Batches that were checked.
    pub batches: u64,
    /// Events in them.
    pub events: u64,
    /// The number of the first batch: those before it were kept for their time.
    pub first: Option<i64>,
    /// What is wrong.
    pub broken: Vec<Broken>,
}

/// A seal that somebody else kept.
struct Head {
    number: i64,
    seal: String,
    seen: bool,
}

impl Provider {
    /// Checks all batches in their order, and against the seals of `heads`, one a line, that were
    /// kept elsewhere.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn verify_record(
        &self,
        heads: Option<&str>,
        by: &Circumstances,
    ) -> Result<Verified, Fault> {
        let mut verified = Verified::default();
        let mut heads = self.read_heads(heads.unwrap_or_default(), &mut verified.broken);
        let first = self.store.batches_after(0, 1).await?.first().map_or(1, |batch| batch.number);
        verified.first = Some(first);
        let mut chain = Chain::new(&self.sealing.key, &self.issuer, first);
        let thinned_to = self.store.deleted_position(true).await?;
        let (mut number, mut read) = (0, Read::default());
        loop {
            let batches = self.store.batches_after(number, BATCHES).await?;
            let Some(last) = batches.last() else { break };
            number = last.number;
            for batch in &batches {
                let found = self.read_batch(batch, &mut read).await?;
                verified.broken.extend(chain.check(stored(batch, thinned_to), found));
                for head in heads.iter_mut().filter(|head| head.number == batch.number) {
                    head.seen = true;
                    if head.seal != batch.seal {
                        verified.broken.push(Broken::OtherHead(batch.number));
                    }
                }
                verified.batches += 1;
            }
        }
        verified.events = read.events;
        self.read_rest(&mut read).await?;
        let expected = read.deleted_to + 1;
        if verified.batches > 0 && first != expected {
            verified.broken.push(Broken::Beginning { found: first, expected });
        }
        let missing = heads.iter().filter(|head| !head.seen && head.number >= first);
        verified.broken.extend(missing.map(|head| Broken::MissingHead(head.number)));
        let event = self.event(EventKind::RecordVerified, by);
        let event = event.fact("batches", verified.batches).fact("faults", verified.broken.len());
        self.store.recording([event]).record().await?;
        Ok(verified)
    }

    fn read_heads(&self, text: &str, broken: &mut Vec<Broken>) -> Vec<Head> {
        let mut heads = Vec::new();
        for (line, seal) in text.lines().map(str::trim).enumerate() {
            match Seal::verify(seal, &self.sealing.key, &self.issuer) {
                _ if seal.is_empty() => {}
                Ok(read) => {
                    heads.push(Head { number: read.number, seal: seal.to_owned(), seen: false });
                }
                Err(_) => broken.push(Broken::ForeignHead(line + 1)),
            }
        }
        heads
    }

    /// Reads what is in no batch yet, which may tell of the latest deletion.
    async fn read_rest(&self, read: &mut Read) -> Result<(), Fault> {
        let mut position = read.position;
        loop {
            let page = self.store.events_between(position, i64::MAX, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            position = last.position;
            page.iter().for_each(|event| read.note_deletion(event));
        }
    }

    async fn read_batch(&self, batch: &Batch, read: &mut Read) -> Result<Found, Fault> {
        let (mut found, mut position) = (Found::default(), batch.after_position);
        loop {
            let page = self.store.events_between(position, batch.last_position, PAGE).await?;
            let Some(last) = page.last() else { return Ok(found) };
            (position, read.position) = (last.position, last.position);
            for event in &page {
                found.add(&event.event, event.frequent);
                read.events += 1;
                read.note_deletion(event);
            }
        }
    }
}

/// What was read of all batches so far.
#[derive(Default)]
struct Read {
    events: u64,
    /// Where the last of them stands.
    position: i64,
    /// The last batch that the record says was deleted as a whole.
    deleted_to: i64,
}

impl Read {
    fn note_deletion(&mut self, event: &RecordedEvent) {
        if event.kind() == Some(EventKind::EventsDeleted.as_str()) {
            self.deleted_to = self.deleted_to.max(deleted_to(&event.event));
        }
    }
}

/// Up to which batch an event says that batches were deleted as a whole.
fn deleted_to(event: &str) -> i64 {
    let event: Value = serde_json::from_str(event).unwrap_or_default();
    let facts = &event["facts"];
    let whole = facts["kept"] == Kept::Long.as_str();
    facts["to_batch"].as_i64().filter(|_| whole).unwrap_or_default()
}

fn stored(batch: &Batch, thinned_to: i64) -> Stored<'_> {
    Stored {
        number: batch.number,
        after: batch.after_position,
        last: batch.last_position,
        seal: &batch.seal,
        thinned: batch.last_position <= thinned_to,
    }
}
