//! Following the party parameters: read them, decide what changes
//! ([`reconcile`](crate::contact::reconcile)), and apply it as a whole or not at all. One run at a
//! time, on any node.

use crate::account::user::canonical_username;
use crate::clock::Timestamp;
use crate::config::PartyParameters;
use crate::contact::party_parameters::SourceTie;
use crate::contact::reconcile::brake::{Brake, Verdict};
use crate::contact::reconcile::differences::Additions;
use crate::contact::reconcile::plan::Plan;
use crate::contact::reconcile::unchanged::Touched;
use crate::contact::reconcile::{Copied, Held, Incoming, Mode};
use crate::provider::{Fault, Provider};
use crate::source::{self, OVERLAP, Source};
use crate::store::{SyncRun, SyncState};

use crate::provider::lease::{self, Lease};

pub use brake::sentence;
pub use notified::Notified;

mod brake;
mod comparison;
mod events;
mod notices;
mod notified;
mod portions;
mod status;

/// The one source, and the lease of a run against it.
pub const SOURCE: &str = "party-parameters";
/// New parties that are no run of their own, and as many as are applied at once beyond that, or
/// whose versions are written at once: SQLite's writer is others' again after some tens of
/// milliseconds.
const PORTION: usize = 1_000;
/// Seconds between two readings of everything while the brake holds, which only such a reading
/// finds to be needless.
const WHILE_BRAKED: i64 = 60;

/// The party parameters of the other application, and how they are followed.
#[derive(Debug)]
pub struct Parties {
    source: Source,
    brake_percent: u8,
    /// Seconds over which the brake counts.
    brake_window: i64,
    /// Seconds between two readings of everything.
    reconcile: i64,
}

/// What is asked of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Read everything, even if that is not due.
    pub full: bool,
    /// An operator wants what the brake would stop.
    pub approved: bool,
}

/// A run that was thought through.
#[derive(Debug)]
pub struct Run {
    /// How much was read.
    pub mode: Mode,
    /// When the reading began.
    pub read_at: Timestamp,
    /// What it changes, or would.
    pub plan: Plan,
    /// What it was compared with of the copy.
    pub copied: Copied,
    /// New parties that are applied before it, in portions.
    pub additions: Additions,
    /// How many parties were applied so.
    pub added: usize,
    /// Newer versions of parties that are otherwise unchanged, written before it as well, unless the
    /// brake stops it.
    pub touched: Touched,
}

impl Parties {
    /// Reads the settings; connects at each run.
    ///
    /// # Errors
    /// When the URL names no database.
    pub fn open(settings: &PartyParameters) -> Result<Self, source::Error> {
        let minutes = i64::try_from(settings.reconcile_minutes).unwrap_or(i64::MAX);
        Ok(Self {
            source: Source::open(settings)?,
            brake_percent: settings.brake_percent,
            brake_window: i64::from(settings.brake_hours) * 3_600,
            reconcile: minutes.saturating_mul(60),
        })
    }

    /// The parties changed of late, with login names as accounts have them. None when there are too
    /// many.
    ///
    /// Of very many that were changed at once the last reading of everything has seen all but those
    /// of late writers. Those apart, later changes are read from there on.
    async fn read_changes(&self, state: &SyncState) -> Result<Option<Incoming>, Fault> {
        let mut changes = self.source.changes(state.watermark).await?;
        let seen = state.full_at.map(|at| at.plus(-OVERLAP));
        if changes.is_none()
            && let Some(seen) = seen.filter(|seen| *seen > state.watermark)
        {
            changes = self.source.changes(seen).await?;
        }
        for SourceTie { username, .. } in changes.iter_mut().flat_map(|read| &mut read.ties) {
            *username = username.as_deref().and_then(canonical_username);
        }
        Ok(changes)
    }

    /// From when on the brake counts. While it holds a run, time releases nothing.
    fn brake_since(&self, state: &SyncState, now: Timestamp) -> Timestamp {
        state.brake.as_ref().map_or(now, |(_, since)| *since).plus(-self.brake_window)
    }

    /// Everything is read when that is asked for or due, or was never done.
    fn mode(&self, wish: Wish, state: &SyncState, now: Timestamp) -> Mode {
        let every =
            if state.brake.is_some() { self.reconcile.min(WHILE_BRAKED) } else { self.reconcile };
        let due = state.full_at.is_none_or(|at| now.since(at) >= every);
        if wish.full || wish.approved || due { Mode::Full } else { Mode::Changes }
    }
}

impl Run {
    /// How many rows and ties it changes.
    #[must_use]
    pub fn changes(&self) -> usize {
        let Plan { upserts, removals, ties_added, ties_removed, .. } = &self.plan;
        let planned = upserts.len() + removals.len() + ties_added.len() + ties_removed.len();
        planned + self.additions.len() + self.added
    }

    /// What it would take too much of.
    #[must_use]
    pub const fn brake(&self) -> Option<&Brake> {
        match &self.plan.verdict {
            Verdict::Apply => None,
            Verdict::Brake(brake) => Some(brake),
        }
    }
}

impl Provider {
    /// What a reading of everything would change; nothing is changed.
    ///
    /// # Errors
    /// When the source or the store fails.
    pub async fn rehearse_sync(&self, parties: &Parties, wish: Wish) -> Result<Run, Fault> {
        let state = self.store.sync_state(SOURCE).await?;
        self.plan_run(parties, (Mode::Full, &state), wish).await
    }

