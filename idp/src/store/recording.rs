//! The store as it is used by those who change something: with the events of what they do.

use std::ops::Deref;
use std::sync::Arc;

use crate::account::event::{Event, Level, TARGET};
use crate::store::Store;
use crate::store::audit::events::EventRow;
use crate::store::error::Error;

/// The store with the events of what it is about to do. What changes an account, a credential, a
/// session, a grant, a consent, a client, a key or a contact is a method of this type, so that none
/// of it is done without an event.
#[derive(Clone, Debug)]
pub struct Recording {
    store: Store,
    events: Arc<[EventRow]>,
    /// How much each should worry the operator.
    levels: Arc<[Level]>,
}

impl Deref for Recording {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl Store {
    /// The store that records these events with the next thing that it commits.
    #[must_use]
    pub fn recording(&self, events: impl IntoIterator<Item = Event>) -> Recording {
        let events = events.into_iter().map(|event| (EventRow::from(&event), event.kind.level()));
        let (events, levels): (Vec<_>, Vec<_>) = events.unzip();
        Recording { store: self.clone(), events: events.into(), levels: levels.into() }
    }
}

impl Recording {
    /// The events that are kept.
    pub(in crate::store) fn events(&self) -> Arc<[EventRow]> {
        if self.store.keeps_frequent {
            return Arc::clone(&self.events);
        }
        self.events.iter().filter(|row| !row.frequent).cloned().collect()
    }

    /// Writes the log lines of events that are committed: each the same JSON as is kept.
    pub(in crate::store) fn log(&self) {
        for (EventRow { event, .. }, level) in self.events.iter().zip(&*self.levels) {
            match level {
                Level::Usual => tracing::info!(target: TARGET, event),
                Level::Suspicious => tracing::warn!(target: TARGET, event),
                Level::Fault => tracing::error!(target: TARGET, event),
            }
        }
    }

    /// Records the events of something that changes nothing else.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record(&self) -> Result<(), Error> {
        Ok(act!(self, |c| Ok(()))?)
    }
}
