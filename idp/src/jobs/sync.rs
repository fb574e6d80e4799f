//! Follows the party parameters: everything at the start and on a schedule, changes every few
//! seconds, and at once when the source sends word. While the source is away, logins go on with
//! the last good copy.

use std::time::Duration;

use tokio::sync::watch;

use crate::app::App;
use crate::config::PartyParameters;
use crate::provider::Fault;
use crate::provider::sync::{Notified, Parties, Wish};

/// The longest wait for the next try while runs fail.
const LONGEST: Duration = Duration::from_secs(60);

/// Runs until the node stops.
pub async fn run(app: App, parameters: PartyParameters, mut stopped: watch::Receiver<bool>) {
    let parties = match Parties::open(&parameters) {
        Ok(parties) => parties,
        Err(error) => {
            tracing::error!(fault = %error, "the party parameters cannot be followed");
            return;
        }
    };
    let every = Duration::from_secs(parameters.poll_seconds);
    let mut notified = Notified::default();
    let mut health = Health::default();
    // The first run of a node reads everything, unless another node is doing so.
    let mut wish = Wish { full: true, ..Wish::default() };
    while !*stopped.borrow() {
        notified.listen(&parties).await;
        match app.provider.sync(&parties, wish).await {
            Ok(Some(_)) => {
                wish = Wish::default();
                app.job_succeeded("sync");
                health.is_well();
            }
            Ok(None) => {
                app.job_succeeded("sync");
                tracing::debug!("another node reads the party parameters");
            }
            Err(fault) => {
                app.measures.job_failed("sync");
                health.failed(&fault);
            }
        }
        let wait = health.wait(every);
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = notified.wait_for_change() => {}
            _ = stopped.changed() => {}
        }
    }
}

/// How the runs of this node go: a fault that lasts is logged once.
#[derive(Debug, Default)]
struct Health {
    failures: u32,
    logged: String,
}

impl Health {
    fn is_well(&mut self) {
        if self.failures > 0 {
            tracing::info!(failures = self.failures, "the party parameters are followed again");
        }
        *self = Self::default();
    }

    fn failed(&mut self, fault: &Fault) {
        self.failures = self.failures.saturating_add(1);
        let cause = std::error::Error::source(fault).map(ToString::to_string);
        let logged = cause.unwrap_or_else(|| fault.to_string());
        if self.logged == logged {
            tracing::debug!(fault = logged, "the party parameters could still not be followed");
        } else {
            tracing::error!(fault = logged, "the party parameters could not be followed");
            self.logged = logged;
        }
    }

    /// Twice as long after each failure that follows another one.
    fn wait(&self, every: Duration) -> Duration {
        let factor = 2_u32.saturating_pow(self.failures.saturating_sub(1).min(10));
        every.saturating_mul(factor).min(LONGEST.max(every))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_runs_are_retried_with_growing_delays() {
        let every = Duration::from_secs(5);
        let mut health = Health::default();
        let mut waits = vec![health.wait(every)];
        for _ in 0..6 {
            health.failed(&Fault::Inconsistent("x"));
            waits.push(health.wait(every));
        }
        assert_eq!(
            waits.iter().map(Duration::as_secs).collect::<Vec<_>>(),
            [5, 5, 10, 20, 40, 60, 60]
        );
        health.is_well();
        assert_eq!(health.wait(every), every);
        health.failures = u32::MAX;
        assert_eq!(health.wait(Duration::from_secs(300)), Duration::from_secs(300));
    }
}
