//! Rotates the signing keys by schedule, and takes over what other nodes rotated.

use std::time::Duration;

use tokio::sync::watch;

use crate::app::App;
use crate::jobs::pause;

/// Far shorter than the time a key is published before it signs.
const EVERY: Duration = Duration::from_secs(60);

/// Runs until the node stops.
pub async fn run(app: App, mut stopped: watch::Receiver<bool>) {
    // Keys in files are their operator's to rotate.
    if app.policy.files.is_some() {
        return;
    }
    while pause(&mut stopped, EVERY).await {
        if let Err(fault) = app.provider.maintain_keys(&app.policy).await {
            tracing::error!(fault = %fault, "signing keys could not be maintained");
        }
    }
}
