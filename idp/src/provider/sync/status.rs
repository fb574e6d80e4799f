//! How far the copy follows the source, for an operator.

use crate::clock::Timestamp;
use crate::contact::quarantine::Quarantined;
use crate::provider::sync::SOURCE;
use crate::provider::{Fault, Provider};
use crate::store::{SyncState, SyncTotals};

impl Provider {
    /// What the runs so far have come to.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sync_state(&self) -> Result<SyncState, Fault> {
        Ok(self.store.sync_state(SOURCE).await?)
    }

    /// How much the copy holds.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sync_totals(&self) -> Result<SyncTotals, Fault> {
        Ok(self.store.sync_totals(SOURCE).await?)
    }

    /// What of the source cannot be used, and since when.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn quarantine(&self) -> Result<Vec<(Quarantined, Timestamp)>, Fault> {
        Ok(self.store.quarantined().await?)
    }
}
