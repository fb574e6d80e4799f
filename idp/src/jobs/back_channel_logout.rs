//! Tells applications that sessions have ended.

use std::time::Duration;

use tokio::sync::watch;

use crate::app::App;

/// How often to look when nobody rings: a session may end on another node, or by a command.
const EVERY: Duration = Duration::from_secs(2);

/// Runs until the node stops.
pub async fn run(app: App, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        match app.provider.notify_clients().await {
            Ok(sent) => {
                app.job_succeeded("back_channel_logout");
                if sent > 0 {
                    continue;
                }
            }
            Err(fault) => {
                app.measures.job_failed("back_channel_logout");
                tracing::error!(fault = %fault, "logouts could not be sent");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = app.provider.session_ended.notified() => {}
            _ = stopped.changed() => {}
        }
    }
}
