//! The brake, by itself and over a window of time.

use super::brake::{Share, Verdict, Window};
use super::tests::{
    APPROVED, FULL, OTHER, SCB, USER, applied, demo, many, nobody, row, tie, with_first,
};
use super::*;

#[test]
fn the_brake_stops_a_run_that_removes_too_much_unless_approved() {
    let source = many(50, 100, "scb.se");
    let copied = applied(&nobody(), &reconcile(&nobody(), &source, &FULL));
    for (source, lost) in
        [(many(44, 100, "scb.se"), 6), (many(50, 5, "thief.se"), 50), (Incoming::default(), 50)]
    {
        let plan = reconcile(&copied, &source, &FULL);
        let Verdict::Brake(brake) = plan.verdict else { panic!("{lost}") };
        assert_eq!((brake.addresses.lost, brake.addresses.of), (lost, 50));
        assert_eq!(reconcile(&copied, &source, &APPROVED).verdict, Verdict::Apply);
    }
    assert_eq!(reconcile(&copied, &many(45, 100, "scb.se"), &FULL).verdict, Verdict::Apply);
    let untied = Incoming { ties: Vec::new(), ..source };
    let plan = reconcile(&copied, &untied, &FULL);
    let Verdict::Brake(brake) = plan.verdict else { panic!("without ties") };
    assert_eq!((brake.addresses.lost, brake.ties), (0, Share { lost: 50, left: 0, of: 50 }));
}

/// What applied plans took.
fn window(plans: &[&Plan]) -> Window {
    let mut window = Window::default();
    for plan in plans {
        window.addresses.of.get_or_insert(plan.takes.addresses.of);
        window.addresses.lost.extend(plan.addresses_lost.clone());
        window.ties.of.get_or_insert(plan.takes.ties.of);
        window.ties.lost.extend(plan.ties_lost());
    }
    window
}

#[test]
fn the_brake_counts_recent_removals_and_each_address_once() {
    let first = applied(&nobody(), &reconcile(&nobody(), &many(50, 100, "scb.se"), &FULL));
    let some = reconcile(&first, &many(47, 100, "scb.se"), &FULL);
    let second = applied(&first, &some);
    let judged = |rules: &Rules| {
        let mut more = reconcile(&second, &many(44, 100, "scb.se"), rules);
        assert_eq!(more.verdict, Verdict::Apply, "by itself");
        more.judge_within(&window(&[&some]), rules);
        more.verdict
    };
    let Verdict::Brake(brake) = judged(&FULL) else { panic!("3 and 3 of 50") };
    assert_eq!((brake.addresses.lost, brake.addresses.of), (6, 50));
    assert_eq!((brake.ties.lost, brake.ties.of), (6, 50));
    assert_eq!(judged(&APPROVED), Verdict::Apply);
    let mut same = many(50, 100, "scb.se");
    let mut copied = first;
    let mut taken = Window::default();
    for round in 0..9 {
        same.rows[0] = row("202100083700", 9 - round, [&format!("a{round}@scb.se"), "", ""]);
        let mut plan = reconcile(&copied, &same, &FULL);
        plan.judge_within(&taken, &FULL);
        assert_eq!(plan.verdict, Verdict::Apply, "the same cell again");
        copied = applied(&copied, &plan);
        taken = window(&[&plan]);
    }
}

#[test]
fn a_run_without_new_removals_is_not_stopped_because_of_earlier_removals() {
    let copied = applied(&nobody(), &reconcile(&nobody(), &many(50, 100, "scb.se"), &FULL));
    let taken = window(&[&reconcile(&copied, &many(44, 100, "scb.se"), &FULL)]);
    let judged = |source: &Incoming| {
        let mut plan = reconcile(&copied, source, &FULL);
        assert!(plan.takes_something());
        plan.judge_within(&taken, &FULL);
        plan.verdict
    };
    assert_eq!(judged(&many(49, 100, "scb.se")), Verdict::Apply, "one of the six once more");
    let mut other = many(50, 100, "scb.se");
    other.rows.remove(0);
    other.ties.remove(0);
    assert!(matches!(judged(&other), Verdict::Brake(_)), "a seventh");
}

#[test]
fn the_brake_allows_edits_of_a_small_table_but_not_deletion_of_all_rows() {
    let (copied, source) = demo();
    let edited = with_first(row(SCB, 5, ["eva@scb.se", "eva@scb.se", "eva@scb.se"]));
    assert_eq!(reconcile(&copied, &edited, &FULL).verdict, Verdict::Apply);
    let (rows, ties) = (source.rows[1..].to_vec(), vec![tie(OTHER, USER)]);
    let one = Incoming { rows, ties, ..Incoming::default() };
    let copied = applied(&nobody(), &reconcile(&nobody(), &one, &FULL));
    let plan = reconcile(&copied, &Incoming::default(), &FULL);
    assert!(matches!(plan.verdict, Verdict::Brake(_)));
}
