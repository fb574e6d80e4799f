//! Rotates the signing keys by schedule, and takes over what other nodes rotated.

use std::time::Duration;

use tokio::sync::watch;

use crate::app::App;
use crate::jobs::pause;

/// Far shorter than the time a key is published before it signs.
const EVERY: Duration = Duration::from_secs(60);

/// Runs until the node stops.
pub async fn run(app: App, mut stopped: watch::Receiver<bool>) {
    while pause(&mut stopped, EVERY).await {
        match app.provider.maintain_keys().await {
            Ok(()) => app.job_succeeded("key_rotation"),
            Err(fault) => {
                app.measures.job_failed("key_rotation");
                tracing::error!(fault = %fault, "signing keys could not be maintained");
            }
        }
    }
}
