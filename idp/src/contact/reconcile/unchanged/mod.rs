//! Which rows of a whole reading say what our copy says.
//!
//! A whole reading of hundreds of thousands of parties changes few of them. Of our copy a run holds
//! no more than a mark of each party, and of what it reads no more than the rows with another mark;
//! [`super::reconcile`] judges those alone. A mark is a keyed hash of 64 bits, whose key is another
//! one at each run, so that nobody can write a row with the mark of another.
//!
//! A mark does not cover the version: many sources write all of their rows again, each with a newer
//! version and otherwise as it was. Of such a party only the newer version is held ([`Touched`]).

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, Hash as _, Hasher as _, RandomState};

use crate::clock::Timestamp;
use crate::contact::party_parameters::{SourceRow, SourceTie};
use crate::contact::reconcile::facts::CopiedParty;
use crate::contact::reconcile::rows::{Said, interpret_row};

/// The marks of all parties of our copy, and what became of each in a reading.
#[derive(Debug, Default)]
pub struct Known {
    key: RandomState,
    /// Marks of the login names that exist.
    accounts: HashSet<u64>,
    parties: HashMap<u64, Party>,
    /// Sums of the marks of the ties that were read, by party.
    ties: HashMap<u64, u64>,
    /// The parties to which accounts are tied that do not exist.
    unknown_accounts: HashSet<u64>,
    watermark: Option<Timestamp>,
}

#[derive(Debug)]
struct Party {
    content: u64,
    ties: u64,
    /// That of our copy, or of the row that has touched it.
    version: Timestamp,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It is in our copy and was not read yet.
    Unread,
    /// It is gone from our copy and was not read.
    Gone,
    /// Its row and its ties say what our copy says.
    Unchanged,
    /// So they do, but the row has a newer version.
    Touched,
    /// Our copy does not have it; there is one good row of it.
    New,
    /// Anything else.
    Different,
}

impl Known {
    /// Adds the login name of an account. All of them are added before a tie is read.
    pub fn add_account(&mut self, username: &str) {
        self.accounts.insert(self.key.hash_one(Some(username)));
    }

    /// Adds a party of our copy.
    pub fn add(&mut self, party: &str, copy: &CopiedParty) {
        let Some(number) = number(party) else { return };
        let content = self.content((!copy.deleted).then_some(copy));
        let ties = copy.accounts.iter().map(|name| self.key.hash_one(Some(name)));
        let ties = ties.fold(0, u64::wrapping_add);
        let state = if copy.deleted { State::Gone } else { State::Unread };
        self.parties.insert(number, Party { content, ties, version: copy.version, state });
    }

    /// Reads a tie. All of them are read before the rows. One of an account that does not exist
    /// makes no difference to our copy; its party is remembered.
    pub fn read_tie(&mut self, tie: &SourceTie) {
        let Some(number) = tie.party.as_deref().and_then(number) else { return };
        let mark = self.key.hash_one(tie.username.as_ref());
        if tie.username.is_some() && !self.accounts.contains(&mark) {
            self.unknown_accounts.insert(number);
            return;
        }
        let sum = self.ties.entry(number).or_default();
        *sum = sum.wrapping_add(mark);
    }

    /// Reads a row, and says how often it is to be kept: not at all when its party is unchanged, and
    /// twice when it came before, since the one before may not have been kept.
    pub fn read_row(&mut self, row: &SourceRow, now: Timestamp) -> usize {
        let Some(number) = row.party_number().and_then(number) else { return 1 };
        let said = interpret_row(row, now);
        let content = said.as_ref().map(|said| match said {
            Said::Gone(_) => self.content(None),
            Said::Living(copy) => self.content(Some(copy)),
        });
        let version = said.as_ref().map(Said::version);
        let ties = self.ties.get(&number).copied().unwrap_or_default();
        let Some(party) = self.parties.get_mut(&number) else {
            let state =
                if matches!(said, Some(Said::Living(_))) { State::New } else { State::Different };
            let version = Timestamp::default();
            self.parties.insert(number, Party { content: 0, ties, version, state });
            return 1;
        };
        let gone = party.state == State::Gone;
        let unread = gone || party.state == State::Unread;
        let same = content == Some(party.content) && (gone || party.ties == ties);
        let newer = version.filter(|version| unread && same && *version >= party.version);
        let Some(version) = newer else {
            party.state = State::Different;
            return if unread { 1 } else { 2 };
        };
        if gone {
            self.unknown_accounts.remove(&number);
        }
        party.state = if version > party.version { State::Touched } else { State::Unchanged };
        party.version = version;
        self.watermark = self.watermark.max(Some(version.min(now)));
        0
    }

