//! The rows of the parties: which are applied, and what a missing one means.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::Timestamp;
use crate::contact::Role;
use crate::contact::address::Address;
use crate::contact::party_parameters::{Cell, Judged, Reading, SourceRow};
use crate::contact::quarantine::{Place, Quarantined, Reason};
use crate::contact::reconcile::facts::{Contact, CopiedParty};
use crate::contact::reconcile::run::Run;

impl<'a> Run<'a> {
    pub(super) fn rows(&mut self, rows: &'a [SourceRow]) {
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        for party in rows.iter().filter_map(SourceRow::party_number) {
            *count.entry(party).or_default() += 1;
        }
        for row in rows {
            match row.party_number() {
                None => self.nameless.push(row),
                Some(party) => {
                    self.named.insert(party.to_owned());
                    if count[party] > 1 {
                        self.quarantine_row(party, Reason::DuplicateParty);
                        continue;
                    }
                }
            }
            match row.judge(self.rules.now) {
                Ok(reading) => self.reading(reading),
                Err(quarantined) => self.quarantine(quarantined),
            }
        }
    }

    fn reading(&mut self, reading: Reading) {
        self.watermark = self.watermark.max(Some(reading.version.min(self.rules.now)));
        let copy = self.copied.parties.get(&reading.party);
        if copy.is_some_and(|copy| copy.version > reading.version) && !self.rules.approved {
            self.quarantine_row(&reading.party, Reason::OlderThanCopy);
            self.older.insert(reading.party);
            return;
        }
        if reading.deleted {
            if let Some(copy) = copy.filter(|copy| !copy.deleted) {
                let gone = gone(copy, reading.version);
                self.after.insert(reading.party, gone);
            }
            return;
        }
        for quarantined in reading.quarantined.clone() {
            self.quarantine(quarantined);
        }
        let party = reading.party.clone();
        if let Some(next) = next(copy, reading)
            && copy != Some(&next)
        {
            self.after.insert(party, next);
        }
    }

    /// In a whole reading, a party that is missing is gone, unless a row without a party number may
    /// be its row, or the whole source is older than the copy.
    pub(super) fn absences(&mut self) {
        if !self.is_full() {
            return;
        }
        let missing: Vec<_> = self
            .copied
            .parties
            .iter()
            .filter(|(party, copy)| !copy.deleted && !self.named.contains(*party))
            .collect();
        let explained = self.explained(&missing);
        let restored = self.is_restored();
        for (party, copy) in missing {
            if restored || explained.contains(party.as_str()) {
                self.held.parties += 1;
                self.quarantine_row(party, Reason::DoubtfulAbsence);
            } else {
                self.after.insert(party.clone(), gone(copy, copy.version));
            }
        }
    }

    /// Of the missing parties those that a row without a party number may be: it has the same
    /// organisation and addresses, and there are as many such rows as such parties.
    fn explained(&self, missing: &[(&'a String, &'a CopiedParty)]) -> BTreeSet<&'a str> {
        if self.rules.approved || self.nameless.is_empty() {
            return BTreeSet::new();
        }
        let mut rows: BTreeMap<Likeness, usize> = BTreeMap::new();
        for likeness in self.nameless.iter().filter_map(|row| Likeness::of_row(row)) {
            *rows.entry(likeness).or_default() += 1;
        }
        let mut alike: BTreeMap<Likeness, Vec<&'a str>> = BTreeMap::new();
        for (party, copy) in missing {
            let likeness = Likeness::of_copy(copy);
            if rows.contains_key(&likeness) {
                alike.entry(likeness).or_default().push(party);
            }
        }
        let few = |(likeness, parties): &(Likeness, Vec<_>)| parties.len() <= rows[likeness];
        alike.into_iter().filter(few).flat_map(|(_, parties)| parties).collect()
    }

    fn quarantine_row(&mut self, party: &str, reason: Reason) {
        let party = party.to_owned();
        self.quarantine(Quarantined { party, place: Place::Row, reason });
    }
}

/// By what a row is known when its party number is not.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Likeness {
    organisation: String,
    addresses: BTreeMap<Role, String>,
}

impl Likeness {
    /// None when another of its cells cannot be read either.
    fn of_row(row: &SourceRow) -> Option<Self> {
        let Cell::Text(organisation) = &row.organisation else { return None };
        let mut addresses = BTreeMap::new();
        let cells = Role::ALL.into_iter().zip([&row.company, &row.arrivals, &row.dispatches]);
        for (role, cell) in cells {
            match cell {
                Cell::Empty => {}
                Cell::Text(text) => {
                    let address = Address::parse_typed(text).ok()?;
                    addresses.insert(role, address.canonical().to_owned());
                }
                Cell::Bad(_) => return None,
            }
        }
        Some(Self { organisation: organisation.clone(), addresses })
    }

    fn of_copy(copy: &CopiedParty) -> Self {
        let address =
            |(role, contact): (&Role, &Contact)| (*role, contact.address.canonical().to_owned());
        Self {
            organisation: copy.organisation.as_str().to_owned(),
            addresses: copy.contacts.iter().map(address).collect(),
        }
    }
}

/// What a good row says of its party.
pub(super) enum Said {
    /// It is gone since then.
    Gone(Timestamp),
    /// This, its accounts left out.
    Living(Box<CopiedParty>),
}

impl Said {
    pub(super) fn version(&self) -> Timestamp {
        match self {
            Self::Gone(version) => *version,
            Self::Living(copy) => copy.version,
        }
    }
}

/// None when a cell of the row is bad.
pub(super) fn interpret_row(row: &SourceRow, now: Timestamp) -> Option<Said> {
    let reading = row.judge(now).ok().filter(|reading| reading.quarantined.is_empty())?;
    if reading.deleted {
        return Some(Said::Gone(reading.version));
    }
    next(None, reading).map(|copy| Said::Living(Box::new(copy)))
}

/// The party as the row says, with the last good copy of each bad cell. None when it is new and
/// its organisation cannot be read: then nobody could say whose it is.
fn next(copy: Option<&CopiedParty>, reading: Reading) -> Option<CopiedParty> {
    let organisation = match reading.organisation {
        Judged::Good(organisation) => organisation,
        Judged::Bad => copy?.organisation.clone(),
    };
    let last_name = copy.map(|copy| copy.organisation_name.clone()).unwrap_or_default();
    let contact = |(role, cell): (Role, Judged<Option<Address>>)| {
        let last = copy.and_then(|copy| copy.contacts.get(&role)).map(|last| last.address.clone());
        let address = cell.or_last_good(last)?;
        Some((role, Contact { address, report_enabled: reading.enabled.contains(&role) }))
    };
    Some(CopiedParty {
        organisation,
        organisation_name: reading.organisation_name.or_last_good(last_name),
        version: reading.version,
        deleted: false,
        contacts: reading.addresses.into_iter().filter_map(contact).collect(),
        accounts: copy.map(|copy| copy.accounts.clone()).unwrap_or_default(),
    })
}

fn gone(copy: &CopiedParty, version: Timestamp) -> CopiedParty {
    CopiedParty {
        version,
        deleted: true,
        contacts: BTreeMap::new(),
        accounts: BTreeSet::new(),
        ..copy.clone()
    }
}
