//! Deletes what has ended long ago, in small batches. It deletes only what is refused already, so
//! running it changes no answer.

use std::time::Duration;

use tokio::sync::watch;

use crate::app::App;
use crate::jobs::pause;
use crate::store::Expired;

const EVERY: Duration = Duration::from_secs(60);
/// Rows in one transaction: SQLite's writer is others' again after some milliseconds.
const BATCH: i64 = 500;
/// Between two transactions.
const BETWEEN: Duration = Duration::from_millis(5);

/// Runs until the node stops.
pub async fn run(app: App, mut stopped: watch::Receiver<bool>) {
    while pause(&mut stopped, EVERY).await {
        delete_expired(&app, &mut stopped).await;
    }
}

/// One round over all kinds. A kind that fails waits for the next round; the others go on.
pub async fn delete_expired(app: &App, stopped: &mut watch::Receiver<bool>) {
    let mut failed = false;
    for kind in Expired::ALL {
        loop {
            match app.provider.delete_expired(kind, BATCH).await {
                Ok(0) => break,
                Ok(rows) => tracing::debug!(kind = kind.as_str(), rows, "deleted what had ended"),
                Err(error) => {
                    failed = true;
                    let kind = kind.as_str();
                    tracing::error!(kind, fault = %error, "old rows could not be deleted");
                    break;
                }
            }
            if !pause(stopped, BETWEEN).await {
                return;
            }
        }
    }
    if failed {
        app.measures.job_failed("expiry");
    } else {
        app.job_succeeded("expiry");
    }
}
