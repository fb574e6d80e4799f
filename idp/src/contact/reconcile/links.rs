//! Which account may report for which party.

use std::collections::{BTreeMap, BTreeSet};

use crate::contact::party_parameters::SourceLink;
use crate::contact::quarantine::{Place, Quarantined, Reason};
use crate::contact::reconcile::Run;

/// The ties that were read, and where reading them failed.
#[derive(Default)]
struct Read {
    accounts: BTreeMap<String, BTreeSet<String>>,
    /// Parties with a tie to an unreadable account: none of their ties is cut.
    in_part: BTreeSet<String>,
    /// A tie to an unreadable party: no tie is cut at all.
    unidentified: bool,
}

impl Run<'_> {
    /// After the rows: ties to the parties as they would be.
    pub(super) fn links(&mut self, links: &[SourceLink]) {
        let Read { mut accounts, in_part, unidentified } = self.read_links(links);
        for party in self.parties_in_question() {
            let mut wanted = accounts.remove(&party).unwrap_or_default();
            let Some(copy) = self.party(&party).filter(|copy| !copy.deleted) else {
                continue;
            };
            if unidentified || in_part.contains(&party) {
                wanted.extend(copy.accounts.iter().cloned());
            }
            if copy.accounts != wanted
                && let Some(copy) = self.touch(&party)
            {
                copy.accounts = wanted;
            }
        }
    }

    /// The parties whose ties were read in full, from a state that is not behind ours.
    fn parties_in_question(&self) -> Vec<String> {
        if !self.is_full() {
            return self.named.difference(&self.older).cloned().collect();
        }
        if !self.older.is_empty() {
            return Vec::new();
        }
        let all: BTreeSet<_> = self.copied.parties.keys().chain(self.after.keys()).collect();
        all.into_iter().cloned().collect()
    }

    fn read_links(&mut self, links: &[SourceLink]) -> Read {
        let mut read = Read::default();
        for link in links {
            let Some(party) = &link.party else {
                read.unidentified = true;
                self.quarantine_link("", Reason::PartyNumber);
                continue;
            };
            let Some(username) = &link.username else {
                read.in_part.insert(party.clone());
                self.quarantine_link(party, Reason::UnknownAccount);
                continue;
            };
            match self.party(party) {
                None => self.quarantine_link(party, Reason::UnknownParty),
                Some(copy) if copy.deleted => {}
                Some(_) if !self.copied.accounts.contains(username) => {
                    self.quarantine_link(party, Reason::UnknownAccount);
                }
                Some(_) => {
                    read.accounts.entry(party.clone()).or_default().insert(username.clone());
                }
            }
        }
        read
    }

    fn quarantine_link(&mut self, party: &str, reason: Reason) {
        let party = party.to_owned();
        self.quarantine(Quarantined { party, place: Place::Account, reason });
    }
}
