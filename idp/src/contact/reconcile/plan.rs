//! The plan of a run: the difference between our copy before and after, and all that follows.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::Timestamp;
use crate::contact::Role;
use crate::contact::address::Address;
use crate::contact::organisation_number::OrganisationNumber;
use crate::contact::quarantine::Quarantined;
use crate::contact::reconcile::brake::{Brake, Names, Share, Verdict, Window, verdict};
use crate::contact::reconcile::facts::{Contact, CopiedParty, Held, Mode, Rules};
use crate::contact::reconcile::run::Run;

/// What a run would change. Applied in one transaction, in the order of the fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Whether it may be applied at all.
    pub verdict: Verdict,
    /// What it takes of the whole.
    pub takes: Brake,
    /// The addresses that it removes or replaces, by party and role.
    pub addresses_lost: Names,
    /// What it does not do because of rows in quarantine.
    pub held: Held,
    /// Parties to write, each with all its addresses.
    pub upserts: Vec<Upsert>,
    /// Parties to mark as deleted, without addresses.
    pub removals: Vec<Removal>,
    /// Ties of an account to a party to make, in what the source says.
    pub ties_added: Vec<Tie>,
    /// Ties to cut, those of removed parties among them.
    pub ties_removed: Vec<Tie>,
    /// Addresses an account had and has no more: their pending links and remembered browsers die.
    pub ended: Vec<Ended>,
    /// What to tell to whom.
    pub notices: Vec<Notice>,
    /// Which entries of the quarantine the new ones replace.
    pub examined: Examined,
    /// Rows and cells that were not applied.
    pub quarantined: Vec<Quarantined>,
    /// The latest change that was read, never later than now; changes are read from there on.
    pub watermark: Option<Timestamp>,
}

/// A party as it will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upsert {
    /// The party number.
    pub party: String,
    /// The organisation it belongs to.
    pub organisation: OrganisationNumber,
    /// The name of the organisation.
    pub organisation_name: String,
    /// When the source changed it last.
    pub version: Timestamp,
    /// All its addresses.
    pub contacts: BTreeMap<Role, Contact>,
}

/// A party that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The party number.
    pub party: String,
    /// The version of the last row we know of it.
    pub version: Timestamp,
}

/// A tie of an account to a party.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tie {
    /// The party number.
    pub party: String,
    /// The login name.
    pub username: String,
}

/// An address that is an account's no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The login name.
    pub username: String,
    /// The address in its canonical form.
    pub canonical: String,
}

/// One mail to each of a party's former addresses about what became of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The party number.
    pub party: String,
    /// The name of the organisation.
    pub organisation_name: String,
    /// The addresses before the run, each once.
    pub to: Vec<Address>,
    /// What changed, by role.
    pub changes: Vec<(Role, Change)>,
}

/// What became of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// There was none.
    Added,
    /// There was this one, and is another.
    Replaced(Address),
    /// There was this one, and is none.
    Removed(Address),
}

/// What the quarantine is replaced for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Examined {
    /// Everything.
    All,
    /// These parties, and the rows that do not say which party they are (an empty number).
    Parties(BTreeSet<String>),
}

impl Plan {
    /// Whether our copy would stay as it is.
    #[must_use]
    pub fn changes_nothing(&self) -> bool {
        self.upserts.is_empty()
            && self.removals.is_empty()
            && self.ties_added.is_empty()
            && self.ties_removed.is_empty()
    }

    /// The ties that it cuts, by party and login name.
    #[must_use]
    pub fn ties_lost(&self) -> Names {
        let name = |tie: &Tie| (tie.party.clone(), tie.username.clone());
        self.ties_removed.iter().map(name).collect()
    }

    /// Whether it removes or replaces an address or cuts a tie.
    #[must_use]
    pub fn takes_something(&self) -> bool {
        !self.addresses_lost.is_empty() || !self.ties_removed.is_empty()
    }

    /// Judges it again, together with what was taken of late.
    pub fn judge_within(&mut self, window: &Window, rules: &Rules) {
        let brake = window.with(self.takes, &self.addresses_lost, &self.ties_lost());
        self.verdict = verdict(brake, rules);
    }

