use super::brake::Verdict;
use super::plan::{Change, Ended, Examined, Tie};
use super::*;
use crate::clock::Timestamp;
use crate::contact::Role::{Arrivals, Company, Dispatches};
use crate::contact::address::Address;
use crate::contact::party_parameters::{Cell, SourceRow, SourceTie};
use crate::contact::quarantine::{Place, Reason};

pub(super) const NOW: Timestamp = Timestamp(1_795_438_800);
pub(super) const SCB: &str = "202100083701";
pub(super) const OTHER: &str = "202100083702";
pub(super) const USER: &str = "202100083750";

pub(super) const FULL: Rules =
    Rules { mode: Mode::Full, now: NOW, brake_percent: 10, approved: false };
const CHANGES: Rules = Rules { mode: Mode::Changes, ..FULL };
pub(super) const APPROVED: Rules = Rules { approved: true, ..FULL };

pub(super) fn cell(text: &str) -> Cell {
    Cell::read(Some(text.as_bytes()))
}

/// A row with the three addresses, changed `ago` seconds ago.
pub(super) fn row(party: &str, ago: i64, [company, arrivals, dispatches]: [&str; 3]) -> SourceRow {
    SourceRow {
        party: cell(party),
        organisation: cell("2021000837"),
        organisation_name: cell("SCB"),
        company: cell(company),
        arrivals: cell(arrivals),
        dispatches: cell(dispatches),
        updated_at: Some(NOW.0 - ago),
        ..SourceRow::default()
    }
}

pub(super) fn tie(party: &str, username: &str) -> SourceTie {
    SourceTie::read(&cell(party), &cell(username))
}

fn incoming(rows: Vec<SourceRow>, ties: &[(&str, &str)]) -> Incoming {
    let ties = ties.iter().map(|(party, name)| tie(party, name)).collect();
    Incoming { rows, ties, ..Incoming::default() }
}

pub(super) fn applied(copied: &Copied, plan: &Plan) -> Copied {
    let mut parties = copied.parties.clone();
    for upsert in plan.upserts.clone() {
        let accounts = parties.get(&upsert.party).map(|p| p.accounts.clone()).unwrap_or_default();
        parties.insert(
            upsert.party,
            CopiedParty {
                organisation: upsert.organisation,
                organisation_name: upsert.organisation_name,
                version: upsert.version,
                deleted: false,
                contacts: upsert.contacts,
                accounts,
            },
        );
    }
    for removal in &plan.removals {
        let party = parties.get_mut(&removal.party).unwrap();
        party.version = removal.version;
        party.deleted = true;
        party.contacts.clear();
    }
    for Tie { party, username } in &plan.ties_added {
        assert!(parties.get_mut(party).unwrap().accounts.insert(username.clone()));
    }
    for Tie { party, username } in &plan.ties_removed {
        assert!(parties.get_mut(party).unwrap().accounts.remove(username));
    }
    Copied::whole(parties, copied.accounts.clone(), copied.tied_by_operator.clone())
}

pub(super) fn nobody() -> Copied {
    Copied::whole(BTreeMap::new(), [USER.to_owned(), "agent".to_owned()].into(), BTreeMap::new())
}

/// Two parties: SCB's with two addresses in three cells, and the other with one of them.
pub(super) fn demo() -> (Copied, Incoming) {
    let rows = vec![
        row(SCB, 100, ["Magnus.Lange@Scb.se", "magnus.lange@scb.se", "intrastat@scb.se"]),
        row(OTHER, 100, ["info@scb.se", "intrastat@scb.se", ""]),
    ];
    let incoming = incoming(rows, &[(SCB, USER), (OTHER, USER), (OTHER, "agent")]);
    let plan = reconcile(&nobody(), &incoming, &FULL);
    assert_eq!(plan.verdict, Verdict::Apply);
    (applied(&nobody(), &plan), incoming)
}

