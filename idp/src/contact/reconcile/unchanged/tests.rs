use super::*;
use crate::contact::reconcile::tests::{NOW, USER, applied, cell, nobody};
use crate::contact::reconcile::{Incoming, Mode, Rules, reconcile};

pub(in crate::contact::reconcile) fn row(party: &str, company: &str, version: i64) -> SourceRow {
    SourceRow {
        party: cell(party),
        organisation: cell("2021000837"),
        company: cell(company),
        updated_at: Some(version),
        ..SourceRow::default()
    }
}

pub(in crate::contact::reconcile) fn tie(party: &str, username: &str) -> SourceTie {
    SourceTie::read(&cell(party), &cell(username))
}

pub(in crate::contact::reconcile) const ONE: &str = "202100083701";
const TWO: &str = "202100083702";

/// Our copy of two parties, one of them tied to an account.
pub(in crate::contact::reconcile) fn known() -> Known {
    let rows = vec![row(ONE, "a@scb.se", 5), row(TWO, "b@scb.se", 6)];
    let incoming = Incoming { rows, ties: vec![tie(ONE, USER)], ..Incoming::default() };
    let rules = Rules { mode: Mode::Full, now: NOW, brake_percent: 10, approved: false };
    let copied = applied(&nobody(), &reconcile(&nobody(), &incoming, &rules));
    let mut known = Known::default();
    copied.accounts.iter().for_each(|username| known.add_account(username));
    for (party, copy) in &copied.parties {
        known.add(party, copy);
    }
    known
}

#[test]
fn an_unchanged_party_is_skipped() {
    let mut known = known();
    let ties = [tie(ONE, USER)];
    known.read_tie(&ties[0]);
    assert_eq!(known.read_row(&row(ONE, "a@scb.se", 5), NOW), 0);
    assert_eq!(known.read_row(&row(TWO, " b@scb.se", 6), NOW), 0);
    assert!(!known.keeps_tie(&ties[0]) && known.is_unchanged(ONE));
    assert_eq!(known.missing().count(), 0);
    assert_eq!(known.watermark(), Some(Timestamp(6)));
}

#[test]
fn a_row_with_any_difference_is_kept() {
    for changed in [
        row(ONE, "c@scb.se", 5),
        row(ONE, "A@scb.se", 5),
        row(ONE, "", 5),
        row(ONE, "not an address", 5),
        row(ONE, "a@scb.se", 4),
        row(ONE, "c@scb.se", 7),
        SourceRow { deleted_at: Some(5), ..row(ONE, "a@scb.se", 5) },
        SourceRow { organisation_name: cell("SCB"), ..row(ONE, "a@scb.se", 5) },
    ] {
        let mut known = known();
        known.read_tie(&tie(ONE, USER));
        assert_eq!(known.read_row(&changed, NOW), 1, "{changed:?}");
        assert!(!known.is_new(&changed) && known.keeps_tie(&tie(ONE, USER)));
        assert_eq!(known.missing().collect::<Vec<_>>(), [TWO]);
        assert!(known.touched().is_empty());
    }
}

fn touched(known: &Known) -> Vec<(String, Timestamp)> {
    known.touched().portions(9).flatten().collect()
}

#[test]
fn an_unchanged_party_with_a_newer_version_updates_only_the_version() {
    let mut known = known();
    known.read_tie(&tie(ONE, USER));
    assert_eq!(known.read_row(&row(TWO, "b@scb.se", 8), NOW), 0);
    assert_eq!(known.read_row(&row(ONE, "a@scb.se", 7), NOW), 0);
    assert!(known.is_unchanged(ONE) && !known.keeps_tie(&tie(ONE, USER)));
    assert_eq!((known.unchanged(), known.missing().count()), (2, 0));
    assert_eq!(known.watermark(), Some(Timestamp(8)));
    let versions = [(ONE.to_owned(), Timestamp(7)), (TWO.to_owned(), Timestamp(8))];
    assert_eq!(touched(&known), versions);
    let portions: Vec<_> = known.touched().portions(1).collect();
    assert_eq!(portions, versions.map(|version| vec![version]));
}