    pub(super) fn of(run: Run<'_>) -> Self {
        let mut plan = Self {
            verdict: Verdict::Apply,
            takes: Brake::default(),
            addresses_lost: Names::new(),
            held: run.held,
            upserts: Vec::new(),
            removals: Vec::new(),
            ties_added: Vec::new(),
            ties_removed: Vec::new(),
            ended: find_ended(&run),
            notices: Vec::new(),
            examined: match run.rules.mode {
                Mode::Full => Examined::All,
                Mode::Changes => {
                    Examined::Parties(run.named.iter().cloned().chain([String::new()]).collect())
                }
            },
            quarantined: Vec::new(),
            watermark: run.watermark,
        };
        let mut brake = Brake {
            addresses: Share { of: run.copied.addresses_in_all, ..Share::default() },
            ties: Share { of: run.copied.ties_in_all, ..Share::default() },
        };
        let mut grown = (0, 0);
        for (party, after) in &run.after {
            let before = run.copied.parties.get(party);
            let changes = address_changes(before, after);
            let lost = changes.iter().filter(|(_, change)| *change != Change::Added);
            plan.addresses_lost
                .extend(lost.map(|(role, _)| (party.clone(), role.as_str().to_owned())));
            grown.0 += after.contacts.len();
            grown.1 += before.map_or(0, |before| before.contacts.len());
            let by_operator = run.copied.tied_by_operator.contains_key(party);
            let used = by_operator || before.is_some_and(|before| !before.accounts.is_empty());
            if used && !changes.is_empty() {
                plan.notices.extend(before.and_then(|before| notice(party, before, changes)));
            }
            plan.party(party, before, after);
        }
        brake.addresses.lost = plan.addresses_lost.len();
        brake.addresses.left = (brake.addresses.of + grown.0).saturating_sub(grown.1);
        brake.ties.lost = plan.ties_removed.len();
        brake.ties.left = (brake.ties.of + plan.ties_added.len()).saturating_sub(brake.ties.lost);
        plan.takes = brake;
        plan.verdict = verdict(brake, run.rules);
        plan.quarantined = run
            .quarantined
            .into_iter()
            .map(|((party, place), reason)| Quarantined { party, place, reason })
            .collect();
        plan
    }

    fn party(&mut self, party: &str, before: Option<&CopiedParty>, after: &CopiedParty) {
        let party = party.to_owned();
        let none = BTreeSet::new();
        let accounts = before.map_or(&none, |before| &before.accounts);
        let tie = |name: &String| Tie { party: party.clone(), username: name.clone() };
        self.ties_added.extend(after.accounts.difference(accounts).map(tie));
        self.ties_removed.extend(accounts.difference(&after.accounts).map(tie));
        if after.deleted {
            self.removals.push(Removal { party, version: after.version });
        } else if before.is_none_or(|before| !same_but_for_accounts(before, after)) {
            self.upserts.push(Upsert {
                party,
                organisation: after.organisation.clone(),
                organisation_name: after.organisation_name.clone(),
                version: after.version,
                contacts: after.contacts.clone(),
            });
        }
    }
}

fn same_but_for_accounts(before: &CopiedParty, after: &CopiedParty) -> bool {
    let accounts = before.accounts.clone();
    *before == CopiedParty { accounts, ..after.clone() }
}

/// What became of each address. Another spelling of the same address is no change.
fn address_changes(before: Option<&CopiedParty>, after: &CopiedParty) -> Vec<(Role, Change)> {
    let changed = |role| {
        let old = before.and_then(|before| before.contacts.get(&role)).map(|old| &old.address);
        match (old, after.contacts.get(&role).map(|new| &new.address)) {
            (None, Some(_)) => Some((role, Change::Added)),
            (Some(old), None) => Some((role, Change::Removed(old.clone()))),
            (Some(old), Some(new)) if old.canonical() != new.canonical() => {
                Some((role, Change::Replaced(old.clone())))
            }
            _ => None,
        }
    };
    Role::ALL.into_iter().filter_map(changed).collect()
}

/// Told to all addresses the party had. None for a party nobody can log in for, or that had none.
fn notice(party: &str, before: &CopiedParty, changes: Vec<(Role, Change)>) -> Option<Notice> {
    let mut seen = BTreeSet::new();
    let to: Vec<Address> = before
        .contacts
        .values()
        .map(|contact| &contact.address)
        .filter(|address| seen.insert(address.canonical()))
        .cloned()
        .collect();
    let organisation_name = before.organisation_name.clone();
    (!to.is_empty()).then(|| Notice { party: party.to_owned(), organisation_name, to, changes })
}

/// Per account that had a touched party: the addresses it had by any party and has by none.
fn find_ended(run: &Run<'_>) -> Vec<Ended> {
    let before = &run.copied.parties;
    let mut touched = BTreeSet::new();
    for party in run.after.keys() {
        touched.extend(before.get(party).into_iter().flat_map(|copy| &copy.accounts));
        touched.extend(run.copied.tied_by_operator.get(party).into_iter().flatten());
    }
    let after =
        before.iter().filter(|(party, _)| !run.after.contains_key(*party)).chain(&run.after);
    let (had, has) = (held(run, before, &touched), held(run, after, &touched));
    had.difference(&has)
        .map(|&(username, canonical)| Ended {
            username: username.to_owned(),
            canonical: canonical.to_owned(),
        })
        .collect()
}

/// Which of the accounts holds which address, by the source's ties and the operator's.
fn held<'a>(
    run: &'a Run<'_>,
    parties: impl IntoIterator<Item = (&'a String, &'a CopiedParty)>,
    of: &BTreeSet<&String>,
) -> BTreeSet<(&'a str, &'a str)> {
    let mut held = BTreeSet::new();
    for (party, copy) in parties {
        let by_operator = run.copied.tied_by_operator.get(party).into_iter().flatten();
        for account in copy.accounts.iter().chain(by_operator).filter(|name| of.contains(name)) {
            let addresses = copy.contacts.values().map(|contact| contact.address.canonical());
            held.extend(addresses.map(|canonical| (account.as_str(), canonical)));
        }
    }
    held
}
