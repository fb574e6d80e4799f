//! A source that writes many of its rows anew, with a newer version and otherwise as they were.

use std::collections::BTreeMap;

use idp::clock::Timestamp;
use idp::contact::reconcile::{CopiedParty, Mode};
use idp::provider::sync::SOURCE;

use super::world::{DUE, FULL, NOW, SCB, USER, World};

on_both! {
    a_reloaded_unchanged_table_updates_only_the_versions_in_portions,
    a_row_older_than_its_stored_version_is_quarantined,
    an_interrupted_version_update_is_completed_by_the_next_run,
    a_run_stopped_by_the_brake_stores_no_versions,
    too_many_changes_cause_a_full_run_and_are_then_skipped,
    too_many_ties_cause_a_full_run,
}

/// Parties beside the two of the world.
const MANY: i64 = 2_500;
const IN_ALL: usize = 2_502;

/// Many parties, and a first run.
async fn many(world: &World) {
    world
        .source
        .execute(&format!(
            "WITH RECURSIVE numbers (n) AS
                 (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {MANY})
             INSERT INTO party_parameters (party, organisation, email, updated_at)
             SELECT CAST(300000000000 + n AS TEXT), '2021000837', 'a' || n || '@scb.se', 1799990000
             FROM numbers"
        ))
        .await;
    assert_eq!(world.run(FULL).await.added, IN_ALL);
}

/// Writes every row anew, a second later.
async fn reload(world: &World) -> Timestamp {
    let now = world.later(1);
    world.source.execute(&format!("UPDATE party_parameters SET updated_at = {}", now.0)).await;
    now
}

async fn copy(world: &World) -> BTreeMap<String, CopiedParty> {
    world.store.contact_copy().await.unwrap().parties
}

/// How many parties of the copy have this version.
async fn of_version(world: &World, version: Timestamp) -> usize {
    copy(world).await.values().filter(|party| party.version == version).count()
}

/// Lets the copy tell how many parties were touched in one transaction: PostgreSQL notes it in each
/// row; on SQLite the number of the run does, which each transaction makes another one.
async fn watch(world: &World) {
    if world.kept.is_sqlite() {
        let watch = "CREATE TABLE touched (run BIGINT);
                     CREATE TRIGGER touch AFTER UPDATE OF updated_at ON parties
                     BEGIN INSERT INTO touched SELECT applied FROM sync_state; END;";
        world.kept.execute(watch).await;
    }
}

async fn most_at_once(world: &World) -> i64 {
    let counts = if world.kept.is_sqlite() {
        "SELECT COUNT(*) AS n FROM touched GROUP BY run"
    } else {
        "SELECT COUNT(*) AS n FROM parties GROUP BY xmin::text"
    };
    world.kept.number(&format!("SELECT MAX(n) AS number FROM ({counts}) AS counts")).await
}

async fn a_reloaded_unchanged_table_updates_only_the_versions_in_portions(world: &World) {
    many(world).await;
    let (before, revision) = (copy(world).await, world.state().await.revision);
    watch(world).await;
    let now = reload(world).await;
    let run = world.run(FULL).await;
    assert!(run.plan.changes_nothing() && run.plan.ended.is_empty(), "{:?}", run.plan);
    assert_eq!((run.touched.len(), run.changes(), run.copied.parties.len()), (IN_ALL, 0, 0));
    let anew = |(party, copy)| (party, CopiedParty { version: now, ..copy });
    assert_eq!(copy(world).await, before.into_iter().map(anew).collect());
    assert_eq!(most_at_once(world).await, 1_000);
    assert!(world.told().await.is_empty() && world.quarantined().await.is_empty());
    let state = world.state().await;
    assert_eq!((state.revision, state.watermark), (revision + 4, now));
    assert_eq!(world.run(FULL).await.touched.len(), 0);
}

async fn a_row_older_than_its_stored_version_is_quarantined(world: &World) {
    world.run(FULL).await;
    world.later(9);
    let now = reload(world).await;
    assert_eq!(world.run(FULL).await.touched.len(), 2);
    let older = format!("email = 'old@scb.se', updated_at = {}", now.0 - 1);
    let set = format!("UPDATE party_parameters SET {older} WHERE party = '{SCB}'");
    world.source.execute(&set).await;
    world.run(FULL).await;
    assert_eq!(world.addresses(USER).await[0], "magnus@scb.se");
    assert_eq!(world.quarantined().await, [(SCB.to_owned(), "row", "older_than_copy")]);
    world.set(SCB, "email = 'new@scb.se'").await;
    world.run(FULL).await;
    assert_eq!(world.addresses(USER).await[0], "new@scb.se");
}

async fn an_interrupted_version_update_is_completed_by_the_next_run(world: &World) {
    many(world).await;
    let before = world.state().await;
    let now = reload(world).await;
    let store = &world.store;
    assert!(store.acquire_lease(SOURCE, "killed", 15, now).await.unwrap());
    let some: Vec<_> = copy(world).await.into_keys().take(1_000).map(|p| (p, now)).collect();
    let revision = before.revision;
    assert!(store.touch_parties((SOURCE, revision), "killed", some).await.unwrap());
    assert_eq!(world.state().await.watermark, before.watermark);
    world.later(20);
    assert_eq!(world.run(FULL).await.touched.len(), IN_ALL - 1_000);
    assert_eq!(of_version(world, now).await, IN_ALL);
    assert_eq!(world.state().await.watermark, now);
}

async fn a_run_stopped_by_the_brake_stores_no_versions(world: &World) {
    many(world).await;
    let now = reload(world).await;
    world.source.execute("DELETE FROM party_accounts").await;
    let gone = "DELETE FROM party_parameters WHERE party > '300000002000'";
    world.source.execute(gone).await;
    let run = world.run(FULL).await;
    assert!(run.brake().is_some());
    // The party that lost its tie differs.
    assert_eq!((run.touched.len(), of_version(world, now).await), (2_001, 0));
}

async fn too_many_changes_cause_a_full_run_and_are_then_skipped(world: &World) {
    many(world).await;
    let now = reload(world).await;
    let run = world.run(DUE).await;
    assert_eq!((run.mode, run.touched.len()), (Mode::Full, IN_ALL));
    assert_eq!(of_version(world, now).await, IN_ALL);
    world.later(5);
    assert_eq!(world.run(DUE).await.mode, Mode::Full, "a late writer may add to it");
    world.later(120);
    assert_eq!(world.run(DUE).await.mode, Mode::Full, "what was read last was read then");
    world.set(SCB, "email = 'new@scb.se'").await;
    let run = world.run(DUE).await;
    assert_eq!((run.mode, run.changes()), (Mode::Changes, 1));
    assert_eq!(world.addresses(USER).await[0], "new@scb.se");
}

async fn too_many_ties_cause_a_full_run(world: &World) {
    world.run(FULL).await;
    world
        .source
        .execute(&format!(
            "WITH RECURSIVE numbers (n) AS
                 (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {MANY})
             INSERT INTO party_accounts SELECT '{SCB}', 'somebody' || n FROM numbers"
        ))
        .await;
    world.set(SCB, "email = 'new@scb.se'").await;
    let run = world.run(DUE).await;
    assert_eq!((run.mode, run.changes()), (Mode::Full, 1));
    assert_eq!(world.state().await.full_at, Some(NOW.plus(1)));
}
