use std::collections::{BTreeMap, BTreeSet};

use crate::account::interaction::purpose::{self, Proven, Purpose};
use crate::account::link::Worth;
use crate::clock::Timestamp;
use crate::contact::Role;
use crate::contact::address::Address;
use crate::contact::organisation_number::OrganisationNumber;
use crate::contact::quarantine::{Place, Quarantined, Reason};
use crate::contact::reconcile::brake::{Brake, Share, Verdict, Window};
use crate::contact::reconcile::plan::{Ended, Examined, Plan, Removal, Tie, Upsert};
use crate::contact::reconcile::{Contact, Held, Mode};
use crate::store::Recording;
use crate::store::contact::contacts::SyncRun;
use crate::store::contact::sync_state::SyncState;
use crate::store::jobs::claims::Claim;
use crate::store::login::browsers::RememberedChange;
use crate::store::tests::fixtures::{
    NOW, UNBOUNDED, account, completion, later, mark, message, proofs, remembered, with_link,
};

const SOURCE: &str = "party-parameters";

fn plan() -> Plan {
    Plan {
        verdict: Verdict::Apply,
        takes: Brake::default(),
        addresses_lost: BTreeSet::new(),
        held: Held::default(),
        upserts: Vec::new(),
        removals: Vec::new(),
        ties_added: Vec::new(),
        ties_removed: Vec::new(),
        ended: Vec::new(),
        notices: Vec::new(),
        examined: Examined::All,
        quarantined: Vec::new(),
        watermark: None,
    }
}

fn run<'a>(revision: i64, plan: &'a Plan) -> SyncRun<'a> {
    SyncRun {
        source: SOURCE,
        revision,
        holder: None,
        mode: Mode::Full,
        read_at: NOW,
        plan,
        brake_since: None,
        notices: &[],
    }
}

/// A party with these cells: role, address, report ticked.
pub(super) fn party(number: &str, cells: &[(Role, &str, bool)]) -> Upsert {
    let cell = |(role, address, report_enabled): &(Role, &str, bool)| {
        let address = Address::parse(address).unwrap();
        (*role, Contact { address, report_enabled: *report_enabled })
    };
    Upsert {
        party: number.to_owned(),
        organisation: OrganisationNumber::parse("2021000837").unwrap(),
        organisation_name: "SCB".to_owned(),
        version: NOW,
        contacts: cells.iter().map(cell).collect(),
    }
}

fn ties(ties: &[(&str, &str)]) -> Vec<Tie> {
    let tie = |(party, username): &(&str, &str)| Tie {
        party: (*party).to_owned(),
        username: (*username).to_owned(),
    };
    ties.iter().map(tie).collect()
}

/// Applies a run that writes these parties and makes these ties.
pub(super) async fn applied(
    store: &Recording,
    revision: i64,
    parties: &[Upsert],
    added: &[(&str, &str)],
) {
    let plan = Plan { upserts: parties.to_vec(), ties_added: ties(added), ..plan() };
    assert!(store.apply_sync(&run(revision, &plan), NOW).await.unwrap());
}

