//! A run while it is thought through.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::Timestamp;
use crate::contact::party_parameters::SourceRow;
use crate::contact::quarantine::{Place, Quarantined, Reason};
use crate::contact::reconcile::brake::Share;
use crate::contact::reconcile::facts::{Copied, CopiedParty, Held, Mode, Rules};

/// What is known so far.
pub(super) struct Run<'a> {
    pub(super) copied: &'a Copied,
    pub(super) rules: &'a Rules,
    /// The parties the run touches, as they would be.
    pub(super) after: BTreeMap<String, CopiedParty>,
    /// The parties of the copy that are as they were read.
    pub(super) unchanged: &'a BTreeSet<String>,
    /// How many there are in all, with those that the copy here does not hold.
    pub(super) left_out: usize,
    /// The parties that were read, usable or not.
    pub(super) named: BTreeSet<String>,
    /// The parties whose row is older than our copy.
    pub(super) older: BTreeSet<String>,
    /// The rows that do not say which party they are.
    pub(super) nameless: Vec<&'a SourceRow>,
    pub(super) held: Held,
    /// One reason for each place of a party, the first in their order.
    pub(super) quarantined: BTreeMap<(String, Place), Reason>,
    pub(super) watermark: Option<Timestamp>,
}

impl Run<'_> {
    pub(super) fn is_full(&self) -> bool {
        self.rules.mode == Mode::Full
    }

    /// More rows are older than the brake lets a run take: an older state of the whole source.
    pub(super) fn is_restored(&self) -> bool {
        let read = self.named.len() - self.unchanged.len() + self.left_out;
        let older = Share { lost: self.older.len(), of: read, ..Share::default() };
        self.is_full() && older.is_too_much(self.rules.brake_percent)
    }

    /// The party as it would be after the run.
    pub(super) fn party(&self, party: &str) -> Option<&CopiedParty> {
        self.after.get(party).or_else(|| self.copied.parties.get(party))
    }

    /// The same, to be changed.
    pub(super) fn touch(&mut self, party: &str) -> Option<&mut CopiedParty> {
        if !self.after.contains_key(party) {
            self.after.insert(party.to_owned(), self.copied.parties.get(party)?.clone());
        }
        self.after.get_mut(party)
    }

    pub(super) fn quarantine(&mut self, Quarantined { party, place, reason }: Quarantined) {
        let kept = self.quarantined.entry((party, place)).or_insert(reason);
        *kept = reason.min(*kept);
    }
}
