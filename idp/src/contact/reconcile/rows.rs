//! The rows of the parties: which are applied, and what a missing one means.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::Timestamp;
use crate::contact::Role;
use crate::contact::address::Address;
use crate::contact::party_parameters::{Judged, Reading, SourceRow};
use crate::contact::quarantine::{Place, Quarantined, Reason};
use crate::contact::reconcile::{Contact, CopiedParty, Run};

impl Run<'_> {
    pub(super) fn rows(&mut self, rows: &[SourceRow]) {
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        for party in rows.iter().filter_map(SourceRow::party_number) {
            *count.entry(party).or_default() += 1;
        }
        for row in rows {
            match row.party_number() {
                None => self.unidentified = true,
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

    /// In a whole reading, a party that is missing is gone, unless the reading is in doubt.
    pub(super) fn absences(&mut self) {
        if !self.is_full() {
            return;
        }
        let doubtful = self.unidentified || !self.older.is_empty();
        for (party, copy) in &self.copied.parties {
            if copy.deleted || self.named.contains(party) {
                continue;
            }
            if doubtful && !self.rules.approved {
                self.quarantine_row(party, Reason::DoubtfulAbsence);
            } else {
                self.after.insert(party.clone(), gone(copy, copy.version));
            }
        }
    }

    fn quarantine_row(&mut self, party: &str, reason: Reason) {
        let party = party.to_owned();
        self.quarantine(Quarantined { party, place: Place::Row, reason });
    }
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
