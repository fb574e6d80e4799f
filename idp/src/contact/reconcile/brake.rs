//! The brake: a run that would take too much, together with what was taken in a window of time
//! before it, stops, keeps the old copy, and waits for an operator, because it is far likelier that
//! the source is broken than that it is right.

use std::collections::BTreeSet;

use crate::contact::reconcile::facts::{Mode, Rules};

/// What may always be taken, even if it is a large share of a small table: the three cells of one
/// party, so that a table of four parties can be edited.
pub const ALWAYS_ALLOWED: usize = 3;

/// Whether the plan may be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may.
    Apply,
    /// It waits for an operator's approval; nothing of it is applied.
    Brake(Brake),
}

/// What a run takes, or would have taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Brake {
    /// Addresses it would have removed or replaced.
    pub addresses: Share,
    /// Ties of an account to a party it would have cut.
    pub ties: Share,
}

/// A part of a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// What would be lost.
    pub lost: usize,
    /// What would be left, new ones counted.
    pub left: usize,
    /// What there was.
    pub of: usize,
}

impl Share {
    /// More than one party's cells, and more than the set percentage.
    pub(super) const fn is_too_much(self, percent: u8) -> bool {
        self.lost > ALWAYS_ALLOWED && self.lost * 100 > self.of * percent as usize
    }

    /// The last of them, however few there were.
    const fn leaves_nothing(self) -> bool {
        self.lost > 0 && self.left == 0
    }
}

/// Addresses (party and role) or ties (party and login name).
pub type Names = BTreeSet<(String, String)>;

/// What the runs of a window of time took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Each once, however often it was taken.
    pub lost: Names,
    /// How many there were before the first of those runs; without one nothing was taken.
    pub of: Option<usize>,
}

impl Taken {
    /// The share of a run, together with what was taken before it. A run that takes nothing new is
    /// judged by itself.
    fn with(&self, share: Share, lost: &Names) -> Share {
        if lost.is_subset(&self.lost) {
            return share;
        }
        Share { lost: self.lost.union(lost).count(), of: self.of.unwrap_or(share.of), ..share }
    }
}

/// What was taken of late.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Addresses that were removed or replaced.
    pub addresses: Taken,
    /// Ties of an account to a party that were cut.
    pub ties: Taken,
}

impl Window {
    pub(super) fn with(&self, brake: Brake, addresses: &Names, ties: &Names) -> Brake {
        Brake {
            addresses: self.addresses.with(brake.addresses, addresses),
            ties: self.ties.with(brake.ties, ties),
        }
    }
}

pub(super) fn verdict(brake: Brake, rules: &Rules) -> Verdict {
    let shares = [brake.addresses, brake.ties];
    let too_much = shares.iter().any(|share| share.is_too_much(rules.brake_percent));
    let empties = rules.mode == Mode::Full && shares.iter().any(|share| share.leaves_nothing());
    if !rules.approved && (too_much || empties) { Verdict::Brake(brake) } else { Verdict::Apply }
}
