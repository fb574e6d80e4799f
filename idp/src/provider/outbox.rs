//! The outbox, for the workers that send its mails.

use crate::account::message::QueuedMessage;
use crate::provider::Provider;
use crate::store::Error;
use crate::store::jobs::claims::{Attempted, Claim};

impl Provider {
    /// Claims mails that are due.
    ///
    /// # Errors
    /// When the store fails. It may have committed nevertheless:
    /// [`Provider::return_unknown_messages`] finds out.
    pub async fn claim_messages(&self, claim: &Claim) -> Result<Vec<QueuedMessage>, Error> {
        self.store.claim_messages(claim, self.clock.now()).await
    }

    /// Puts back what a worker claimed without learning of it: everything but the mails in its hands.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn return_unknown_messages(
        &self,
        holder: &str,
        in_hand: &[String],
    ) -> Result<(), Error> {
        self.store.return_unknown_messages(holder, in_hand).await
    }

    /// Records what an attempt came to. `false` when its holder has lost the mail meanwhile.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn record_delivery(&self, attempted: &Attempted) -> Result<bool, Error> {
        self.store.record_delivery(attempted, self.clock.now()).await
    }

    /// Gives all claims of a worker back, which stops.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn release_holder(&self, holder: &str) -> Result<(), Error> {
        self.store.release_holder(holder).await
    }

    /// Notes a heartbeat: `beat` is a number that this worker never gave before.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn beat(&self, holder: &str, beat: i64) -> Result<(), Error> {
        self.store.beat(holder, beat).await
    }

    /// The workers that may have mails in hand, each with its last heartbeat.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn holders(&self) -> Result<Vec<(String, i64)>, Error> {
        self.store.holders().await
    }

    /// Takes all claims from a worker whose heartbeat has stopped at `beat`; their mails are due at
    /// once. `false` when it has beaten since.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_claims(&self, holder: &str, beat: i64) -> Result<bool, Error> {
        let ended = self.store.end_claims(holder, beat).await?;
        if ended {
            self.mail_queued.notify_one();
        }
        Ok(ended)
    }
}