#[test]
fn a_row_with_a_newer_version_and_other_ties_is_kept() {
    let mut known = known();
    known.read_tie(&tie(ONE, "agent"));
    assert_eq!(known.read_row(&row(ONE, "a@scb.se", 7), NOW), 1);
    assert!(touched(&known).is_empty());
}

#[test]
fn a_party_with_two_rows_is_kept_and_not_treated_as_a_version_update() {
    for second in [row(TWO, "b@scb.se", 8), row(TWO, "c@scb.se", 5)] {
        let mut known = known();
        assert_eq!(known.read_row(&row(TWO, "b@scb.se", 8), NOW), 0);
        assert_eq!(known.read_row(&second, NOW), 2, "{second:?}");
        assert!(touched(&known).is_empty() && !known.is_unchanged(TWO));
    }
}

#[test]
fn a_changed_tie_keeps_the_row_of_its_party() {
    for ties in [
        vec![],
        vec![tie(ONE, USER), tie(ONE, "agent")],
        vec![tie(ONE, "agent")],
        vec![tie(ONE, USER), tie(ONE, "\u{7}")],
    ] {
        let mut known = known();
        ties.iter().for_each(|tie| known.read_tie(tie));
        assert_eq!(known.read_row(&row(ONE, "a@scb.se", 5), NOW), 1, "{ties:?}");
        assert!(ties.iter().all(|tie| known.keeps_tie(tie)));
    }
    assert!(known().keeps_tie(&tie("x", USER)), "of no party that can be named");
}

#[test]
fn a_tie_of_an_unknown_account_is_no_difference_but_is_recorded() {
    let mut known = known();
    let ties = [tie(ONE, USER), tie(ONE, "nobody"), tie(TWO, "nobody")];
    ties.iter().for_each(|tie| known.read_tie(tie));
    assert_eq!(known.read_row(&row(ONE, "a@scb.se", 5), NOW), 0);
    assert_eq!(known.read_row(&row(TWO, "c@scb.se", 7), NOW), 1);
    assert!(!known.keeps_tie(&ties[1]) && known.keeps_tie(&ties[2]));
    assert_eq!(known.of_unknown_accounts().collect::<Vec<_>>(), [ONE]);
}

#[test]
fn a_party_with_two_rows_is_detected() {
    let mut known = known();
    known.read_tie(&tie(ONE, USER));
    assert_eq!(known.read_row(&row(ONE, "a@scb.se", 5), NOW), 0);
    assert_eq!(known.read_row(&row(ONE, "c@scb.se", 5), NOW), 2);
    let new = row("202100083703", "c@scb.se", 5);
    assert_eq!(known.read_row(&new, NOW), 1);
    assert!(known.is_new(&new));
    known.read_row(&new, NOW);
    assert!(!known.is_new(&new) && !known.is_unchanged(ONE));
}

#[test]
fn a_party_deleted_in_source_and_copy_is_skipped() {
    let mut known = Known::default();
    let gone = CopiedParty { deleted: true, ..copy_of_one() };
    known.add(ONE, &gone);
    known.read_tie(&tie(ONE, "nobody"));
    assert_eq!(known.missing().count(), 0);
    let row = |at| SourceRow { deleted_at: Some(at), ..row(ONE, "a@scb.se", 4) };
    assert_eq!(known.read_row(&row(5), NOW), 0);
    assert!(touched(&known).is_empty() && known.of_unknown_accounts().next().is_none());
    for (at, times, versions) in [(4, 1, vec![]), (6, 0, vec![(ONE.to_owned(), Timestamp(6))])] {
        let mut known = Known::default();
        known.add(ONE, &gone);
        assert_eq!(known.read_row(&row(at), NOW), times);
        assert_eq!(touched(&known), versions);
    }
}

fn copy_of_one() -> CopiedParty {
    match interpret_row(&row(ONE, "a@scb.se", 5), NOW) {
        Some(Said::Living(copy)) => *copy,
        _ => panic!("a good row"),
    }
}
