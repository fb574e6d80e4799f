//! The audit record: its seals, its verification, its export and the end of old events. Events are
//! written by the acts that they tell of.

pub mod export;
pub mod retention;
pub mod seals;
pub mod verification;

use std::path::Path;
use std::sync::Arc;

use crate::config::Audit;
use crate::jose::keyset::KeySet;
use crate::provider::Provider;
use crate::provider::discovery::Document;

/// Events that are read at a time.
const PAGE: i64 = 1_000;

impl Provider {
    /// For how long events are kept.
    #[must_use]
    pub const fn kept_days(&self) -> &Audit {
        &self.sealing.settings
    }

    /// The file to which the newest seal is added every hour.
    #[must_use]
    pub fn head_file(&self) -> Option<&Path> {
        self.sealing.settings.head_file.as_deref()
    }
}

/// The key that seals batches of events, and for how long events are kept.
#[derive(Debug)]
pub struct Sealing {
    /// The one key. It signs nothing else, and is never replaced.
    pub(crate) key: KeySet,
    /// Its public half.
    jwks: Arc<Document>,
    /// How long events are kept.
    pub(crate) settings: Audit,
}

impl Sealing {
    /// Takes the key and the settings.
    #[must_use]
    pub fn new(key: KeySet, settings: Audit) -> Self {
        Self { jwks: Arc::new(Document::new(key.jwks())), key, settings }
    }
}
