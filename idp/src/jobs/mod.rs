//! What happens without a request: mails leave, applications are told of
//! logouts, keys rotate, old rows go, party parameters are
//! followed. Any node may run any job; what two must not do at once is guarded in the store.

pub mod back_channel_logout;
pub mod expiry;
pub mod key_rotation;
pub mod outbox;
pub mod sync;

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::app::App;
use crate::jobs::outbox::Post;

/// The jobs of one node.
pub struct Jobs {
    running: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl Jobs {
    /// Starts all jobs.
    #[must_use]
    pub fn start(app: &App, post: Post) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut running = JoinSet::new();
        running.spawn(outbox::run(app.clone(), post, stopped.clone()));
        running.spawn(back_channel_logout::run(app.clone(), stopped.clone()));
        running.spawn(key_rotation::run(app.clone(), stopped.clone()));
        running.spawn(expiry::run(app.clone(), stopped));
        Self { running, stop }
    }

    /// Starts a further job.
    pub fn add(&mut self, job: impl FnOnce(watch::Receiver<bool>) -> Job) {
        let receiver = self.stop.subscribe();
        self.running.spawn(job(receiver));
    }

    /// Lets each job finish what it has in hand.
    pub async fn stop(mut self) {
        // Nobody listens when all jobs have ended already.
        let _ = self.stop.send(true);
        while self.running.join_next().await.is_some() {}
    }
}

/// A job's future.
pub type Job = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

/// Waits, unless the node is to stop; says whether to go on.
pub(crate) async fn pause(stopped: &mut watch::Receiver<bool>, wait: Duration) -> bool {
    tokio::select! {
        () = tokio::time::sleep(wait) => !*stopped.borrow(),
        _ = stopped.changed() => false,
    }
}
