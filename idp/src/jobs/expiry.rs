//! Deletes what has ended long ago, in small batches. It deletes only what is refused already, so
//! running it changes no answer.

use std::time::Duration;

use tokio::sync::watch;

use crate::app::App;
use crate::jobs::pause;

const EVERY: Duration = Duration::from_secs(60);
/// Rows of each table in one transaction.
const BATCH: i64 = 500;

/// Runs until the node stops.
pub async fn run(app: App, mut stopped: watch::Receiver<bool>) {
    while pause(&mut stopped, EVERY).await {
        loop {
            match app.store.delete_expired(BATCH, app.provider.clock().now()).await {
                Ok(0) => break,
                Ok(rows) => tracing::debug!(rows, "deleted what had ended"),
                Err(error) => {
                    tracing::error!(fault = %error, "old rows could not be deleted");
                    break;
                }
            }
        }
    }
}
