//! The end of events that were kept for their time: whole batches, the oldest first.

use crate::account::event::{Actor, Circumstances, EventKind, Kept};
use crate::audit::seal::Seal;
use crate::clock::Timestamp;
use crate::provider::{Fault, Provider};
use crate::store::audit::batches::Batch;

/// Batches that are dealt with in one transaction, at most.
const BATCHES: i64 = 500;
/// Events that are deleted in one transaction, at most, beyond those of one batch.
const EVENTS: u64 = 2_000;

impl Provider {
    /// Deletes the events of the oldest batches that were kept for their time, some at once. `false`
    /// when there is nothing left to delete.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn delete_old_events(&self) -> Result<bool, Fault> {
        let (settings, now) = (&self.sealing.settings, self.clock.now());
        let before = |days: u32| now.plus(-i64::from(days) * 86_400);
        // The newest batch stays, however old it is: the next one follows it.
        let newest = self.store.last_batch().await?.map_or(0, |batch| batch.number);
        for (kept, days) in
            [(Kept::Long, settings.keep_days), (Kept::Short, settings.frequent_days)]
        {
            let from = self.store.deleted_position(kept == Kept::Short).await?;
            let mut oldest = self.store.batches_behind(from, BATCHES).await?;
            oldest.retain(|batch| kept == Kept::Short || batch.number < newest);
            let (due, events) = self.portion(oldest, kept, before(days));
            let Some(last) = due.last() else { continue };
            let by = Circumstances::of(Actor::Provider("retention"), now);
            let event = self.event(EventKind::EventsDeleted, &by).fact("kept", kept.as_str());
            let event = event.fact("to_batch", last.number).fact("events", events);
            let (store, to) = (self.store.recording([event]), last.last_position);
            return Ok(match kept {
                Kept::Long => store.delete_events(from, to).await?,
                Kept::Short => store.thin_events(from, to).await?,
            });
        }
        Ok(false)
    }

    /// The first of these batches that are due, as many as one transaction deals with, and how many
    /// events of theirs that deletes.
    fn portion(&self, batches: Vec<Batch>, kept: Kept, before: Timestamp) -> (Vec<Batch>, u64) {
        let (mut due, mut events) = (Vec::new(), 0);
        for batch in batches {
            if batch.last_at >= before.0 || events > EVENTS {
                break;
            }
            // What cannot be read is deleted all the same, when its time has come.
            let seal = Seal::verify(&batch.seal, &self.sealing.key, &self.issuer).ok();
            events += seal.map_or(0, |seal| match kept {
                Kept::Long => seal.long.count + seal.short.count,
                Kept::Short => seal.short.count,
            });
            due.push(batch);
        }
        (due, events)
    }
}
