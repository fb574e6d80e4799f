//! What the operator asks of the provider.

use crate::measures::Readings;
use crate::provider::sync::SOURCE;
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
        let load = self.store.load();
        let sync = self.store.sync_state(SOURCE).await?;
        let quarantined = self.store.sync_totals(SOURCE).await?.quarantined;
        Ok(Readings {
            mails_open: outbox.open,
            oldest_mail_seconds: outbox.oldest_queued_at.map_or(0, |at| now.since(at)),
            key_age_seconds: oldest.map_or(0, |since| now.since(since)),
            pool_in_use: i64::try_from(load.in_use).unwrap_or(i64::MAX),
            pool_waiting: i64::try_from(load.waiting).unwrap_or(i64::MAX),
            sync_age_seconds: sync.succeeded_at.map_or(-1, |at| now.since(at)),
            sync_quarantined: i64::try_from(quarantined).unwrap_or(i64::MAX),
            sync_brake: i64::from(sync.brake.is_some()),
        })
    }
}
