//! Forgetting what has been over for long.

use crate::provider::Provider;
use crate::store::{Error, Expired};

impl Provider {
    /// Deletes rows of a kind that ended long ago, no more than `limit`; returns how many.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete_expired(&self, kind: Expired, limit: i64) -> Result<usize, Error> {
        self.store.delete_expired(kind, self.clock.now(), limit).await
    }
}
