//! Closing and sealing batches of events, on whichever node comes first.

use std::sync::Arc;

use crate::account::event::{Actor, Circumstances, Event, EventKind};
use crate::audit::chain::Found;
use crate::audit::seal::{Seal, digest};
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::jose::key::Key;
use crate::jose::keyset::KeySet;
use crate::jose::rotation::State;
use crate::jose::{Algorithm, seal};
use crate::provider::audit::PAGE;
use crate::provider::discovery::Document;
use crate::provider::lease::{self, Lease};
use crate::provider::{Fault, Provider};
use crate::secret::MasterKey;
use crate::store::Store;
use crate::store::audit::batches::{Batch, SealingKey};

/// Transactions that delete old events, in one round.
const DELETIONS: usize = 100;
/// Events in one batch, at most, beyond the page that exceeds it.
const LARGEST: u64 = 10_000;

/// The key that seals batches, made when there is none. Of several nodes that make one, the first
/// wins.
///
/// # Errors
/// When the store fails, or the master secret does not open the stored key.
pub async fn sealing_key(
    (store, entropy): (&Store, &Entropy),
    master: &MasterKey,
    now: Timestamp,
) -> Result<KeySet, Fault> {
    let kept = match store.sealing_key().await? {
        Some(kept) => kept,
        None => {
            let key = Key::generate(Algorithm::EdDSA, 0)?;
            let (kid, sealed) = (key.id().to_owned(), seal::seal(master, &key)?);
            let made = SealingKey { kid, sealed, created_at: now.0 };
            let by = Circumstances::of(Actor::Provider("seals"), now);
            let event = Event::new(entropy.id(now), EventKind::SealingKeyMade, by);
            let event = event.fact("kid", made.kid.as_str());
            store.recording([event]).keep_sealing_key(&made).await?;
            let missing = Fault::Inconsistent("the key that seals events is not kept");
            store.sealing_key().await?.ok_or(missing)?
        }
    };
    Ok(KeySet::new(&[(seal::open(master, &kept.kid, &kept.sealed)?, State::Active)])?)
}

impl Provider {
    /// Closes batches, and deletes events that were kept for their time, unless another node does.
    /// The newest seal, if this node did.
    ///
    /// # Errors
    /// When the store fails, or OpenSSL cannot sign.
    pub async fn maintain_record(&self) -> Result<Option<String>, Fault> {
        let holder = &self.entropy.id(self.clock.now());
        let lease = Lease { store: &self.store, clock: &self.clock, name: "audit", holder };
        if !lease.acquire().await? {
            return Ok(None);
        }
        let work = async {
            self.close_batches().await?;
            for _ in 0..DELETIONS {
                if !self.delete_old_events().await? {
                    break;
                }
            }
            Ok(self.store.last_batch().await?.map(|batch| batch.seal))
        };
        let outcome = lease.keep(lease::EVERY, Box::pin(work)).await;
        lease.release().await;
        outcome.unwrap_or(Ok(None))
    }

    /// Closes batches over all events that are settled; returns how many it closed.
    ///
    /// # Errors
    /// When the store fails, or OpenSSL cannot sign.
    pub(crate) async fn close_batches(&self) -> Result<usize, Fault> {
        let settled = self.store.settled_position().await?;
        let mut closed = 0;
        while self.close_batch(settled).await? {
            closed += 1;
        }
        Ok(closed)
    }

    /// Closes the next batch, of events up to that position. `false` when there are none, or another
    /// node was faster.
    async fn close_batch(&self, settled: i64) -> Result<bool, Fault> {
        let former = self.store.last_batch().await?;
        let after = former.as_ref().map_or(0, |former| former.last_position);
        let (mut last, mut found, mut count) = (after, Found::default(), 0);
        let mut last_at = former.as_ref().map_or(0, |former| former.last_at);
        while count < LARGEST {
            let events = self.store.events_between(last, settled, PAGE).await?;
            let Some(newest) = events.last() else { break };
            last = newest.position;
            for event in &events {
                found.add(&event.event, event.frequent);
                last_at = last_at.max(event.at);
                count += 1;
            }
        }
        if count == 0 {
            return Ok(false);
        }
        let number = former.as_ref().map_or(0, |former| former.number) + 1;
        let (long, short) = found.parts();
        let closed_at = self.clock.now();
        let seal = Seal {
            iss: self.issuer.clone(),
            number,
            after,
            last,
            iat: closed_at,
            former: former.map(|former| digest(&former.seal)),
            long,
            short,
        };
        let batch = Batch {
            number,
            after_position: after,
            last_position: last,
            closed_at: closed_at.0,
            last_at,
            seal: seal.sign(&self.sealing.key)?,
        };
        Ok(self.store.close_batch(&batch).await?)
    }

    /// The newest batches, the oldest of them first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_batches(&self, limit: i64) -> Result<Vec<Batch>, Fault> {
        let newest = self.store.last_batch().await?.map_or(0, |batch| batch.number);
        Ok(self.store.batches_after((newest - limit).max(0), limit).await?)
    }

    /// The public half of the key that seals batches, as a JWK Set
    /// ([RFC 7517 section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).
    #[must_use]
    pub fn sealing_jwks(&self) -> Arc<Document> {
        Arc::clone(&self.sealing.jwks)
    }
}
