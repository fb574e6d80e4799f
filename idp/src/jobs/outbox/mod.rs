//! Sends the queued mails: claim, compose, send, record. Mails are claimed as places become free, so
//! that a slow one holds its own place and nothing else. A worker's heartbeat keeps its claims; when
//! it stops, another worker sends the same mails with the same links.

mod places;
mod post;
pub mod watch;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch::Receiver;
use tokio::time::Instant;

use crate::app::App;
use crate::jobs::outbox::watch::Watch;
use crate::jobs::outbox::worker::{Holder, Worker};

pub use post::Post;

/// How often the outbox is looked into when nobody rings.
const EVERY: Duration = Duration::from_secs(2);
/// How long to leave a relay alone that takes no mail at all.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// How often a worker that has mails in hand says so, and looks at the others.
const BEAT: Duration = Duration::from_secs(1);
/// How long the mails in hand may take when the node stops; the rest is given back.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// Runs until the node stops.
pub async fn run(app: App, post: Arc<Post>, stopped: Receiver<bool>) {
    let holder = Arc::new(Holder::new(&app));
    let beating = keep_beating(&app, Arc::clone(&holder));
    tokio::select! {
        () = beating => {}
        () = send_mails(&app, post, &holder, stopped) => {}
    }
    if let Err(error) = app.provider.release_holder(&holder.id).await {
        tracing::warn!(fault = %error, "claimed mails could not be given back; others take them");
    }
}

async fn send_mails(app: &App, post: Arc<Post>, holder: &Arc<Holder>, mut stopped: Receiver<bool>) {
    let mut worker = Worker::new(app.clone(), Arc::clone(&post), Arc::clone(holder));
    let mut rest = Instant::now();
    while !*stopped.borrow() {
        let now = Instant::now();
        if now >= rest {
            match worker.fill().await {
                Ok(_) => app.job_succeeded("outbox"),
                Err(error) => {
                    app.measures.job_failed("outbox");
                    tracing::error!(fault = %error, "the outbox could not be read");
                    rest = now + AFTER_FAILURE;
                }
            }
        }
        post.transport.close_idle().await;
        let look = rest.max(Instant::now() + EVERY);
        tokio::select! {
            Some(relay_down) = worker.finish_one(), if worker.is_busy() => {
                if relay_down {
                    rest = Instant::now() + AFTER_FAILURE;
                }
            }
            () = tokio::time::sleep_until(look) => {}
            () = app.provider.mail_queued.notified() => {}
            _ = stopped.changed() => {}
        }
    }
    let finishing = async { while worker.finish_one().await.is_some() {} };
    if tokio::time::timeout(STOP_WITHIN, finishing).await.is_err() {
        tracing::warn!("mails in hand are given back, since the node stops");
    }
}

/// Keeps the claims of this worker, and takes over those of workers that have stopped.
async fn keep_beating(app: &App, holder: Arc<Holder>) {
    let mut watch = Watch::default();
    loop {
        tokio::time::sleep(BEAT).await;
        if holder.is_busy()
            && let Err(error) = app.provider.beat(&holder.id, holder.next_beat()).await
        {
            tracing::warn!(fault = %error, "a heartbeat could not be noted");
        }
        if let Err(error) = take_over(app, &mut watch, &holder.id).await {
            tracing::warn!(fault = %error, "the workers of other nodes could not be looked at");
        }
    }
}

/// Takes the mails of workers that have stopped, unless it is `own`; they are due at once. Returns
/// how many workers had stopped.
///
/// # Errors
/// When the store fails.
pub async fn take_over(
    app: &App,
    watch: &mut Watch,
    own: &str,
) -> Result<usize, crate::store::Error> {
    let mut others = app.provider.holders().await?;
    others.retain(|(holder, _)| holder != own);
    let mut ended = 0;
    for (holder, beat) in watch.observe(others, app.provider.clock().now()) {
        if app.provider.end_claims(&holder, beat).await? {
            ended += 1;
            tracing::info!(holder, "the mails of a worker that stopped are taken over");
        }
    }
    Ok(ended)
}

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Mails that were due.
    pub claimed: usize,
    /// Whether the relay takes no mail at all.
    pub relay_down: bool,
}

/// Sends what is due, and records what became of it.
///
/// # Errors
/// When the store fails; what was claimed is given back.
pub async fn deliver_due(app: &App, post: &Arc<Post>) -> Result<Round, crate::store::Error> {
    let holder = Arc::new(Holder::new(app));
    let mut worker = Worker::new(app.clone(), Arc::clone(post), Arc::clone(&holder));
    let mut round = Round { claimed: worker.fill().await?, relay_down: false };
    while let Some(relay_down) = worker.finish_one().await {
        round.relay_down |= relay_down;
        if !round.relay_down {
            round.claimed += worker.fill().await?;
        }
    }
    app.provider.release_holder(&holder.id).await?;
    Ok(round)
}
