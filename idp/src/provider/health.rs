//! What the operator asks of the provider.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::clock::Timestamp;
use crate::measures::Readings;
use crate::provider::sync::SOURCE;
use crate::provider::{Fault, Provider};

/// Seconds for which an answer is given again, however many ask.
const AS_OF_LATE: i64 = 3;
/// What a database may take that is ready.
const IN_TIME: Duration = Duration::from_secs(4);
/// A measurement of the database's clock that takes longer than this says too little.
const PROMPT: Duration = Duration::from_secs(1);
/// Milliseconds by which a clock may be off before it is logged.
const WORTH_TELLING: u64 = 2_000;

/// Whether this node can do its work, as found when somebody last asked.
#[derive(Debug, Default)]
pub struct Readiness(Mutex<Option<(Timestamp, Result<(), String>)>>);

impl Provider {
    /// Whether the database takes writes: one is tried, at most every few seconds. A database that
    /// only reads lets nobody log in.
    ///
    /// # Errors
    /// The reason in words, when it does not.
    pub async fn is_ready(&self) -> Result<(), String> {
        let mut found = self.readiness.0.lock().await;
        let now = self.clock.now();
        let before = match &*found {
            Some((at, answer)) if (0..AS_OF_LATE).contains(&now.since(*at)) => {
                return answer.clone();
            }
            found => found.as_ref().is_none_or(|(_, answer)| answer.is_ok()),
        };
        let answer = match tokio::time::timeout(IN_TIME, self.store.probe_writes(now)).await {
            Ok(probed) => probed.map_err(|error| error.to_string()),
            Err(_) => Err("the database has not answered in time".to_owned()),
        };
        match &answer {
            Ok(()) if before => {}
            Ok(()) => tracing::info!("ready again: the database takes writes"),
            Err(reason) if before => tracing::error!(reason, "not ready"),
            Err(reason) => tracing::debug!(reason, "still not ready"),
        }
        self.measures.ready(answer.is_ok());
        *found = Some((now, answer.clone()));
        answer
    }

    /// Sets the clock of this node by that of the database, which is the clock of all nodes. On
    /// SQLite there is one node, and nothing to do.
    ///
    /// # Errors
    /// When the database does not answer; the clock goes on as it was set.
    pub async fn follow_database_clock(&self) -> Result<(), Fault> {
        // The first answer may have had to wait for a connection.
        for _ in 0..3 {
            let (began, ours) = (Instant::now(), self.clock.uncorrected_millis());
            let Some(theirs) = self.store.database_millis().await? else { return Ok(()) };
            let took = began.elapsed();
            if took > PROMPT {
                continue;
            }
            let halfway = i64::try_from(took.as_millis() / 2).unwrap_or(0);
            let (before, offset) = (self.clock.offset_millis(), theirs - ours - halfway);
            self.clock.set_offset_millis(offset);
            self.measures.clock_offset(offset);
            let is_off = |millis: i64| millis.unsigned_abs() > WORTH_TELLING;
            match (is_off(before), is_off(offset)) {
                (false, true) => tracing::warn!(
                    offset_millis = offset,
                    "the clock of this machine is not that of the database, which is used"
                ),
                (true, false) => tracing::info!("the clock of this machine is right again"),
                _ => {}
            }
            return Ok(());
        }
        Err(Fault::Inconsistent("the database was too slow to tell the time"))
    }

    /// What is not counted but looked up.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn readings(&self) -> Result<Readings, Fault> {
        let now = self.clock.now();
        let outbox = self.store.outbox_totals().await?;
        let keys = self.store.signing_keys().await?;
        let oldest = keys.iter().filter(|key| key.state == "active").map(|key| key.since).min();
        let load = self.store.load();
        let sync = self.store.sync_state(SOURCE).await?;
        let quarantined = self.store.sync_totals(SOURCE).await?.quarantined;
        Ok(Readings {
            mails_open: outbox.open,
            oldest_mail_seconds: outbox.oldest_queued_at.map_or(0, |at| now.since(at)),
            key_age_seconds: oldest.map_or(0, |since| now.since(since)),
            pool_in_use: i64::try_from(load.in_use).unwrap_or(i64::MAX),
            pool_waiting: i64::try_from(load.waiting).unwrap_or(i64::MAX),
            sync_age_seconds: sync.succeeded_at.map_or(-1, |at| now.since(at)),
            sync_quarantined: i64::try_from(quarantined).unwrap_or(i64::MAX),
            sync_brake: i64::from(sync.brake.is_some()),
            sync_held_back: sync
                .held
                .map_or(0, |(held, _)| i64::try_from(held.parties + held.ties).unwrap_or(i64::MAX)),
        })
    }
}