/// The demo's source after the first row became another.
pub(super) fn with_first(row: SourceRow) -> Incoming {
    let (_, mut incoming) = demo();
    incoming.rows[0] = row;
    incoming
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn ended(plan: &Plan) -> Vec<(&str, &str)> {
    plan.ended.iter().map(|Ended { username, canonical }| (&**username, &**canonical)).collect()
}

fn quarantined(plan: &Plan) -> Vec<(&str, Place, Reason)> {
    plan.quarantined.iter().map(|q| (&*q.party, q.place, q.reason)).collect()
}

#[test]
fn a_first_run_copies_all_parties_and_sends_no_notices() {
    let (copied, _) = demo();
    assert_eq!((copied.addresses_in_all, copied.ties_in_all), (5, 3));
    let plan = reconcile(&nobody(), &demo().1, &FULL);
    assert!(plan.notices.is_empty() && plan.ended.is_empty() && plan.quarantined.is_empty());
    assert_eq!(plan.watermark, Some(NOW.plus(-100)));
    assert_eq!(plan.examined, Examined::All);
}

#[test]
fn a_replaced_address_ends_for_the_account_and_the_old_addresses_get_notices() {
    let (copied, _) = demo();
    let new = row(SCB, 5, ["eva.ek@scb.se", "eva.ek@scb.se", "intrastat@scb.se"]);
    let plan = reconcile(&copied, &incoming(vec![new], &[(SCB, USER)]), &CHANGES);
    assert_eq!(plan.verdict, Verdict::Apply);
    assert_eq!(ended(&plan), [(USER, "magnus.lange@scb.se")]);
    let [notice] = plan.notices.as_slice() else { panic!("one notice") };
    assert_eq!(notice.to, [address("Magnus.Lange@Scb.se"), address("intrastat@scb.se")]);
    let old = address("Magnus.Lange@Scb.se");
    assert_eq!(notice.changes[0], (Company, Change::Replaced(old)));
    assert_eq!(notice.changes.len(), 2);
    assert_eq!(plan.examined, Examined::Parties([SCB.to_owned(), String::new()].into()));
    assert_eq!(plan.watermark, Some(NOW.plus(-5)));
}

#[test]
fn an_address_the_account_has_by_another_cell_or_party_does_not_end() {
    let (copied, _) = demo();
    for addresses in [
        ["Magnus.Lange@Scb.se", "", "intrastat@scb.se"],
        ["MAGNUS.LANGE@scb.se", "", ""],
        ["", "", "magnus.lange@scb.se"],
    ] {
        let changed = incoming(vec![row(SCB, 5, addresses)], &[(SCB, USER)]);
        let plan = reconcile(&copied, &changed, &CHANGES);
        assert_eq!(ended(&plan), [], "{addresses:?}");
        assert!(!plan.notices.is_empty());
    }
}

#[test]
fn a_change_of_case_is_copied_without_notices() {
    let (copied, _) = demo();
    let new = row(SCB, 5, ["magnus.lange@scb.SE", "magnus.lange@scb.se", "intrastat@scb.se"]);
    let plan = reconcile(&copied, &incoming(vec![new], &[(SCB, USER)]), &CHANGES);
    assert_eq!(plan.upserts[0].contacts[&Company].address.as_str(), "magnus.lange@scb.SE");
    assert!(plan.notices.is_empty() && plan.ended.is_empty());
}

#[test]
fn a_removed_tie_ends_the_addresses_of_that_party_for_that_account_only() {
    let (copied, mut source) = demo();
    source.ties.retain(|l| *l != tie(OTHER, USER));
    let plan = reconcile(&copied, &source, &FULL);
    assert_eq!(ended(&plan), [(USER, "info@scb.se")]);
    let cut = Tie { party: OTHER.to_owned(), username: USER.to_owned() };
    assert_eq!((plan.ties_removed, plan.upserts, plan.notices), (vec![cut], vec![], vec![]));
}

#[test]
fn a_tie_made_by_the_operator_is_respected_and_never_removed() {
    let (mut copied, mut source) = demo();
    source.ties.retain(|l| *l != tie(OTHER, "agent"));
    copied.tied_by_operator = [(OTHER.to_owned(), ["agent".to_owned()].into())].into();
    assert_eq!(ended(&reconcile(&copied, &source, &FULL)), []);
    source.rows[1] = row(OTHER, 5, ["", "intrastat@scb.se", ""]);
    source.ties.retain(|l| *l != tie(OTHER, USER));
    let plan = reconcile(&copied, &source, &FULL);
    assert_eq!(ended(&plan), [(USER, "info@scb.se"), ("agent", "info@scb.se")]);
    assert_eq!(plan.ties_added, []);
}

#[test]
fn a_newly_enabled_report_is_copied_without_notices() {
    let (copied, source) = demo();
    let ticked = SourceRow { arrivals_enabled: true, ..source.rows[0].clone() };
    let plan = reconcile(&copied, &with_first(ticked), &FULL);
    assert!(plan.upserts[0].contacts[&Arrivals].report_enabled);
    assert!(!plan.upserts[0].contacts[&Dispatches].report_enabled);
    assert!(plan.notices.is_empty() && plan.ended.is_empty());
}

#[test]
fn a_deleted_or_missing_party_is_removed_with_its_ties() {
    let (copied, source) = demo();
    let deleted = with_first(SourceRow { deleted_at: Some(NOW.0), ..source.rows[0].clone() });
    let missing = Incoming { rows: source.rows[1..].to_vec(), ..source };
    for source in [deleted, missing] {
        let plan = reconcile(&copied, &source, &FULL);
        assert_eq!((plan.verdict, plan.removals.len()), (Verdict::Apply, 1));
        assert_eq!(ended(&plan), [(USER, "magnus.lange@scb.se")]);
        let after = applied(&copied, &plan);
        assert!(after.parties[SCB].deleted && after.parties[SCB].accounts.is_empty());
        assert!(reconcile(&after, &source, &FULL).changes_nothing());
    }
}

#[test]
fn a_party_missing_from_the_changes_stays() {
    let (copied, source) = demo();
    let ties = [(OTHER, USER), (OTHER, "agent")];
    let plan = reconcile(&copied, &incoming(source.rows[1..].to_vec(), &ties), &CHANGES);
    assert!(plan.changes_nothing());
}

#[test]
fn an_invalid_cell_keeps_its_last_valid_copy_and_other_cells_are_updated() {
    let (copied, _) = demo();
    let source = with_first(row(SCB, 5, ["a@b.se,c@d.se", "", "eva@scb.se"]));
    let plan = reconcile(&copied, &source, &FULL);
    let place = Place::Address(Company);
    assert_eq!(quarantined(&plan), [(SCB, place, Reason::SeveralAddresses)]);
    let party = &applied(&copied, &plan).parties[SCB];
    assert_eq!(party.contacts[&Company].address.as_str(), "Magnus.Lange@Scb.se");
    assert_eq!(party.contacts[&Dispatches].address.as_str(), "eva@scb.se");
    assert_eq!(party.contacts.get(&Arrivals), None);
}

#[test]
fn an_invalid_row_leaves_the_whole_party_unchanged() {
    let (copied, source) = demo();
    let twice = Incoming { rows: [&source.rows[..1], &source.rows].concat(), ..source };
    let undated = with_first(SourceRow { updated_at: None, ..row(SCB, 5, ["x@y.se", "", ""]) });
    for (source, reason) in [(twice, Reason::DuplicateParty), (undated, Reason::NoVersion)] {
        let plan = reconcile(&copied, &source, &FULL);
        assert_eq!(quarantined(&plan), [(SCB, Place::Row, reason)]);
        assert!(plan.changes_nothing());
    }
}

#[test]
fn a_new_party_with_an_invalid_organisation_number_is_quarantined() {
    let new = SourceRow { organisation: cell("2021000838"), ..row(SCB, 5, ["x@y.se", "", ""]) };
    let plan = reconcile(&nobody(), &incoming(vec![new], &[(SCB, USER)]), &FULL);
    assert!(plan.changes_nothing());
    let (organisation, account) = (Place::Organisation, Place::Account);
    let found = [(SCB, organisation, Reason::CheckDigit), (SCB, account, Reason::UnknownParty)];
    assert_eq!(quarantined(&plan), found);
}

#[test]
fn an_older_row_is_not_applied_unless_approved() {
    let (copied, _) = demo();
    let restored = with_first(row(SCB, 101, ["old@scb.se", "", ""]));
    for rules in [FULL, CHANGES] {
        let plan = reconcile(&copied, &restored, &rules);
        assert!(plan.changes_nothing());
        assert_eq!(quarantined(&plan), [(SCB, Place::Row, Reason::OlderThanCopy)]);
    }
    let plan = reconcile(&copied, &restored, &APPROVED);
    assert_eq!(
        applied(&copied, &plan).parties[SCB].contacts[&Company].address.as_str(),
        "old@scb.se"
    );
}

#[test]
fn a_source_restored_from_a_backup_removes_no_party_and_no_tie() {
    let source = many(20, 100, "scb.se");
    let copied = applied(&nobody(), &reconcile(&nobody(), &source, &FULL));
    let mut restored = many(19, 101, "old.se");
    restored.ties = vec![tie("202100083700", "agent")];
    let plan = reconcile(&copied, &restored, &FULL);
    assert!(plan.changes_nothing());
    assert_eq!(plan.held, Held { parties: 1, ties: 20 });
    let lost = ("202100083719", Place::Row, Reason::DoubtfulAbsence);
    assert!(quarantined(&plan).contains(&lost));
    assert_eq!(reconcile(&copied, &restored, &APPROVED).held, Held::default());
}

#[test]
fn an_older_row_keeps_its_own_ties_and_no_others() {
    let (copied, source) = demo();
    let older = row(SCB, 101, ["old@scb.se", "", ""]);
    for ties in [vec![(OTHER, "agent")], vec![]] {
        let read = incoming(vec![older.clone(), source.rows[1].clone()], &ties);
        let plan = reconcile(&copied, &read, &FULL);
        assert_eq!(plan.ties_removed.len(), 2 - ties.len());
        assert!(plan.ties_removed.iter().all(|tie| tie.party == OTHER));
        assert_eq!(plan.held, Held { parties: 0, ties: 1 });
    }
    let plan = reconcile(&copied, &incoming(vec![older], &[(SCB, USER)]), &FULL);
    assert_eq!((plan.removals.len(), plan.removals[0].party.as_str()), (1, OTHER));
}

#[test]
fn a_row_without_party_number_keeps_only_the_missing_party_that_it_resembles() {
    let (copied, source) = demo();
    let nameless = SourceRow { party: Cell::Empty, ..source.rows[1].clone() };
    let mine = Incoming { rows: vec![source.rows[0].clone(), nameless.clone()], ..source.clone() };
    let plan = reconcile(&copied, &mine, &FULL);
    assert_eq!((plan.removals.len(), plan.held), (0, Held { parties: 1, ties: 0 }));
    let plan = reconcile(&copied, &mine, &APPROVED);
    assert_eq!((plan.removals.len(), plan.held), (1, Held::default()));
    let others = Incoming { rows: vec![nameless, source.rows[1].clone()], ..source.clone() };
    let unreadable = SourceRow { company: cell("\u{1}"), ..others.rows[0].clone() };
    let unreadable = Incoming { rows: vec![unreadable, source.rows[1].clone()], ..source };
    for read in [others, unreadable] {
        let plan = reconcile(&copied, &read, &FULL);
        assert_eq!((&*plan.removals[0].party, plan.held), (SCB, Held::default()));
    }
}

#[test]
fn one_row_without_party_number_keeps_at_most_one_missing_party() {
    let copied = applied(&nobody(), &reconcile(&nobody(), &many(50, 100, "scb.se"), &FULL));
    let mut source = many(50, 100, "scb.se");
    source.rows[7].party = Cell::Empty;
    assert_eq!(reconcile(&copied, &source, &FULL).held.parties, 1);
    source.rows.remove(8);
    let plan = reconcile(&copied, &source, &FULL);
    assert_eq!((plan.removals.len(), plan.held.parties), (2, 0), "one row explains no two");
}

#[test]
fn an_unreadable_tie_keeps_at_most_one_tie_and_an_unknown_account_is_quarantined() {
    let (copied, mut source) = demo();
    source.ties = vec![tie(SCB, "\u{1}"), tie(OTHER, "nobody"), tie(OTHER, USER)];
    let plan = reconcile(&copied, &source, &FULL);
    let cut = Tie { party: OTHER.to_owned(), username: "agent".to_owned() };
    assert_eq!((&plan.ties_removed, plan.held.ties), (&vec![cut.clone()], 1));
    let unknown = (Place::Account, Reason::UnknownAccount);
    assert_eq!(quarantined(&plan), [SCB, OTHER].map(|party| (party, unknown.0, unknown.1)));
    source.ties = vec![tie("", USER), tie("", USER)];
    let plan = reconcile(&copied, &source, &FULL);
    assert_eq!((&plan.ties_removed, plan.held.ties), (&vec![cut], 2));
    assert_eq!(reconcile(&copied, &source, &APPROVED).ties_removed.len(), 3);
    for useless in [vec![tie("", "")], vec![tie("", USER)], vec![tie(OTHER, "")]] {
        source.ties = useless;
        let plan = reconcile(&copied, &source, &FULL);
        assert_eq!((plan.ties_removed.len(), plan.held.ties), (3, 0), "one explains no two");
    }
}

#[test]
fn an_invalid_tie_of_one_party_delays_no_removal_for_another() {
    let (copied, mut source) = demo();
    source.ties = vec![tie(SCB, USER), tie(SCB, "\u{1}"), tie("\u{1}", "nobody")];
    let plan = reconcile(&copied, &source, &FULL);
    assert_eq!((plan.ties_removed.len(), plan.held), (2, Held::default()));
}

/// `count` parties of one address each, all tied to the account.
pub(super) fn many(count: usize, ago: i64, domain: &str) -> Incoming {
    let party = |n: usize| format!("2021000837{n:02}");
    let rows =
        (0..count).map(|n| row(&party(n), ago, [&format!("info@{domain}"), "", ""])).collect();
    let ties = (0..count).map(|n| tie(&party(n), USER)).collect();
    Incoming { rows, ties, ..Incoming::default() }
}