on_both! {
    async fn the_copy_is_read_back_as_applied(store: Store) {
        store.add_account(&account("a"), None, &["1".to_owned()]).await.unwrap();
        store.add_account(&account("b"), None, &[]).await.unwrap();
        let cells = [(Role::Company, "Info@Scb.se", true), (Role::Arrivals, "in@scb.se", false)];
        let parties = [party("1", &cells), party("2", &[])];
        applied(&store, 0, &parties, &[("1", "b"), ("2", "b")]).await;
        let copy = store.contact_copy().await.unwrap();
        assert_eq!((copy.addresses_in_all, copy.ties_in_all), (2, 2));
        assert_eq!(copy.accounts, BTreeSet::from(["a".to_owned(), "b".to_owned()]));
        let by_operator = BTreeMap::from([("1".to_owned(), BTreeSet::from(["a".to_owned()]))]);
        assert_eq!(copy.tied_by_operator, by_operator);
        let first = &copy.parties["1"];
        assert_eq!(first.contacts, parties[0].contacts);
        assert_eq!((first.version, first.deleted), (NOW, false));
        assert_eq!(first.accounts, BTreeSet::from(["b".to_owned()]));
    }

    async fn a_later_run_replaces_cells_removes_ties_and_marks_parties_as_deleted(store: Store) {
        let cells = [(Role::Company, "a@x.se", true), (Role::Arrivals, "b@x.se", true)];
        let parties = [party("1", &cells), party("2", &cells)];
        applied(&store, 0, &parties, &[("1", "a"), ("2", "a")]).await;
        let plan = Plan {
            upserts: vec![party("1", &[(Role::Company, "c@x.se", true)])],
            removals: vec![Removal { party: "2".to_owned(), version: later(5) }],
            ties_removed: ties(&[("2", "a")]),
            ..plan()
        };
        assert!(store.apply_sync(&run(1, &plan), later(6)).await.unwrap());
        let copy = store.contact_copy().await.unwrap();
        assert_eq!(copy.parties["1"].contacts, plan.upserts[0].contacts);
        let deleted = &copy.parties["2"];
        assert_eq!((deleted.deleted, deleted.version), (true, later(5)));
        assert!(deleted.contacts.is_empty() && deleted.accounts.is_empty());
    }

    async fn a_run_without_the_lease_changes_nothing(store: Store) {
        let plan = Plan { upserts: vec![party("1", &[])], ..plan() };
        let held = SyncRun { holder: Some("a"), ..run(0, &plan) };
        assert!(!store.apply_sync(&held, NOW).await.unwrap(), "nobody holds it");
        assert!(store.acquire_lease(SOURCE, "a", 15, NOW).await.unwrap());
        assert!(store.acquire_lease(SOURCE, "b", 15, later(15)).await.unwrap());
        assert!(!store.renew_lease(SOURCE, "a", 15, later(16)).await.unwrap());
        assert!(!store.apply_sync(&held, later(16)).await.unwrap(), "a was suspended");
        assert!(store.contact_copy().await.unwrap().parties.is_empty());
        let held = SyncRun { holder: Some("b"), ..run(0, &plan) };
        assert!(store.apply_sync(&held, later(60)).await.unwrap(), "late, but nobody took it");
    }

    async fn removals_are_counted_once_until_the_window_ends_or_a_run_is_approved(store: Store) {
        let name = |party: &str| (party.to_owned(), "company".to_owned());
        let takes = |parties: &[&str], of: usize| Plan {
            addresses_lost: parties.iter().map(|party| name(party)).collect(),
            takes: Brake { addresses: Share { of, ..Share::default() }, ..Brake::default() },
            ties_removed: ties(&[(parties[0], "a")]),
            ..plan()
        };
        let steps = [
            (Some(later(-1)), takes(&["1", "2"], 50), 0),
            (Some(later(-1)), takes(&["2", "3"], 48), 10),
            (Some(later(5)), takes(&["1"], 47), 20),
        ];
        for (revision, (since, plan, at)) in (0..).zip(&steps) {
            let run = SyncRun { brake_since: *since, ..run(revision, plan) };
            assert!(store.apply_sync(&run, later(*at)).await.unwrap());
        }
        let window = store.sync_losses(SOURCE, later(5)).await.unwrap();
        assert_eq!(window.addresses.lost, BTreeSet::from(["1", "3"].map(name)));
        assert_eq!((window.addresses.of, window.ties.lost.len()), (Some(48), 2));
        assert!(store.apply_sync(&run(3, &plan()), later(30)).await.unwrap());
        assert_eq!(store.sync_losses(SOURCE, NOW).await.unwrap(), Window::default());
    }

    async fn a_run_decided_on_an_older_copy_changes_nothing(store: Store) {
        applied(&store, 0, &[party("1", &[])], &[]).await;
        let plan = Plan { upserts: vec![party("2", &[])], ..plan() };
        let notices = [message("notice", None)];
        let stale = SyncRun { notices: &notices, ..run(0, &plan) };
        assert!(!store.apply_sync(&stale, NOW).await.unwrap());
        assert!(!store.hold_sync(SOURCE, 0, "too much", NOW).await.unwrap());
        assert!(!store.contact_copy().await.unwrap().parties.contains_key("2"));
        assert_eq!(store.outbox_totals().await.unwrap().open, 0);
    }

    async fn one_of_several_parallel_runs_is_applied(store: Store) {
        let outcomes = super::race(8, |number| {
            let store = store.clone();
            async move {
                let plan = Plan { upserts: vec![party(&number.to_string(), &[])], ..plan() };
                store.apply_sync(&run(0, &plan), NOW).await.unwrap()
            }
        });
        assert_eq!(super::winners(&outcomes.await), 1);
        assert_eq!(store.contact_copy().await.unwrap().parties.len(), 1);
    }

    async fn an_ended_address_ends_its_links_and_marks_and_queues_notices(store: Store) {
        let a = with_link(&store).await.id;
        let mut earlier = completion(&a, 0);
        earlier.remembered = RememberedChange::Remember {
            mark: mark("mark", &a, "remembered"),
            replaces: Vec::new(),
        };
        let mut other = crate::store::tests::fixtures::interaction("other");
        let proven = Proven { account_id: a.clone(), proofs: proofs() };
        other.purpose = Purpose::SignIn { reason: purpose::Reason::First, proven: Some(proven) };
        store.begin_interaction(&other, &UNBOUNDED, i64::MAX).await.unwrap();
        assert!(store.complete_interaction("other", 0, &earlier, NOW).await.unwrap());
        let gone = |canonical: &str| {
            let canonical = canonical.to_owned();
            Plan { ended: vec![Ended { username: "a".to_owned(), canonical }], ..plan() }
        };
        assert!(store.apply_sync(&run(0, &gone("another@scb.se")), NOW).await.unwrap());
        assert_eq!(store.links_of("i").await.unwrap()[0].worth(NOW), Worth::Live);
        let plan = gone("magnus.lange@scb.se");
        let notices = [message("notice", None)];
        let run = SyncRun { notices: &notices, ..run(1, &plan) };
        assert!(store.apply_sync(&run, later(1)).await.unwrap());
        assert_eq!(store.links_of("i").await.unwrap()[0].worth(NOW), Worth::Superseded);
        let found = remembered(&store, "remembered", &a, NOW).await;
        assert_eq!(found, None);
        assert!(!store.confirm_link("l", "i", 2, &completion(&a, 9), later(1)).await.unwrap());
        let due = store.claim_messages(&Claim::any("w", 1, 9), later(1)).await.unwrap();
        assert_eq!(due.iter().map(|m| m.id.as_str()).collect::<Vec<_>>(), ["notice"]);
    }

    async fn the_sync_state_has_revision_watermark_and_times_of_the_last_runs(store: Store) {
        assert_eq!(store.sync_state(SOURCE).await.unwrap(), SyncState::default());
        let first = Plan { watermark: Some(later(-3)), ..plan() };
        assert!(store.apply_sync(&run(0, &first), NOW).await.unwrap());
        let changes = plan();
        let changes = SyncRun { mode: Mode::Changes, ..run(1, &changes) };
        assert!(store.apply_sync(&changes, later(9)).await.unwrap());
        let expected = SyncState {
            revision: 2,
            watermark: later(-3),
            full_at: Some(NOW),
            succeeded_at: Some(later(9)),
            ..SyncState::default()
        };
        assert_eq!(store.sync_state(SOURCE).await.unwrap(), expected);
    }

    async fn the_recorded_totals_equal_the_counted_rows(store: Store) {
        store.add_account(&account("a"), None, &[]).await.unwrap();
        let totals = async || {
            let totals = store.sync_totals(SOURCE).await.unwrap();
            let noted = [totals.parties, totals.addresses, totals.ties].map(|n| n as i64);
            let counted = store.count_copy().await.unwrap();
            assert_eq!(noted, [counted.0, counted.1, counted.2]);
            noted
        };
        assert_eq!(totals().await, [0, 0, 0]);
        let cells = [(Role::Company, "a@scb.se", true), (Role::Arrivals, "b@scb.se", true)];
        let parties = [party("1", &cells), party("2", &cells[..1])];
        applied(&store, 0, &parties, &[("1", "a"), ("2", "a")]).await;
        assert_eq!(totals().await, [2, 3, 2]);
        let plan = Plan {
            upserts: vec![party("1", &cells[1..]), party("3", &[])],
            removals: vec![Removal { party: "2".to_owned(), version: later(5) }],
            ties_removed: ties(&[("2", "a")]),
            ..plan()
        };
        let changes = SyncRun { mode: Mode::Changes, ..run(1, &plan) };
        assert!(store.apply_sync(&changes, NOW).await.unwrap());
        assert_eq!(totals().await, [2, 1, 1]);
    }

    async fn a_partial_copy_includes_the_other_parties_of_the_same_accounts(store: Store) {
        store.add_account(&account("a"), None, &["3".to_owned()]).await.unwrap();
        let parties = ["1", "2", "3", "4"].map(|number| party(number, &[]));
        applied(&store, 0, &parties, &[("1", "a"), ("2", "a")]).await;
        let names = || BTreeSet::from(["a".to_owned()]);
        let around = async |number: &str| {
            let copied = store
                .contact_copy_around(SOURCE, BTreeSet::from([number.to_owned()]), names())
                .await
                .unwrap();
            assert_eq!((copied.ties_in_all, copied.accounts), (2, names()));
            copied.parties.into_keys().collect::<Vec<_>>()
        };
        assert_eq!(around("1").await, ["1", "2", "3"]);
        assert_eq!(around("3").await, ["1", "2", "3"]);
        assert_eq!(around("4").await, ["4"]);
    }

    async fn known_parties_omit_deleted_ones_and_a_partial_copy_has_only_requested_parties(store: Store) {
        store.add_account(&account("a"), None, &[]).await.unwrap();
        let numbers = ["202100083701", "202100083702", "202100083703"];
        let parties = numbers.map(|number| party(number, &[]));
        applied(&store, 0, &parties, &[(numbers[0], "a")]).await;
        let removal = Removal { party: numbers[2].to_owned(), version: later(5) };
        let plan = Plan { removals: vec![removal], ..plan() };
        assert!(store.apply_sync(&run(1, &plan), NOW).await.unwrap());
        let known = store.known_parties().await.unwrap();
        assert_eq!(known.missing().collect::<BTreeSet<_>>(), numbers[..2].iter().map(|n| (*n).to_owned()).collect());
        let names = BTreeSet::from(["a".to_owned()]);
        let one = BTreeSet::from([numbers[0].to_owned()]);
        let copied = store.contact_copy_of(one.clone(), names.clone()).await.unwrap();
        assert_eq!((copied.parties.into_keys().collect(), copied.accounts), (one, names));
    }

    async fn the_brake_is_kept_until_an_operator_approves_and_a_run_is_applied(store: Store) {
        assert!(!store.approve_sync(SOURCE, NOW).await.unwrap(), "it does not hold");
        assert!(store.hold_sync(SOURCE, 0, "7 of 9", NOW).await.unwrap());
        assert!(store.hold_sync(SOURCE, 0, "8 of 9", later(5)).await.unwrap());
        let held = store.sync_state(SOURCE).await.unwrap();
        assert_eq!(held.brake, Some(("8 of 9".to_owned(), NOW)), "since the first time");
        assert_eq!(held.approved_at, None);
        assert!(store.approve_sync(SOURCE, later(9)).await.unwrap());
        assert_eq!(store.sync_state(SOURCE).await.unwrap().approved_at, Some(later(9)));
        applied(&store, 0, &[], &[]).await;
        let released = store.sync_state(SOURCE).await.unwrap();
        assert_eq!((released.brake, released.approved_at), (None, None));
    }

    async fn the_quarantine_has_the_findings_of_the_last_run(store: Store) {
        let found = |party: &str, place, reason| Quarantined {
            party: party.to_owned(),
            place,
            reason,
        };
        let cell = Place::Address(Role::Company);
        let quarantine = async |revision, at: Timestamp, examined, quarantined| {
            let plan = Plan { examined, quarantined, ..plan() };
            assert!(store.apply_sync(&run(revision, &plan), at).await.unwrap());
            store.quarantined().await.unwrap()
        };
        let one = found("1", cell, Reason::TooLong);
        let two = found("2", Place::Row, Reason::NoVersion);
        let first = quarantine(0, NOW, Examined::All, vec![one.clone(), two.clone()]).await;
        assert_eq!(first, [(one, NOW), (two.clone(), NOW)]);
        let changed = found("1", cell, Reason::SeveralAddresses);
        let of_one = Examined::Parties(BTreeSet::from(["1".to_owned()]));
        let second = quarantine(1, later(1), of_one.clone(), vec![changed.clone()]).await;
        assert_eq!(second, [(changed, NOW), (two.clone(), NOW)], "first seen, last reason");
        assert_eq!(quarantine(2, later(2), of_one, vec![]).await, [(two, NOW)]);
        assert_eq!(quarantine(3, later(3), Examined::All, vec![]).await, []);
    }
}
