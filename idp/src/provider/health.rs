//! What the operator asks of the provider.

use crate::measures::Readings;
use crate::provider::{Fault, Provider};

impl Provider {
    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn is_ready(&self) -> Result<(), Fault> {
        Ok(self.store.ping().await?)
    }

    /// What is not counted but looked up.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn readings(&self) -> Result<Readings, Fault> {
        let now = self.clock.now();
        let outbox = self.store.outbox_totals().await?;
        let keys = self.store.signing_keys().await?;
        let oldest = keys.iter().filter(|key| key.state == "active").map(|key| key.since).min();
        let pool = self.store.pool_waits();
        Ok(Readings {
            mails_open: outbox.open,
            oldest_mail_seconds: outbox.oldest_queued_at.map_or(0, |at| now.since(at)),
            key_age_seconds: oldest.map_or(0, |since| now.since(since)),
            pool_waits: pool.waits,
            pool_wait_microseconds: pool.microseconds,
            ..Readings::default()
        })
    }
}
