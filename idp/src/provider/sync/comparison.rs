//! A run thought through: what was read is compared with what of our copy it concerns.

use std::collections::BTreeSet;

use crate::account::user::canonical_username;
use crate::contact::party_parameters::SourceRow;
use crate::contact::reconcile::differences::{Additions, Differences};
use crate::contact::reconcile::unchanged::Touched;
use crate::contact::reconcile::{Copied, Incoming, Mode, Rules, reconcile};
use crate::provider::sync::{PORTION, Parties, Run, SOURCE, Wish};
use crate::provider::{Fault, Provider};
use crate::store::SyncState;

impl Provider {
    pub(super) async fn plan_run(
        &self,
        parties: &Parties,
        (mode, state): (Mode, &SyncState),
        wish: Wish,
    ) -> Result<Run, Fault> {
        let brake_percent = parties.brake_percent;
        let rules = Rules { mode, now: self.clock.now(), brake_percent, approved: wish.approved };
        let mut run = match mode {
            Mode::Full => self.compare_everything(parties, rules).await?,
            Mode::Changes => match parties.read_changes(state).await? {
                Some(incoming) => self.compare_changes(incoming, rules).await?,
                None => {
                    self.compare_everything(parties, Rules { mode: Mode::Full, ..rules }).await?
                }
            },
        };
        let rules = Rules { mode: run.mode, ..rules };
        if run.plan.takes_something() && !wish.approved && parties.brake_window > 0 {
            let since = parties.brake_since(state, rules.now);
            run.plan.judge_within(&self.store.sync_losses(SOURCE, since).await?, &rules);
        }
        Ok(run)
    }

    async fn compare_changes(&self, incoming: Incoming, rules: Rules) -> Result<Run, Fault> {
        let (numbers, usernames) = (numbers(&incoming), usernames(&incoming));
        let copied = self.store.contact_copy_around(SOURCE, numbers, usernames).await?;
        compare(copied, incoming, rules).await
    }

    /// Of a whole reading only what differs from the copy is held, and of the copy what that concerns.
    async fn compare_everything(&self, parties: &Parties, rules: Rules) -> Result<Run, Fault> {
        let known = self.store.known_parties().await?;
        let source = &parties.source;
        let mut differences = source.differences(known, canonical_username, rules.now).await?;
        let additions = differences.take_additions(PORTION);
        let Differences { mut incoming, known } = differences;
        let numbers = numbers(&incoming).into_iter().chain(known.missing()).collect();
        let usernames = usernames(&incoming);
        let copied = self.store.contact_copy_around(SOURCE, numbers, usernames).await?;
        let unchanged = copied.parties.keys().filter(|party| known.is_unchanged(party));
        incoming.unchanged = unchanged.cloned().collect();
        incoming.left_out = known.unchanged();
        incoming.unknown_accounts = known.of_unknown_accounts().collect();
        incoming.watermark = known.watermark();
        let touched = known.touched();
        drop(known);
        let run = compare(copied, incoming, rules).await?;
        Ok(Run { additions, touched, ..run })
    }
}

/// Thinks a run through, elsewhere: it may take long enough to keep others waiting.
pub(super) async fn compare(
    copied: Copied,
    incoming: Incoming,
    rules: Rules,
) -> Result<Run, Fault> {
    tokio::task::spawn_blocking(move || {
        let plan = reconcile(&copied, &incoming, &rules);
        let (additions, touched) = (Additions::default(), Touched::default());
        let Rules { mode, now: read_at, .. } = rules;
        Run { mode, read_at, plan, copied, additions, added: 0, touched }
    })
    .await
    .map_err(|_| Fault::Inconsistent("a comparison of the party parameters broke off"))
}

pub(super) fn numbers(incoming: &Incoming) -> BTreeSet<String> {
    let rows = incoming.rows.iter().filter_map(SourceRow::party_number);
    let ties = incoming.ties.iter().filter_map(|tie| tie.party.as_deref());
    rows.chain(ties).map(str::to_owned).collect()
}

pub(super) fn usernames(incoming: &Incoming) -> BTreeSet<String> {
    incoming.ties.iter().filter_map(|tie| tie.username.clone()).collect()
}
