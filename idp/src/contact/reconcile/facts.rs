//! What a run against the party parameters is given: what was read, our copy, and the rules.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::Timestamp;
use crate::contact::Role;
use crate::contact::address::Address;
use crate::contact::organisation_number::OrganisationNumber;
use crate::contact::party_parameters::{SourceRow, SourceTie};

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
    pub ties: Vec<SourceTie>,
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
/// accounts named in the ties; the totals still count the whole copy.
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
    pub ties_in_all: usize,
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
        let ties_in_all = parties.values().map(|party| party.accounts.len()).sum();
        Self { parties, accounts, tied_by_operator, addresses_in_all, ties_in_all }
    }
}

/// What the source lacks and the copy keeps, since a bad row may be what is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Removals of parties.
    pub parties: usize,
    /// Cuts of ties of an account to a party.
    pub ties: usize,
}

impl Held {
    /// Whether nothing is held back.
    #[must_use]
    pub const fn is_nothing(self) -> bool {
        self.parties == 0 && self.ties == 0
    }
}
