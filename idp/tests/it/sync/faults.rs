//! What must not go wrong when something does.

use futures_util::FutureExt as _;
use idp::contact::reconcile::Held;
use idp::provider::Fault;

use super::world::{APPROVED, DUE, FULL, NOW, OTHER, SCB, USER, World};

on_both! {
    a_run_is_applied_whole_or_not_at_all,
    parallel_runs_apply_the_changes_once,
    a_run_waits_for_the_lease_of_another_node,
    a_killed_run_delays_others_only_until_its_lease_expires,
    an_invalid_tie_or_row_does_not_delay_removals_for_others,
    an_unavailable_source_leaves_the_last_copy_unchanged,
    an_invalid_cell_is_quarantined_and_other_cells_are_updated,
    a_row_without_party_number_stays_in_quarantine_until_the_next_full_run,
    an_older_state_of_the_source_is_not_applied,
}

async fn a_run_is_applied_whole_or_not_at_all(world: &World) {
    world.run(FULL).await;
    world.set(SCB, "email = 'new@scb.se', arrivals_email = 'bad, worse'").await;
    let before = world.state().await;
    // The parties are written before their mails are queued.
    world.kept.execute("ALTER TABLE outbox RENAME TO away").await;
    assert!(matches!(world.sync(DUE).await, Err(Fault::Store(_))));
    assert_eq!(world.addresses(USER).await[0], "magnus@scb.se");
    assert_eq!((world.state().await, world.quarantined().await), (before, Vec::new()));
    world.kept.execute("ALTER TABLE away RENAME TO outbox").await;
    world.run(DUE).await;
    assert_eq!(world.addresses(USER).await, ["new@scb.se", "in@scb.se", "ut@scb.se"]);
    assert_eq!(world.told().await.len(), 3);
}

async fn parallel_runs_apply_the_changes_once(world: &World) {
    world.run(FULL).await;
    world.set(SCB, "email = 'new@scb.se'").await;
    let runs = futures_util::future::join_all((0..8).map(|_| world.sync(DUE))).await;
    let changes: usize = runs.iter().flatten().flatten().map(|run| run.changes()).sum();
    assert_eq!(changes, 1);
    assert!(runs.iter().all(Result::is_ok), "the others wait or find nothing to do");
    assert_eq!(world.told().await.len(), 3);
}

async fn a_run_waits_for_the_lease_of_another_node(world: &World) {
    let store = &world.store;
    assert!(store.acquire_lease("party-parameters", "other", 60, NOW).await.unwrap());
    assert!(world.sync(FULL).await.unwrap().is_none());
    assert!(world.addresses(USER).await.is_empty());
    world.later(60);
    assert!(world.sync(FULL).await.unwrap().is_some(), "the other node has died");
}

const LEASES: &str =
    "SELECT count(*) AS number FROM leases WHERE name = 'party-parameters' AND holder <> ''";

async fn a_killed_run_delays_others_only_until_its_lease_expires(world: &World) {
    let kill = async || {
        let mut run = Box::pin(world.sync(FULL));
        while (&mut run).now_or_never().is_none() {
            if world.kept.number(LEASES).await == 1 {
                return true;
            }
        }
        false
    };
    // A run may be over before its lease is seen.
    while !kill().await {}
    assert!(world.sync(FULL).await.unwrap().is_none());
    world.later(15);
    assert!(world.sync(FULL).await.unwrap().is_some());
}

async fn an_invalid_tie_or_row_does_not_delay_removals_for_others(world: &World) {
    let add = "INSERT INTO party_parameters (party, organisation, email, updated_at)
                   VALUES ('202100083703', '2021000837', 'c@scb.se', 1799990000);
               INSERT INTO party_accounts VALUES ('202100083702', '202100083750'),
                   ('202100083703', 'agent'), ('202100083703', '202100083750')";
    world.source.execute(add).await;
    world.run(FULL).await;
    assert_eq!(world.addresses(USER).await.len(), 5);
    let spoil = "UPDATE party_accounts SET party = 'garbled' WHERE username = 'agent';
                 UPDATE party_parameters SET updated_at = 1799000000
                     WHERE party = '202100083703';
                 INSERT INTO party_parameters (email, updated_at) VALUES ('x@y.se', 1799990000);
                 DELETE FROM party_accounts WHERE party = '202100083702';
                 DELETE FROM party_parameters WHERE party = '202100083702'";
    world.source.execute(spoil).await;
    let run = world.run(FULL).await;
    assert!(run.brake().is_none());
    assert_eq!(world.addresses(USER).await.len(), 4, "OTHER is withdrawn");
    assert_eq!(world.state().await.held, Some((Held { parties: 0, ties: 1 }, NOW)));
    assert_eq!(world.app.provider.readings().await.unwrap().sync_held_back, 1);
    world.later(7);
    world.run(FULL).await;
    assert_eq!(world.state().await.held, Some((Held { parties: 0, ties: 1 }, NOW)));
    world.run(APPROVED).await;
    assert_eq!(world.state().await.held, None);
    assert!(world.addresses("agent").await.is_empty());
}

