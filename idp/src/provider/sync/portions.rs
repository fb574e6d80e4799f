//! What is applied before a run, a portion at a time, since nobody loses anything by it.

use crate::contact::reconcile::differences::Additions;
use crate::contact::reconcile::unchanged::Touched;
use crate::contact::reconcile::{Mode, Rules};
use crate::provider::sync::comparison::{compare, numbers, usernames};
use crate::provider::sync::{PORTION, SOURCE, Wish};
use crate::provider::{Fault, Provider};
use crate::store::SyncState;

impl Provider {
    /// Applies new parties, a portion at a time, and says how many there were. None when another run
    /// was applied meanwhile. A run that is cut off here leaves the rest to the next one.
    pub(super) async fn add_parties(
        &self,
        mut additions: Additions,
        before: &SyncState,
        (wish, holder): (Wish, &str),
    ) -> Result<Option<usize>, Fault> {
        let mut added = 0;
        let mut revision = before.revision;
        let approved = wish.approved;
        while let Some(incoming) = additions.take(PORTION) {
            added += incoming.rows.len();
            let (numbers, usernames) = (numbers(&incoming), usernames(&incoming));
            let copied = self.store.contact_copy_of(numbers, usernames).await?;
            let (mode, now) = (Mode::Changes, self.clock.now());
            let rules = Rules { mode, now, brake_percent: 100, approved };
            let mut run = compare(copied, incoming, rules).await?;
            // Until all are there, changes are read from where they were read before.
            run.plan.watermark = None;
            let state = SyncState { revision, ..before.clone() };
            if !self.apply(&run, &state, (holder, Some(now))).await? {
                return Ok(None);
            }
            revision += 1;
        }
        Ok(Some(added))
    }

    /// Notes the newer versions of parties that are otherwise unchanged, a portion at a time, and
    /// says the revision of the copy after that. None when another run was applied meanwhile. A run
    /// that is cut off here leaves the rest to the next one.
    pub(super) async fn touch_parties(
        &self,
        touched: &Touched,
        mut revision: i64,
        holder: &str,
    ) -> Result<Option<i64>, Fault> {
        for versions in touched.portions(PORTION) {
            if !self.store.touch_parties((SOURCE, revision), holder, versions).await? {
                return Ok(None);
            }
            revision += 1;
        }
        Ok(Some(revision))
    }
}
