//! Which account may report for which party.

use std::collections::{BTreeMap, BTreeSet};

use crate::contact::party_parameters::SourceTie;
use crate::contact::quarantine::{Place, Quarantined, Reason};
use crate::contact::reconcile::run::Run;

static NOBODY: BTreeSet<String> = BTreeSet::new();

type Counts = BTreeMap<String, usize>;

/// The ties that were read, and those that could not be read.
#[derive(Default)]
struct Read {
    accounts: BTreeMap<String, BTreeSet<String>>,
    /// Ties of a party to an unreadable account.
    bad_of_party: Counts,
    /// Ties of an account to an unreadable party.
    bad_of_account: Counts,
}

/// How many ties of the copy were not read again.
#[derive(Default)]
struct Absent {
    of_party: Counts,
    of_account: Counts,
}

impl Read {
    /// The accounts of a party as they were read.
    fn of(&self, party: &str) -> &BTreeSet<String> {
        self.accounts.get(party).unwrap_or(&NOBODY)
    }

    /// Whether a tie is absent because its row is bad: a bad row of the same party or account, and
    /// as many of them as there are absent ties.
    fn explains(&self, absent: &Absent, party: &str, username: &str) -> bool {
        let enough = |bad: &Counts, absent: &Counts, name: &str| {
            bad.get(name).is_some_and(|bad| absent.get(name).is_some_and(|absent| absent <= bad))
        };
        enough(&self.bad_of_party, &absent.of_party, party)
            || enough(&self.bad_of_account, &absent.of_account, username)
    }
}

impl Run<'_> {
    /// After the rows: ties to the parties as they would be.
    pub(super) fn ties(&mut self, ties: &[SourceTie]) {
        let read = self.read_ties(ties);
        let parties = self.parties_in_question();
        let absent = self.absent(&parties, &read);
        let restored = self.is_restored();
        for party in parties {
            let Some(copy) = self.party(&party).filter(|copy| !copy.deleted) else {
                continue;
            };
            let as_it_was = restored || self.older.contains(&party);
            let read_again = read.of(&party);
            if copy.accounts == *read_again {
                continue;
            }
            let held: Vec<_> = copy
                .accounts
                .difference(read_again)
                .filter(|username| {
                    let bad = || read.explains(&absent, &party, username);
                    as_it_was || (!self.rules.approved && bad())
                })
                .cloned()
                .collect();
            let count = held.len();
            let wanted: BTreeSet<_> = read_again.iter().cloned().chain(held).collect();
            let changes = !as_it_was && copy.accounts != wanted;
            self.held.ties += count;
            if changes && let Some(copy) = self.touch(&party) {
                copy.accounts = wanted;
            }
        }
    }

    /// The parties whose ties were read in full.
    fn parties_in_question(&self) -> Vec<String> {
        if !self.is_full() {
            return self.named.iter().cloned().collect();
        }
        let all: BTreeSet<_> = self.copied.parties.keys().chain(self.after.keys()).collect();
        all.into_iter().filter(|party| !self.unchanged.contains(*party)).cloned().collect()
    }

    fn absent(&self, parties: &[String], read: &Read) -> Absent {
        let mut absent = Absent::default();
        if read.bad_of_party.is_empty() && read.bad_of_account.is_empty() {
            return absent;
        }
        for party in parties {
            let Some(copy) = self.party(party).filter(|copy| !copy.deleted) else { continue };
            for username in copy.accounts.difference(read.of(party)) {
                *absent.of_party.entry(party.clone()).or_default() += 1;
                *absent.of_account.entry(username.clone()).or_default() += 1;
            }
        }
        absent
    }

    fn read_ties(&mut self, ties: &[SourceTie]) -> Read {
        let mut read = Read::default();
        for tie in ties {
            let Some(party) = &tie.party else {
                if let Some(username) = &tie.username {
                    *read.bad_of_account.entry(username.clone()).or_default() += 1;
                }
                self.quarantine_tie("", Reason::PartyNumber);
                continue;
            };
            let Some(username) = &tie.username else {
                *read.bad_of_party.entry(party.clone()).or_default() += 1;
                self.quarantine_tie(party, Reason::UnknownAccount);
                continue;
            };
            match self.party(party) {
                None => self.quarantine_tie(party, Reason::UnknownParty),
                Some(copy) if copy.deleted => {}
                Some(_) if !self.copied.accounts.contains(username) => {
                    self.quarantine_tie(party, Reason::UnknownAccount);
                }
                Some(_) => {
                    read.accounts.entry(party.clone()).or_default().insert(username.clone());
                }
            }
        }
        read
    }

    /// After the ties: those that were left out since nobody knows their account.
    pub(super) fn unknown_accounts(&mut self, parties: &[String]) {
        for party in parties {
            self.quarantine_tie(party, Reason::UnknownAccount);
        }
    }

    fn quarantine_tie(&mut self, party: &str, reason: Reason) {
        let party = party.to_owned();
        self.quarantine(Quarantined { party, place: Place::Account, reason });
    }
}
