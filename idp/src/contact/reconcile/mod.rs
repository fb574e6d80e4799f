//! What a run against the party parameters would change in our copy, and whether it may.
//!
//! [`reconcile`] compares what was read with what we have and returns a [`Plan`]; the store
//! applies it whole, in one transaction, or not at all. The rules:
//!
//! - A bad cell keeps its last good copy, a bad row the whole party's; the others go on.
//! - A row older than our copy of it is quarantined, with the ties of its party. When more rows are
//!   older than the brake allows, the source was restored from a backup: then no party that is
//!   missing is removed, and no tie is changed.
//! - A bad row holds back only what it may be: a row without a party number an absent party with the
//!   same organisation and addresses, a bad tie an absent tie of the same party or account, and each
//!   of them one. Every other absence takes effect. What is held back is counted
//!   ([`Held`]), and an approved run does it.
//! - The brake ([`brake`]) stops a run that would take too much, together with what was taken of late.
//! - What ends with an address is decided by account: an address that the account still has by
//!   another cell or another party is still its own.

use std::collections::{BTreeMap, BTreeSet};

use crate::contact::reconcile::plan::Plan;
use crate::contact::reconcile::run::Run;

pub use facts::{Contact, Copied, CopiedParty, Held, Incoming, Mode, Rules};

pub mod brake;
pub mod differences;
pub mod facts;
pub mod plan;
mod rows;
mod run;
mod ties;
pub mod unchanged;

/// What a run that read `incoming` would change in our copy, and whether it may.
#[must_use]
pub fn reconcile(copied: &Copied, incoming: &Incoming, rules: &Rules) -> Plan {
    let mut run = Run {
        copied,
        rules,
        after: BTreeMap::new(),
        unchanged: &incoming.unchanged,
        left_out: incoming.left_out,
        named: incoming.unchanged.clone(),
        older: BTreeSet::new(),
        nameless: Vec::new(),
        held: Held::default(),
        quarantined: BTreeMap::new(),
        watermark: incoming.watermark,
    };
    run.rows(&incoming.rows);
    run.absences();
    run.ties(&incoming.ties);
    run.unknown_accounts(&incoming.unknown_accounts);
    Plan::of(run)
}

#[cfg(test)]
mod braking;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
