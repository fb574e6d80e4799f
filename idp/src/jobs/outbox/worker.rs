//! One worker: the mails in its hands, and what becomes of each.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::account::message::{Delivery, QueuedMessage};
use crate::app::App;
use crate::clock::Timestamp;
use crate::jobs::outbox::places::Places;
use crate::jobs::outbox::post::Post;
use crate::mail::letter::Stationery;
use crate::mail::relay::schedule::next_attempt;
use crate::mail::{Cause, Outcome};
use crate::pages::HelpDesk;
use crate::store::Error;
use crate::store::jobs::claims::Attempted;

/// The longest hand-over, over every transport.
const LONGEST: Duration = Duration::from_secs(1_800);
/// How long to wait before what became of a mail is noted again, when the database failed.
const NOTE_AGAIN: Duration = Duration::from_secs(1);
/// Seconds after which a mail is due again that a crowded relay did not let in.
const CROWDED: i64 = 10;

/// Who claims: an id of its own for each start of a worker, and its heartbeat.
pub(super) struct Holder {
    pub(super) id: String,
    beat: AtomicI64,
    in_hand: AtomicUsize,
}

impl Holder {
    pub(super) fn new(app: &App) -> Self {
        let id = app.entropy.id(app.provider.clock().now());
        Self { id, beat: AtomicI64::new(0), in_hand: AtomicUsize::new(0) }
    }

    /// A number that this holder never gave before.
    pub(super) fn next_beat(&self) -> i64 {
        self.beat.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether it has mails in hand.
    pub(super) fn is_busy(&self) -> bool {
        self.in_hand.load(Ordering::Relaxed) > 0
    }
}

/// The mails in hand.
pub(super) struct Worker {
    app: App,
    post: Arc<Post>,
    holder: Arc<Holder>,
    places: Places,
    tasks: JoinSet<Tried>,
    /// Whether a claim failed that may have been committed.
    in_doubt: bool,
}

/// What became of a mail in hand.
struct Tried {
    id: String,
    relay_down: bool,
    crowded: bool,
}

impl Worker {
    pub(super) fn new(app: App, post: Arc<Post>, holder: Arc<Holder>) -> Self {
        let places = Places::new(post.connections);
        Self { app, post, holder, places, tasks: JoinSet::new(), in_doubt: false }
    }

    pub(super) fn is_busy(&self) -> bool {
        !self.tasks.is_empty()
    }

    /// Claims mails as long as there are places for them and begins to hand them over. Returns how
    /// many it claimed.
    pub(super) async fn fill(&mut self) -> Result<usize, Error> {
        if self.in_doubt {
            let (holder, in_hand) = (&self.holder.id, self.places.in_hand());
            self.app.provider.return_unknown_messages(holder, &in_hand).await?;
            self.in_doubt = false;
        }
        let mut begun = 0;
        loop {
            let beat = self.holder.next_beat();
            let claim = self.places.claim(&self.holder.id, beat, Instant::now());
            let Some(claim) = claim else { return Ok(begun) };
            self.in_doubt = true;
            let claimed = self.app.provider.claim_messages(&claim).await?;
            self.in_doubt = false;
            if claimed.is_empty() {
                return Ok(begun);
            }
            begun += claimed.len();
            for message in claimed {
                self.begin(message);
            }
        }
    }

    fn begin(&mut self, message: QueuedMessage) {
        self.places.take(&message, Instant::now());
        self.count();
        let (app, post) = (self.app.clone(), Arc::clone(&self.post));
        let holder = Arc::clone(&self.holder);
        self.tasks.spawn(async move { deliver(&app, &post, &holder.id, message).await });
    }

    /// Waits for the next mail that leaves the hands; says whether the relay takes none at all.
    /// `None` when there is none.
    pub(super) async fn finish_one(&mut self) -> Option<bool> {
        let tried = self.tasks.join_next().await?;
        let Ok(Tried { id, relay_down, crowded }) = tried else { return Some(false) };
        let now = Instant::now();
        self.places.free(&id, now);
        if crowded {
            self.places.narrow(now);
        }
        self.count();
        Some(relay_down)
    }

