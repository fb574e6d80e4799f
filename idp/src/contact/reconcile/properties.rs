//! Properties P50 to P53, which must be true for every content of the source.

use proptest::prelude::*;

use super::brake::Verdict;
use super::tests::{APPROVED, FULL, NOW, USER, applied, cell, many, nobody};
use super::*;
use crate::contact::party_parameters::{Cell, SourceRow, SourceTie};

fn any_cell(good: &'static str) -> impl Strategy<Value = Cell> {
    prop_oneof![
        4 => good.prop_map(|text| cell(&text)),
        1 => prop::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| Cell::read(Some(&bytes))),
        1 => Just(Cell::Empty),
    ]
}

fn any_row() -> impl Strategy<Value = SourceRow> {
    let address = "[ab]@[cd]\\.se";
    let cells = (any_cell(address), any_cell(address), any_cell(address));
    let when = (prop::option::of(0..30_i64), prop::option::weighted(0.2, 0..30_i64));
    (any_cell("20210008370[0-5]"), any_cell("2021000837"), cells, any::<bool>(), when).prop_map(
        |(party, organisation, (company, arrivals, dispatches), enabled, (updated, deleted))| {
            SourceRow {
                party,
                organisation,
                organisation_name: Cell::Empty,
                company,
                arrivals,
                arrivals_enabled: enabled,
                dispatches,
                dispatches_enabled: !enabled,
                updated_at: updated.map(|ago| NOW.0 - ago),
                deleted_at: deleted.map(|ago| NOW.0 - ago),
            }
        },
    )
}

fn any_incoming() -> impl Strategy<Value = Incoming> {
    let tie = (any_cell("20210008370[0-5]"), any_cell("202100083750|agent|nobody"))
        .prop_map(|(party, username)| SourceTie::read(&party, &username));
    (prop::collection::vec(any_row(), 0..8), prop::collection::vec(tie, 0..8))
        .prop_map(|(rows, ties)| Incoming { rows, ties, ..Incoming::default() })
}

fn any_rules() -> impl Strategy<Value = Rules> {
    (any::<bool>(), any::<bool>()).prop_map(|(full, approved)| Rules {
        mode: if full { Mode::Full } else { Mode::Changes },
        approved,
        ..FULL
    })
}

proptest! {
    /// P50, P51: for every reading, applying it twice is applying it once, in any order of rows.
    #[test]
    fn a_plan_is_idempotent_and_independent_of_row_order(
        first in any_incoming(), second in any_incoming(), rules in any_rules(),
    ) {
        let before = applied(&nobody(), &reconcile(&nobody(), &first, &APPROVED));
        let plan = reconcile(&before, &second, &rules);
        let after = applied(&before, &plan);
        prop_assert!(reconcile(&after, &second, &rules).changes_nothing());
        let mut turned = second;
        turned.rows.reverse();
        turned.ties.reverse();
        prop_assert_eq!(reconcile(&before, &turned, &rules), plan);
    }

    /// P53: every address was read for that very party, now or before.
    #[test]
    fn a_party_has_only_addresses_read_from_the_source_for_that_party(
        first in any_incoming(), second in any_incoming(), rules in any_rules(),
    ) {
        let before = applied(&nobody(), &reconcile(&nobody(), &first, &APPROVED));
        let after = applied(&before, &reconcile(&before, &second, &rules));
        for (number, party) in &after.parties {
            for address in party.contacts.values().map(|contact| &contact.address) {
                let said = first.rows.iter().chain(&second.rows).any(|row| {
                    row.party_number() == Some(number)
                        && [&row.company, &row.arrivals, &row.dispatches]
                            .contains(&&Cell::Text(address.as_str().to_owned()))
                });
                prop_assert!(said);
            }
        }
    }

    /// What ends is what an account had and has no more, exactly.
    #[test]
    fn ended_addresses_are_exactly_those_that_an_account_lost(
        first in any_incoming(), second in any_incoming(), rules in any_rules(),
    ) {
        let of = |copied: &Copied, name: &str| -> BTreeSet<String> {
            let tied = copied.parties.values().filter(|party| party.accounts.contains(name));
            tied.flat_map(|p| p.contacts.values()).map(|c| c.address.canonical().to_owned()).collect()
        };
        let before = applied(&nobody(), &reconcile(&nobody(), &first, &APPROVED));
        let plan = reconcile(&before, &second, &rules);
        let after = applied(&before, &plan);
        for name in [USER, "agent"] {
            let lost: BTreeSet<_> = &of(&before, name) - &of(&after, name);
            let ended: BTreeSet<_> = plan.ended.iter().filter(|e| e.username == name)
                .map(|e| e.canonical.clone()).collect();
            prop_assert_eq!(lost, ended);
        }
    }

    /// P52: without approval a run takes no more than the brake allows.
    #[test]
    fn an_unapproved_run_removes_no_more_than_the_brake_allows(count in 0_usize..50) {
        let copied = applied(&nobody(), &reconcile(&nobody(), &many(50, 100, "scb.se"), &FULL));
        let plan = reconcile(&copied, &many(count, 100, "scb.se"), &FULL);
        let lost = 50 - count;
        prop_assert_eq!(plan.verdict == Verdict::Apply, lost <= brake::ALWAYS_ALLOWED.max(5));
    }
}