    /// One run: applied, found to change nothing, or stopped by the brake. `None` while another
    /// one is under way.
    ///
    /// # Errors
    /// When the source or the store fails; the last good copy stays.
    pub async fn sync(&self, parties: &Parties, wish: Wish) -> Result<Option<Run>, Fault> {
        let holder = &self.entropy.id(self.clock.now());
        let lease = Lease { store: &self.store, clock: &self.clock, name: SOURCE, holder };
        if !lease.acquire().await? {
            return Ok(None);
        }
        let work = self.run_under_lease(parties, wish, holder);
        let Some(outcome) = lease.keep(lease::EVERY, Box::pin(work)).await else {
            tracing::warn!("a run against the party parameters was dropped: another one has begun");
            return Ok(None);
        };
        lease.release().await;
        if outcome.is_err() {
            self.measures.sync("failed", 0);
        }
        outcome
    }

    async fn run_under_lease(
        &self,
        parties: &Parties,
        wish: Wish,
        holder: &str,
    ) -> Result<Option<Run>, Fault> {
        let state = self.store.sync_state(SOURCE).await?;
        let mode = parties.mode(wish, &state, self.clock.now());
        let mut run = self.plan_run(parties, (mode, &state), wish).await?;
        if run.mode == Mode::Changes && run.brake().is_some() && state.brake.is_none() {
            // What is stopped is judged by everything there is, not by the latest changes alone.
            run = self.plan_run(parties, (Mode::Full, &state), wish).await?;
        }
        let mut state = state;
        if run.brake().is_none() && !run.additions.is_empty() {
            let Some(added) = self.add_parties(run.additions, &state, (wish, holder)).await? else {
                return Ok(None);
            };
            state = self.store.sync_state(SOURCE).await?;
            run = self.plan_run(parties, (Mode::Full, &state), wish).await?;
            run.added = added;
        }
        let kept = match run.brake() {
            None => {
                let since = parties.brake_since(&state, self.clock.now());
                let since = (!wish.approved).then_some(since);
                match self.touch_parties(&run.touched, state.revision, holder).await? {
                    None => false,
                    Some(revision) => {
                        state.revision = revision;
                        self.apply(&run, &state, (holder, since)).await?
                    }
                }
            }
            Some(brake) => self.hold_run(&run, &sentence(brake), &state).await?,
        };
        if !kept {
            tracing::warn!("a run against the party parameters took too long and was dropped");
        }
        Ok(kept.then_some(run))
    }

    async fn apply(
        &self,
        run: &Run,
        before: &SyncState,
        (holder, brake_since): (&str, Option<Timestamp>),
    ) -> Result<bool, Fault> {
        let now = self.clock.now();
        let notices = notices::notices_of(run, &self.entropy, now);
        let commit = SyncRun {
            source: SOURCE,
            revision: before.revision,
            holder: Some(holder),
            mode: run.mode,
            read_at: run.read_at,
            plan: &run.plan,
            brake_since,
            notices: &notices,
        };
        let mut events = self.sync_events(run, before, &notices, now);
        events.extend(self.quarantine_events(&run.plan.quarantined, now).await?);
        if !self.store.recording(events).apply_sync(&commit, now).await? {
            return Ok(false);
        }
        for _ in &notices {
            self.measures.mail("queued");
            self.mail_queued.notify_one();
        }
        if before.brake.is_some() && run.mode == Mode::Full {
            tracing::info!("the brake on the party parameters is released");
        }
        if run.mode == Mode::Full {
            log_held(run.plan.held, before.held.map(|(held, _)| held).unwrap_or_default());
        }
        let changes = run.changes();
        let outcome = if changes == 0 { "unchanged" } else { "applied" };
        self.measures.sync(outcome, u64::try_from(changes).unwrap_or(u64::MAX));
        log_applied(run, notices.len());
        Ok(true)
    }

    /// Keeps the old copy, and raises the alarm once.
    async fn hold_run(&self, run: &Run, what: &str, before: &SyncState) -> Result<bool, Fault> {
        self.measures.sync("braked", 0);
        if run.mode == Mode::Changes {
            // The alarm has been raised for a run that read everything.
            return Ok(true);
        }
        let is_new = before.brake.as_ref().is_none_or(|(held, _)| held != what);
        if is_new {
            tracing::error!(
                what,
                "the brake stopped a run against the party parameters; it waits for an operator"
            );
        }
        let event = is_new.then(|| self.brake_event(what));
        let store = self.store.recording(event);
        Ok(store.hold_sync(SOURCE, before.revision, what, run.read_at).await?)
    }
}

/// Raises the alarm when what is held back has become another.
fn log_held(held: Held, before: Held) {
    if held == before {
        return;
    }
    if held.is_nothing() {
        tracing::info!("no absence in the party parameters is held back any more");
        return;
    }
    tracing::error!(
        parties = held.parties,
        ties = held.ties,
        "absences in the party parameters are held back, since rows in quarantine may be what is \
         missing; they wait for an operator"
    );
}

/// Counts alone: a party number may be a personal identity number.
fn log_applied(run: &Run, notices: usize) {
    let plan = &run.plan;
    if !run.touched.is_empty() {
        tracing::info!(parties = run.touched.len(), "noted newer versions of unchanged parties");
    }
    if plan.changes_nothing() {
        tracing::debug!(quarantined = plan.quarantined.len(), "the party parameters are unchanged");
        return;
    }
    tracing::info!(
        full = run.mode == Mode::Full,
        written = plan.upserts.len(),
        removed = plan.removals.len(),
        ties_made = plan.ties_added.len(),
        ties_cut = plan.ties_removed.len(),
        addresses_ended = plan.ended.len(),
        quarantined = plan.quarantined.len(),
        notices,
        "applied the party parameters"
    );
}
