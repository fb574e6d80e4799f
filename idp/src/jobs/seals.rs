//! Closes and seals batches of the audit record, hands the newest seal on, and deletes events that
//! were kept for their time.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use tokio::sync::watch;

use crate::app::App;
use crate::clock::Timestamp;
use crate::jobs::pause;

const EVERY: Duration = Duration::from_secs(60);
/// Seconds between two seals that are handed on.
const HEAD: i64 = 3_600;

/// Runs until the node stops.
pub async fn run(app: App, mut stopped: watch::Receiver<bool>) {
    let mut handed_on = Timestamp(0);
    while pause(&mut stopped, EVERY).await {
        match app.provider.maintain_record().await {
            Ok(seal) => {
                app.job_succeeded("seals");
                let now = app.provider.clock().now();
                if let Some(seal) = seal.filter(|_| now.since(handed_on) >= HEAD) {
                    hand_on(&seal, app.provider.head_file());
                    handed_on = now;
                }
            }
            Err(fault) => {
                app.measures.job_failed("seals");
                tracing::error!(fault = %fault, "the audit record could not be sealed");
            }
        }
    }
}

/// Hands a seal to the log, and to the file that somebody else keeps.
fn hand_on(seal: &str, file: Option<&Path>) {
    tracing::info!(seal, "the newest seal of the audit record");
    let Some(file) = file else { return };
    let open = std::fs::OpenOptions::new().create(true).append(true).open(file);
    if let Err(error) = open.and_then(|mut file| writeln!(file, "{seal}")) {
        let file = file.display();
        tracing::error!(%file, %error, "audit.head_file: the newest seal could not be written");
    }
}
