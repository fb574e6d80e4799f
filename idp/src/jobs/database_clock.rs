//! Sets the clock of this node by that of the database.

use std::time::Duration;

use tokio::sync::watch;

use crate::app::App;
use crate::jobs::pause;

/// A clock that is set again, as after a suspension, is wrong for no longer than this.
const EVERY: Duration = Duration::from_secs(10);

/// Runs until the node stops.
pub(super) async fn run(app: App, mut stopped: watch::Receiver<bool>) {
    loop {
        match app.provider.follow_database_clock().await {
            Ok(()) => app.job_succeeded("database_clock"),
            Err(fault) => {
                app.measures.job_failed("database_clock");
                tracing::warn!(fault = %fault, "the clock of the database could not be read");
            }
        }
        if !pause(&mut stopped, EVERY).await {
            return;
        }
    }
}