async fn an_unavailable_source_leaves_the_last_copy_unchanged(world: &World) {
    world.run(FULL).await;
    for (away, back) in [
        (
            "ALTER TABLE party_parameters RENAME TO away",
            "ALTER TABLE away RENAME TO party_parameters",
        ),
        (
            "ALTER TABLE party_accounts RENAME COLUMN username TO name",
            "ALTER TABLE party_accounts RENAME COLUMN name TO username",
        ),
    ] {
        world.source.execute(away).await;
        let age = world.app.provider.readings().await.unwrap().sync_age_seconds;
        world.later(100);
        for wish in [DUE, FULL] {
            assert!(matches!(world.sync(wish).await, Err(Fault::Source(_))), "{away}");
        }
        assert_eq!(world.addresses(USER).await.len(), 3);
        let readings = world.app.provider.readings().await.unwrap();
        assert_eq!(readings.sync_age_seconds, age + 100);
        world.source.execute(back).await;
        assert!(world.run(DUE).await.plan.changes_nothing(), "no lease was left behind");
    }
}

async fn an_invalid_cell_is_quarantined_and_other_cells_are_updated(world: &World) {
    world.run(FULL).await;
    let bad = [
        ("'a@b.se\r\nBcc: c@d.se'", "control_character"),
        ("'a@b.se;c@d.se'", "several_addresses"),
        ("'<script>alert(1)</script>'", "not_an_address"),
        ("'å@scb.se'", "local_part_not_ascii"),
    ];
    for (cell, reason) in bad {
        let columns = format!("email = {cell}, dispatches_email = '{reason}@scb.se'");
        world.set(SCB, &columns).await;
        world.run(DUE).await;
        let kept = ["magnus@scb.se".to_owned(), "in@scb.se".to_owned(), format!("{reason}@scb.se")];
        assert_eq!(world.addresses(USER).await, kept, "{cell}");
        assert_eq!(world.quarantined().await, [(SCB.to_owned(), "company", reason)]);
    }
    assert_eq!(world.app.provider.readings().await.unwrap().sync_quarantined, 1);
    world.set(SCB, "email = 'good@scb.se'").await;
    world.run(DUE).await;
    assert_eq!(world.addresses(USER).await[0], "good@scb.se");
    assert!(world.quarantined().await.is_empty());
    // Each reason once, however often it was read, and each change of an address.
    world.run(FULL).await;
    let events = world.events().await;
    let of = |kind: &str| events.iter().filter(|event| event["kind"] == kind).collect::<Vec<_>>();
    let reasons: Vec<_> =
        of("row_quarantined").iter().map(|event| event["facts"]["reason"].clone()).collect();
    assert_eq!(reasons, bad.map(|(_, reason)| reason));
    assert_eq!(of("address_changed").len(), bad.len() + 1);
    assert_eq!(of("address_changed")[0]["facts"]["role"], "dispatches");
    assert_eq!(of("sync_applied").len(), 1 + bad.len() + 1);
    let text = events.iter().map(ToString::to_string).collect::<String>();
    assert!(!text.contains("@scb.se\"") && !text.contains("good@"), "addresses are masked");
}

async fn a_row_without_party_number_stays_in_quarantine_until_the_next_full_run(world: &World) {
    let add = "INSERT INTO party_parameters (email, updated_at) VALUES ('a@b.se', 1799990000)";
    world.source.execute(add).await;
    let nameless = [(String::new(), "row", "party_number")];
    for wish in [FULL, DUE, DUE] {
        world.later(1);
        world.run(wish).await;
        assert_eq!(world.quarantined().await, nameless);
    }
    let entries = world.store.quarantined().await.unwrap();
    assert_eq!(entries[0].1, NOW.plus(1), "since it was first seen");
    world.source.execute("DELETE FROM party_parameters WHERE party IS NULL").await;
    world.run(FULL).await;
    assert!(world.quarantined().await.is_empty());
}

async fn an_older_state_of_the_source_is_not_applied(world: &World) {
    world.set(SCB, "email = 'new@scb.se'").await;
    world.run(FULL).await;
    let restore = "UPDATE party_parameters SET email = 'old@scb.se', updated_at = 1799000000;
                   DELETE FROM party_accounts";
    world.source.execute(restore).await;
    let run = world.run(FULL).await;
    assert!(run.plan.changes_nothing());
    assert_eq!(world.addresses(USER).await[0], "new@scb.se");
    let older = |party: &str| (party.to_owned(), "row", "older_than_copy");
    assert_eq!(world.quarantined().await, [older(SCB), older(OTHER)]);
    assert_eq!(world.state().await.watermark, NOW.plus(1));
    assert_eq!(world.state().await.held, Some((Held { parties: 0, ties: 1 }, NOW.plus(1))));
}
