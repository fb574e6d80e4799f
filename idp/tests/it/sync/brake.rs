//! The brake: a run that would take too much waits for an operator.

use idp::contact::reconcile::Mode;

use super::world::{APPROVED, DUE, FULL, NOW, SCB, USER, World};

on_both! {
    an_empty_source_is_stopped_by_the_brake,
    too_large_a_change_is_stopped_with_one_alarm,
    later_changes_are_applied_while_the_brake_is_set,
    a_source_that_comes_right_releases_the_brake,
    an_approved_run_is_applied_and_releases_the_brake,
    a_dry_run_reports_the_brake_and_changes_nothing,
    several_small_removals_are_stopped_by_their_sum,
    an_approved_run_begins_the_count_anew,
    the_count_of_removals_expires_after_a_day_and_a_stopped_run_does_not,
}

/// Ten further parties, and a first run.
async fn many(world: &World) {
    for number in 10..20 {
        world
            .source
            .execute(&format!(
                "INSERT INTO party_parameters (party, organisation, email, updated_at)
                 VALUES ('2021000837{number}', '2021000837', 'a{number}@scb.se', 1799990000)"
            ))
            .await;
    }
    world.run(FULL).await;
}

async fn total(world: &World) -> usize {
    world.store.sync_totals(idp::provider::sync::SOURCE).await.unwrap().addresses
}

async fn an_empty_source_is_stopped_by_the_brake(world: &World) {
    many(world).await;
    world.source.execute("DELETE FROM party_parameters; DELETE FROM party_accounts").await;
    world.later(5);
    let run = world.run(FULL).await;
    assert!(run.brake().is_some());
    assert_eq!((total(world).await, world.addresses(USER).await.len()), (14, 3));
    assert!(world.told().await.is_empty());
    let state = world.state().await;
    let (what, since) = state.brake.clone().unwrap();
    assert!(what.contains("14 of 14 addresses") && what.contains("1 of 1 ties"), "{what}");
    assert_eq!((since, state.succeeded_at), (NOW.plus(5), Some(NOW)));
    assert_eq!(world.app.provider.readings().await.unwrap().sync_brake, 1);
}

async fn too_large_a_change_is_stopped_with_one_alarm(world: &World) {
    many(world).await;
    let now = world.later(5).0;
    let change = format!("UPDATE party_parameters SET email = 'evil@a.se', updated_at = {now}");
    world.source.execute(&change).await;
    let run = world.run(DUE).await;
    assert_eq!(run.mode, Mode::Full, "it is judged by everything there is");
    let held = world.state().await;
    for _ in 0..3 {
        world.later(5);
        let run = world.run(DUE).await;
        assert!(run.mode == Mode::Changes && run.brake().is_some());
        assert_eq!(world.state().await, held, "and not alarmed again");
    }
    assert_eq!(world.addresses(USER).await.len(), 3);
    assert!(!world.addresses(USER).await.contains(&"evil@a.se".to_owned()));
}

async fn later_changes_are_applied_while_the_brake_is_set(world: &World) {
    many(world).await;
    world.source.execute("DELETE FROM party_parameters WHERE party LIKE '20210008371%'").await;
    assert!(world.run(FULL).await.brake().is_some());
    world.set(SCB, "email = 'new@scb.se'").await;
    let run = world.run(DUE).await;
    assert!(run.mode == Mode::Changes && run.brake().is_none());
    assert_eq!(world.addresses(USER).await[0], "new@scb.se");
    assert_eq!(total(world).await, 14);
    let state = world.state().await;
    assert!(state.brake.is_some(), "what was stopped still waits");
    assert_eq!(state.succeeded_at, Some(NOW.plus(1)));
}

async fn a_source_that_comes_right_releases_the_brake(world: &World) {
    many(world).await;
    world.source.execute("ALTER TABLE party_parameters RENAME TO away").await;
    world.source.execute("CREATE TABLE party_parameters AS SELECT * FROM away WHERE 1 = 0").await;
    assert!(world.run(FULL).await.brake().is_some());
    world.source.execute("DROP TABLE party_parameters").await;
    world.source.execute("ALTER TABLE away RENAME TO party_parameters").await;
    world.later(60);
    let run = world.run(DUE).await;
    assert!(run.mode == Mode::Full && run.plan.changes_nothing());
    assert_eq!(world.state().await.brake, None);
}

async fn an_approved_run_is_applied_and_releases_the_brake(world: &World) {
    many(world).await;
    world.source.execute("DELETE FROM party_parameters WHERE party LIKE '20210008371%'").await;
    assert!(world.run(FULL).await.brake().is_some());
    let run = world.run(APPROVED).await;
    assert_eq!(run.plan.removals.len(), 10);
    assert_eq!(total(world).await, 4);
    let state = world.state().await;
    assert_eq!((state.brake, state.approved_at), (None, None));
    assert!(world.run(FULL).await.plan.changes_nothing());
}

/// Removes three more of the ten parties.
async fn take_three(world: &World, first: u32) -> bool {
    world.later(5);
    let gone = format!("DELETE FROM party_parameters WHERE party >= '2021000837{first}'");
    world.source.execute(&format!("{gone} AND party < '2021000837{}'", first + 3)).await;
    world.run(FULL).await.brake().is_none()
}

async fn several_small_removals_are_stopped_by_their_sum(world: &World) {
    many(world).await;
    assert!(take_three(world, 10).await);
    assert!(!take_three(world, 13).await, "6 of 14 in ten seconds");
    assert_eq!(total(world).await, 11);
    let (what, _) = world.state().await.brake.unwrap();
    assert!(what.contains("6 of 14 addresses"), "{what}");
    let now = world.later(5).0;
    let change = format!("UPDATE party_parameters SET email = 'x@a.se', updated_at = {now}");
    world.source.execute(&format!("{change} WHERE party = '{SCB}'")).await;
    assert!(world.run(DUE).await.brake().is_some(), "of changes as well");
}

async fn an_approved_run_begins_the_count_anew(world: &World) {
    many(world).await;
    assert!(take_three(world, 10).await);
    assert!(!take_three(world, 13).await);
    world.run(APPROVED).await;
    assert_eq!(total(world).await, 8);
    assert!(take_three(world, 16).await);
}

async fn the_count_of_removals_expires_after_a_day_and_a_stopped_run_does_not(world: &World) {
    many(world).await;
    assert!(take_three(world, 10).await);
    world.later(24 * 3_600);
    assert!(take_three(world, 13).await, "the next day");
    assert!(!take_three(world, 16).await);
    world.later(24 * 3_600);
    assert!(world.run(FULL).await.brake().is_some(), "it waits for an operator, not for a day");
    assert_eq!(total(world).await, 8);
}

async fn a_dry_run_reports_the_brake_and_changes_nothing(world: &World) {
    many(world).await;
    world.source.execute("DELETE FROM party_parameters").await;
    assert!(world.rehearsed(FULL).await.brake().is_some());
    let run = world.rehearsed(APPROVED).await;
    assert!(run.brake().is_none());
    assert_eq!((run.plan.removals.len(), total(world).await), (12, 14));
    assert_eq!(world.state().await.brake, None);
}
