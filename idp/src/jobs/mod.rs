//! What happens without a request: mails leave, applications are notified of logouts, keys rotate, old
//! rows go, party parameters are followed. Any node may run any job; what two must not do at once
//! is guarded in the store.
//!
//! A job that panics is begun again, and no job ends another. When the node stops, each is asked to,
//! and is cut off when it takes too long.

pub mod back_channel_logout;
mod database_clock;
pub mod expiry;
pub mod key_rotation;
pub mod outbox;
pub mod seals;
pub mod sync;

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::app::App;
use crate::config::PartyParameters;
use crate::jobs::outbox::Post;
use crate::measures::Measures;

/// How long a job waits after its first panic, and twice as long after each that follows.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest such wait. A job that has worked for so long begins again with the first.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// How long jobs that were cut off may take to end: they wait for nothing any more.
const CUT_OFF: Duration = Duration::from_secs(1);

/// The jobs of one node.
pub struct Jobs {
    app: App,
    running: JoinSet<()>,
}

impl Jobs {
    /// Starts all jobs. They end when [`stop`](crate::app::Parts::stop) turns true.
    #[must_use]
    pub fn start(app: &App, post: Post, parameters: Option<&PartyParameters>) -> Self {
        let mut jobs = Self { app: app.clone(), running: JoinSet::new() };
        let post = Arc::new(post);
        jobs.add("outbox", move |app, stopped| outbox::run(app, Arc::clone(&post), stopped));
        jobs.add("back_channel_logout", back_channel_logout::run);
        jobs.add("key_rotation", key_rotation::run);
        jobs.add("expiry", expiry::run);
        jobs.add("seals", seals::run);
        jobs.add("database_clock", database_clock::run);
        if let Some(parameters) = parameters.cloned() {
            jobs.add("sync", move |app, stopped| sync::run(app, parameters.clone(), stopped));
        }
        jobs
    }

    /// Starts a job, and again whenever it panics.
    pub fn add<F>(
        &mut self,
        name: &'static str,
        job: impl Fn(App, watch::Receiver<bool>) -> F + Send + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let (app, measures) = (self.app.clone(), self.app.measures.clone());
        let stopped = app.stop.subscribe();
        let receiver = stopped.clone();
        let begin = move || job(app.clone(), receiver.clone());
        self.running.spawn(supervise(name, measures, begin, stopped));
    }

    /// Lets each job finish what it has in hand, and cuts off what has not ended after `grace`.
    pub async fn stop(mut self, grace: Duration) {
        self.app.stop.send_replace(true);
        if tokio::time::timeout(grace, wait_for_end(&mut self.running)).await.is_ok() {
            return;
        }
        tracing::warn!(jobs = self.running.len(), "jobs that have not ended in time are cut off");
        self.running.abort_all();
        // One that computes and never waits cannot be cut off: the process ends without it.
        let _ = tokio::time::timeout(CUT_OFF, wait_for_end(&mut self.running)).await;
        self.running.detach_all();
    }
}

async fn wait_for_end(running: &mut JoinSet<()>) {
    while running.join_next().await.is_some() {}
}

/// Runs a job until it ends by itself; a panic is counted, and the job begun again.
async fn supervise<F>(
    name: &'static str,
    measures: Measures,
    begin: impl Fn() -> F,
    mut stopped: watch::Receiver<bool>,
) where
    F: Future<Output = ()>,
{
    measures.job_begun(name);
    let mut wait = FIRST_WAIT;
    loop {
        let began = Instant::now();
        let outcome = std::panic::AssertUnwindSafe(begin()).catch_unwind().await;
        if outcome.is_ok() || *stopped.borrow() {
            return;
        }
        measures.job_failed(name);
        tracing::error!(job = name, "a job panicked and will be begun again");
        if began.elapsed() > LONGEST_WAIT {
            wait = FIRST_WAIT;
        }
        if !pause(&mut stopped, wait).await {
            return;
        }
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// Waits, unless the node is to stop; says whether to go on.
pub(crate) async fn pause(stopped: &mut watch::Receiver<bool>, wait: Duration) -> bool {
    tokio::select! {
        () = tokio::time::sleep(wait) => !*stopped.borrow(),
        _ = stopped.changed() => false,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_panicking_job_is_counted_and_restarted_with_growing_delays() {
        let (measures, (stop, stopped)) = (Measures::default(), watch::channel(false));
        let (times, began) = (Arc::new(AtomicUsize::new(0)), Instant::now());
        let counted = Arc::clone(&times);
        let begin = move || {
            let (time, mut stopped) = (counted.fetch_add(1, Ordering::SeqCst), stop.subscribe());
            async move {
                assert!(time == 3, "on purpose");
                let _ = stopped.changed().await;
            }
        };
        let working = async {
            while times.load(Ordering::SeqCst) < 4 {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::select! {
            () = supervise("some", measures.clone(), begin, stopped) => panic!("it ended"),
            () = working => {}
        }
        assert_eq!(began.elapsed().as_secs(), 1 + 2 + 4);
        let text = measures.render();
        assert!(text.contains("idp_job_failures_total{job=\"some\"} 3"), "{text}");
        assert!(text.contains("idp_job_last_success_timestamp_seconds{job=\"some\"} 0"), "{text}");
    }
}