    /// Whether a tie is to be kept, after all rows were read.
    #[must_use]
    pub fn keeps_tie(&self, tie: &SourceTie) -> bool {
        !tie.party.as_deref().is_some_and(|party| self.is_unchanged(party))
    }

    /// Whether a party was read and says what our copy says.
    #[must_use]
    pub fn is_unchanged(&self, party: &str) -> bool {
        self.state(party).is_some_and(State::is_unchanged)
    }

    /// Whether our copy does not have the party of this row, and it is good.
    #[must_use]
    pub fn is_new(&self, row: &SourceRow) -> bool {
        row.party_number().and_then(|party| self.state(party)) == Some(State::New)
    }

    /// The parties of our copy that were not read.
    pub fn missing(&self) -> impl Iterator<Item = String> {
        let unread = self.parties.iter().filter(|(_, party)| party.state == State::Unread);
        unread.map(|(number, _)| name(*number))
    }

    /// How many parties were read and say what our copy says.
    #[must_use]
    pub fn unchanged(&self) -> usize {
        self.parties.values().filter(|party| party.state.is_unchanged()).count()
    }

    /// The unchanged parties whose rows have a newer version than our copy.
    #[must_use]
    pub fn touched(&self) -> Touched {
        let touched = self.parties.iter().filter(|(_, party)| party.state == State::Touched);
        let mut touched: Vec<_> = touched.map(|(number, party)| (party.version, *number)).collect();
        touched.sort_unstable();
        Touched(touched)
    }

    /// The unchanged parties to which accounts are tied that do not exist.
    pub fn of_unknown_accounts(&self) -> impl Iterator<Item = String> {
        let unchanged = |number: &&u64| {
            self.parties.get(number).is_some_and(|party| party.state.is_unchanged())
        };
        self.unknown_accounts.iter().filter(unchanged).map(|number| name(*number))
    }

    /// The latest change among the unchanged parties.
    #[must_use]
    pub const fn watermark(&self) -> Option<Timestamp> {
        self.watermark
    }

    pub(super) fn state(&self, party: &str) -> Option<State> {
        Some(self.parties.get(&number(party)?)?.state)
    }

    fn content(&self, copy: Option<&CopiedParty>) -> u64 {
        let mut hasher = self.key.build_hasher();
        if let Some(copy) = copy {
            copy.organisation.hash(&mut hasher);
            copy.organisation_name.hash(&mut hasher);
            for (role, contact) in &copy.contacts {
                role.as_str().hash(&mut hasher);
                contact.address.as_str().hash(&mut hasher);
                contact.report_enabled.hash(&mut hasher);
            }
        } else {
            hasher.write_u8(1);
        }
        hasher.finish()
    }
}

impl State {
    fn is_unchanged(self) -> bool {
        matches!(self, Self::Unchanged | Self::Touched)
    }
}

/// Parties that say what our copy says, but with a newer version: by version, so that what was
/// written at once stays together.
#[derive(Debug, Default)]
pub struct Touched(Vec<(Timestamp, u64)>);

impl Touched {
    /// The parties with their versions, so many at a time.
    pub fn portions(&self, size: usize) -> impl Iterator<Item = Vec<(String, Timestamp)>> {
        let named = |(version, number): &(Timestamp, u64)| (name(*number), *version);
        self.0.chunks(size).map(move |portion| portion.iter().map(named).collect())
    }

    /// How many parties there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A party number has twelve digits.
fn number(party: &str) -> Option<u64> {
    party.parse().ok()
}

fn name(number: u64) -> String {
    format!("{number:012}")
}

#[cfg(test)]
pub(super) mod tests;
