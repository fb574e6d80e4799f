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
//!   ([`Held`](plan::Held)), and an approved run does it.
//! - The brake ([`brake`]) stops a run that would take too much, together with what was taken of late.
//! - What ends with an address is decided by account: an address that the account still has by
//!   another cell or another party is still its own.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::Timestamp;
use crate::contact::Role;
use crate::contact::address::Address;
use crate::contact::organisation_number::OrganisationNumber;
use crate::contact::party_parameters::{SourceLink, SourceRow};
use crate::contact::quarantine::{Place, Quarantined, Reason};
use crate::contact::reconcile::brake::Share;
use crate::contact::reconcile::plan::{Held, Plan};

pub mod brake;
pub mod differences;
mod links;
pub mod plan;
mod rows;
pub mod unchanged;

/// How much of the source was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// All of it: a party that is missing is gone.
    Full,
    /// The parties changed of late, each with all its accounts.
    Changes,
}

/// By which rules a run is judged.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// How much of the source was read.
    pub mode: Mode,
    /// The present moment.
    pub now: Timestamp,
    /// The share of addresses that one run may remove or replace.
    pub brake_percent: u8,
    /// An operator has looked at this run and wants it.
    pub approved: bool,
}

/// What was read from the source, in one state of it.
#[derive(Clone, Debug, Default)]
pub struct Incoming {
    /// The parties.
    pub rows: Vec<SourceRow>,
    /// Which account may report for which party.
    pub links: Vec<SourceLink>,
    /// Parties of the copy that were left out above, since rows and ties say what the copy says.
    pub unchanged: BTreeSet<String>,
    /// How many parties were left out in all; our copy before the run may hold fewer of them.
    pub left_out: usize,
    /// The parties left out to which accounts are tied that do not exist.
    pub unknown_accounts: Vec<String>,
    /// The latest change among the rows that were left out.
    pub watermark: Option<Timestamp>,
}

/// Our copy before the run.
///
/// For [`Mode::Full`] it is all of it. For [`Mode::Changes`] it may be less: the parties that were
/// read, the parties of every account tied to one of them by the source or the operator, and the
/// accounts named in the links; the totals still count the whole copy.
#[derive(Clone, Debug, Default)]
pub struct Copied {
    /// The parties by their number, with those that were deleted.
    pub parties: BTreeMap<String, CopiedParty>,
    /// The login names that exist.
    pub accounts: BTreeSet<String>,
    /// Which accounts the operator, not the source, tied to a party. They stay tied.
    pub tied_by_operator: BTreeMap<String, BTreeSet<String>>,
    /// How many addresses the whole copy holds.
    pub addresses_in_all: usize,
    /// How many ties of an account to a party the whole copy has from the source.
    pub links_in_all: usize,
}

/// Our copy of one party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedParty {
    /// The organisation it belongs to.
    pub organisation: OrganisationNumber,
    /// The name of the organisation.
    pub organisation_name: String,
    /// When the source changed it last.
    pub version: Timestamp,
    /// Whether it is gone; it is kept without addresses, so that nothing older brings it back.
    pub deleted: bool,
    /// The addresses it has.
    pub contacts: BTreeMap<Role, Contact>,
    /// The login names of the accounts that may report for it, as the source says.
    pub accounts: BTreeSet<String>,
}

/// Our copy of one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The address.
    pub address: Address,
    /// Whether the report it belongs to is ticked; always so for the company's.
    pub report_enabled: bool,
}

impl Copied {
    /// A whole copy, with its totals counted.
    #[must_use]
    pub fn whole(
        parties: BTreeMap<String, CopiedParty>,
        accounts: BTreeSet<String>,
        tied_by_operator: BTreeMap<String, BTreeSet<String>>,
    ) -> Self {
        let addresses_in_all = parties.values().map(|party| party.contacts.len()).sum();
        let links_in_all = parties.values().map(|party| party.accounts.len()).sum();
        Self { parties, accounts, tied_by_operator, addresses_in_all, links_in_all }
    }
}

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
    run.links(&incoming.links);
    run.unknown_accounts(&incoming.unknown_accounts);
    Plan::of(run)
}

/// A run while it is thought through.
struct Run<'a> {
    copied: &'a Copied,
    rules: &'a Rules,
    /// The parties the run touches, as they would be.
    after: BTreeMap<String, CopiedParty>,
    /// The parties of the copy that are as they were read.
    unchanged: &'a BTreeSet<String>,
    /// How many there are in all, with those that the copy here does not hold.
    left_out: usize,
    /// The parties that were read, usable or not.
    named: BTreeSet<String>,
    /// The parties whose row is older than our copy.
    older: BTreeSet<String>,
    /// The rows that do not say which party they are.
    nameless: Vec<&'a SourceRow>,
    held: Held,
    /// One reason for each place of a party, the first in their order.
    quarantined: BTreeMap<(String, Place), Reason>,
    watermark: Option<Timestamp>,
}

impl Run<'_> {
    fn is_full(&self) -> bool {
        self.rules.mode == Mode::Full
    }

    /// More rows are older than the brake lets a run take: an older state of the whole source.
    fn is_restored(&self) -> bool {
        let read = self.named.len() - self.unchanged.len() + self.left_out;
        let older = Share { lost: self.older.len(), of: read, ..Share::default() };
        self.is_full() && older.is_too_much(self.rules.brake_percent)
    }

    /// The party as it would be after the run.
    fn party(&self, party: &str) -> Option<&CopiedParty> {
        self.after.get(party).or_else(|| self.copied.parties.get(party))
    }

    /// The same, to be changed.
    fn touch(&mut self, party: &str) -> Option<&mut CopiedParty> {
        if !self.after.contains_key(party) {
            self.after.insert(party.to_owned(), self.copied.parties.get(party)?.clone());
        }
        self.after.get_mut(party)
    }

    fn quarantine(&mut self, Quarantined { party, place, reason }: Quarantined) {
        let kept = self.quarantined.entry((party, place)).or_insert(reason);
        *kept = reason.min(*kept);
    }
}

#[cfg(test)]
mod braking;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
