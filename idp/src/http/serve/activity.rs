//! What happens on one connection: which requests are under way and how long they may take, and
//! since when there is none.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::http::serve::connections::Place;

/// How long a connection is waited for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// For the TLS handshake.
    pub(super) handshake: Duration,
    /// For the first request, after that.
    pub(super) first: Duration,
    /// For a further request.
    pub(super) idle: Duration,
    /// For a request and its answer to be sent and read.
    pub(super) request: Duration,
    /// For a stream of events to be read.
    pub(super) stream: Duration,
    /// For a connection that is to end.
    pub(super) close: Duration,
}

/// What happens on one connection.
#[derive(Debug)]
pub(super) struct Activity {
    place: Place,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    next: u64,
    /// The requests under way, and when each must be done.
    due: BTreeMap<u64, Instant>,
    idle_since: Instant,
}

/// A request under way; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct UnderWay {
    id: u64,
    began: Instant,
    activity: Arc<Activity>,
}

/// When a connection has been waited for long enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// It is idle.
    Idle(Instant),
    /// Its most urgent request or answer is not done.
    Request(Instant),
}

impl Due {
    pub(super) const fn at(self) -> Instant {
        match self {
            Self::Idle(at) | Self::Request(at) => at,
        }
    }
}

impl Activity {
    pub(super) fn new(place: Place) -> Self {
        let state = State { next: 0, due: BTreeMap::new(), idle_since: Instant::now() };
        Self { place, state: Mutex::new(state), changed: Notify::new() }
    }

    /// Begins a request that must be done within a time.
    pub(super) fn begin(self: &Arc<Self>, limit: Duration) -> UnderWay {
        let began = Instant::now();
        let mut state = self.state();
        state.next += 1;
        let id = state.next;
        state.due.insert(id, began + limit);
        self.place.set_busy();
        drop(state);
        self.changed.notify_one();
        UnderWay { id, began, activity: Arc::clone(self) }
    }

    /// When the connection has been waited for long enough. `closing` is when it was asked to end.
    pub(super) fn due(&self, patience: &Patience, closing: Option<Instant>) -> Due {
        let state = self.state();
        if let Some(first) = state.due.values().min() {
            return Due::Request(*first);
        }
        let limit = if state.next == 0 { patience.first } else { patience.idle };
        Due::Idle(match closing {
            Some(at) => at.max(state.idle_since) + patience.close,
            None => state.idle_since + limit,
        })
    }

    /// Returns when a request has begun or ended.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Returns when the connection must make way for another one.
    pub(super) async fn dropped(&self) {
        self.place.dropped().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl UnderWay {
    /// Gives the request another time limit, from its beginning.
    pub(super) fn allow(&self, limit: Duration) {
        self.activity.state().due.insert(self.id, self.began + limit);
        self.activity.changed.notify_one();
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut state = self.activity.state();
        state.due.remove(&self.id);
        if state.due.is_empty() {
            state.idle_since = Instant::now();
            self.activity.place.set_idle();
        }
        drop(state);
        self.activity.changed.notify_one();
    }
}