    fn count(&self) {
        self.holder.in_hand.store(self.places.in_hand().len(), Ordering::Relaxed);
    }
}

/// Sends one mail and notes what became of it, as often as it takes.
async fn deliver(app: &App, post: &Post, holder: &str, queued: QueuedMessage) -> Tried {
    let outcome = hand_over(app, post, &queued).await;
    let now = app.provider.clock().now();
    let (relay_down, crowded) = match &outcome {
        Outcome::Crowded { alone, .. } => (*alone, !*alone),
        Outcome::Deferred { cause, .. } => (cause.concerns_all(), false),
        _ => (false, false),
    };
    let attempted = judge(app, &queued, holder, outcome, now);
    if attempted.counts {
        app.measures.mail(attempted.delivery.as_str());
    }
    tracing::info!(
        mail = queued.id,
        kind = queued.kind.as_str(),
        state = attempted.delivery.as_str(),
        attempts = queued.attempts,
        "tried to send a mail"
    );
    if !insist(|| app.provider.record_delivery(&queued, &attempted)).await {
        tracing::info!(mail = queued.id, "a mail was given up or taken over while it was sent");
    }
    Tried { id: queued.id, relay_down, crowded }
}

/// Hands one mail over. Nothing that it does, not even a panic, costs more than its own place.
async fn hand_over(app: &App, post: &Post, queued: &QueuedMessage) -> Outcome {
    let link = queued.link_id.as_deref().map(|id| app.provider.link_address(id));
    let helpdesk = &app.helpdesk;
    let stationery = Stationery {
        pages: &app.pages,
        help_desk: HelpDesk {
            name: &helpdesk.name,
            email: &helpdesk.email,
            phone: &helpdesk.phone,
        },
        zone: app.zone,
        sender: &post.sender,
    };
    let message = match stationery.compose(queued, link.as_deref()) {
        Ok(message) => message,
        Err(reason) => {
            tracing::error!(mail = queued.id, fault = reason, "a mail could not be composed");
            return Outcome::Refused { reply: "could not be composed".to_owned() };
        }
    };
    let sending = AssertUnwindSafe(post.transport.send(&message)).catch_unwind();
    let failed =
        |reply: &str| Outcome::Deferred { cause: Cause::Interrupted, reply: reply.to_owned() };
    match tokio::time::timeout(LONGEST, sending).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => failed("the hand-over broke off"),
        Err(_) => failed("the hand-over took too long"),
    }
}

/// Notes something until the database has taken it.
async fn insist<F: Future<Output = Result<bool, Error>>>(note: impl Fn() -> F) -> bool {
    loop {
        match note().await {
            Ok(noted) => return noted,
            Err(error) => {
                tracing::error!(fault = %error, "what became of a mail could not be noted");
                tokio::time::sleep(NOTE_AGAIN).await;
            }
        }
    }
}

fn judge(
    app: &App,
    queued: &QueuedMessage,
    holder: &str,
    outcome: Outcome,
    now: Timestamp,
) -> Attempted {
    let counts = !matches!(outcome, Outcome::Crowded { .. });
    let (delivery, reply, next_attempt_at) = match outcome {
        Outcome::Accepted { reply } => (Delivery::Sent, reply, now),
        Outcome::Refused { reply } => (Delivery::Refused, reply, now),
        Outcome::Crowded { alone: false, reply } => (queued.delivery, reply, now),
        Outcome::Crowded { alone: true, reply } => match now.plus(CROWDED) {
            next if next < queued.expires_at => (Delivery::Deferred, reply, next),
            _ => (Delivery::Expired, reply, now),
        },
        Outcome::Deferred { cause, reply } => {
            tracing::warn!(mail = queued.id, cause = cause.as_str(), "a mail was deferred");
            let jitter = u64::from_be_bytes(app.entropy.bytes());
            let attempts = u32::try_from(queued.attempts).unwrap_or(u32::MAX);
            match next_attempt(attempts, now, queued.expires_at, jitter) {
                Some(next) => (Delivery::Deferred, reply, next),
                None => (Delivery::Expired, reply, now),
            }
        }
    };
    Attempted {
        id: queued.id.clone(),
        holder: holder.to_owned(),
        attempts: queued.attempts,
        counts,
        delivery,
        reply: Some(reply),
        next_attempt_at,
    }
}
