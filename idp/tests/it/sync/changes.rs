//! What a run changes, and what follows from it.

use idp::contact::reconcile::Mode;

use super::world::{DUE, FULL, NOW, OTHER, SCB, USER, World, account};
use crate::support::provider::recording;

on_both! {
    a_first_run_copies_the_source_and_sends_no_notices,
    applied_changes_are_not_applied_again,
    a_dry_run_changes_nothing,
    a_changed_address_is_applied_by_the_next_run_and_old_addresses_get_notices,
    a_removed_address_ends_its_links_and_remembered_browsers,
    an_address_still_in_another_cell_keeps_its_links,
    a_deleted_party_loses_its_accounts_and_is_not_restored_by_an_older_row,
    ties_of_accounts_are_added_and_removed_as_in_the_source,
    a_party_tied_only_to_an_unknown_account_is_copied_once_the_account_exists,
    a_full_run_is_made_when_due,
}

async fn a_first_run_copies_the_source_and_sends_no_notices(world: &World) {
    let before = world.app.provider.readings().await.unwrap();
    assert_eq!((before.sync_age_seconds, before.sync_brake), (-1, 0));
    let run = world.run(DUE).await;
    assert_eq!((run.mode, run.plan.upserts.len(), run.changes()), (Mode::Full, 2, 3));
    assert_eq!(world.addresses(USER).await, ["magnus@scb.se", "in@scb.se", "ut@scb.se"]);
    assert_eq!(world.addresses("agent").await, ["info@scb.se"], "as the operator says");
    assert!(world.told().await.is_empty());
    let totals = world.store.sync_totals(idp::provider::sync::SOURCE).await.unwrap();
    assert_eq!((totals.parties, totals.addresses, totals.ties), (2, 4, 1));
    world.later(7);
    assert_eq!(world.app.provider.readings().await.unwrap().sync_age_seconds, 7);
}

async fn applied_changes_are_not_applied_again(world: &World) {
    world.run(FULL).await;
    for wish in [FULL, DUE, DUE, FULL] {
        world.later(1);
        let run = world.run(wish).await;
        assert!(run.plan.changes_nothing() && run.plan.ended.is_empty(), "{:?}", run.plan);
    }
    assert!(world.told().await.is_empty());
    let state = world.state().await;
    assert_eq!((state.revision, state.succeeded_at), (5, Some(NOW.plus(4))));
}

async fn a_dry_run_changes_nothing(world: &World) {
    assert_eq!(world.rehearsed(FULL).await.plan.upserts.len(), 2);
    assert!(world.addresses(USER).await.is_empty());
    assert_eq!(world.state().await, Default::default());
}

async fn a_changed_address_is_applied_by_the_next_run_and_old_addresses_get_notices(world: &World) {
    world.run(FULL).await;
    world.set(SCB, "email = 'Karin@scb.se', arrivals_email = NULL").await;
    let run = world.run(DUE).await;
    assert_eq!((run.mode, run.changes()), (Mode::Changes, 1));
    assert_eq!(world.addresses(USER).await, ["Karin@scb.se", "ut@scb.se"]);
    assert_eq!(
        world.told().await,
        [
            "in@scb.se address_changed",
            "in@scb.se address_removed",
            "magnus@scb.se address_changed",
            "magnus@scb.se address_removed",
            "ut@scb.se address_changed",
            "ut@scb.se address_removed",
        ]
    );
    assert_eq!(world.state().await.watermark, NOW.plus(1));
}

/// A login in hand of an account, a link to each of its addresses, and the browser each earned.
async fn logins(world: &World, username: &str) {
    let account = format!("account-{username}");
    world
        .kept
        .execute(&format!(
            "INSERT INTO interactions (id, browser, client_id, request, language, agent, reason,
                 account_id, remember, wrong_addresses, started_at, expires_at, version)
             VALUES ('login', 'b', 'c', 'r', 'sv', '{{}}', 'first', '{account}', TRUE, 0, 1, 2, 5);"
        ))
        .await;
    for address in world.addresses(username).await {
        world
            .kept
            .execute(&format!(
                "INSERT INTO links (id, digest, interaction_id, account_id, address, canonical,
                     role, issued_at, expires_at)
                 VALUES ('{address}', '{address}', 'login', '{account}', '{address}', '{address}',
                     'company', 1, 2);
                 INSERT INTO remembered_browsers (id, digest, account_id, canonical, role,
                     completed_at, expires_at) VALUES ('{address}', '{address}', '{account}',
                     '{address}', 'company', 1, 2);"
            ))
            .await;
    }
}

async fn a_removed_address_ends_its_links_and_remembered_browsers(world: &World) {
    world.run(FULL).await;
    logins(world, USER).await;
    world.set(SCB, "arrivals_email = 'new@scb.se', dispatches_email = ''").await;
    world.run(DUE).await;
    let live = "SELECT address AS words FROM links WHERE void_at IS NULL";
    assert_eq!(world.kept.words(live).await, ["magnus@scb.se"]);
    let remembered = "SELECT canonical AS words FROM remembered_browsers";
    assert_eq!(world.kept.words(remembered).await, ["magnus@scb.se"]);
    let version = world.kept.number("SELECT version AS number FROM interactions").await;
    assert!(version > 5, "what the login in hand has decided is void");
}

async fn an_address_still_in_another_cell_keeps_its_links(world: &World) {
    world.set(SCB, "arrivals_email = 'MAGNUS@scb.se'").await;
    world.run(FULL).await;
    logins(world, USER).await;
    world.set(SCB, "arrivals_email = ''").await;
    world.run(DUE).await;
    let live = "SELECT COUNT(*) AS number FROM links WHERE void_at IS NULL";
    assert_eq!(world.kept.number(live).await, 3);
    assert_eq!(world.kept.number("SELECT version AS number FROM interactions").await, 5);
}

async fn a_deleted_party_loses_its_accounts_and_is_not_restored_by_an_older_row(world: &World) {
    world.run(FULL).await;
    let now = world.later(10).0;
    let delete = format!("UPDATE party_parameters SET deleted_at = {now} WHERE party = '{OTHER}'");
    world.source.execute(&delete).await;
    world.run(DUE).await;
    let agent = world.store.account_by_username("agent").await.unwrap().unwrap();
    assert!(world.store.parties_of(&agent).await.unwrap().is_empty());
    assert!(world.addresses("agent").await.is_empty());
    assert_eq!(world.told().await, ["info@scb.se address_removed"]);
    world.source.execute("UPDATE party_parameters SET deleted_at = NULL").await;
    world.run(FULL).await;
    assert!(world.addresses("agent").await.is_empty());
    assert_eq!(world.quarantined().await, [(OTHER.to_owned(), "row", "older_than_copy")]);
    world.set(OTHER, "email = 'back@scb.se'").await;
    world.run(DUE).await;
    assert_eq!(world.addresses("agent").await, ["back@scb.se"]);
    assert!(world.quarantined().await.is_empty());
}

async fn ties_of_accounts_are_added_and_removed_as_in_the_source(world: &World) {
    world.run(FULL).await;
    let tie = format!("INSERT INTO party_accounts VALUES ('{SCB}', 'AGENT'), ('{SCB}', 'nobody')");
    world.source.execute(&tie).await;
    world.set(SCB, "organisation_name = 'Statistiska centralbyrån'").await;
    world.run(DUE).await;
    assert_eq!(world.addresses("agent").await.len(), 4, "names are compared as accounts have them");
    assert_eq!(world.quarantined().await, [(SCB.to_owned(), "account", "unknown_account")]);
    world.source.execute("DELETE FROM party_accounts WHERE username <> ' 202100083750 '").await;
    world.run(FULL).await;
    assert_eq!(world.addresses("agent").await, ["info@scb.se"]);
    assert_eq!(world.addresses(USER).await.len(), 3);
    assert!(world.quarantined().await.is_empty());
}

async fn a_party_tied_only_to_an_unknown_account_is_copied_once_the_account_exists(world: &World) {
    world.source.execute(&format!("INSERT INTO party_accounts VALUES ('{OTHER}', 'late')")).await;
    for _ in 0..2 {
        world.run(FULL).await;
        world.later(1);
        assert_eq!(world.quarantined().await, [(OTHER.to_owned(), "account", "unknown_account")]);
    }
    assert!(world.run(FULL).await.copied.parties.is_empty(), "nothing of it is held");
    assert!(recording(&world.store).add_account(&account("late"), None, &[]).await.unwrap());
    world.run(FULL).await;
    assert_eq!(world.addresses("late").await, ["info@scb.se"]);
    assert!(world.quarantined().await.is_empty());
}

async fn a_full_run_is_made_when_due(world: &World) {
    let mut modes = Vec::new();
    for wait in [0, 5, 3_594, 1, 5] {
        world.later(wait);
        modes.push(world.run(DUE).await.mode);
    }
    assert_eq!(modes, [Mode::Full, Mode::Changes, Mode::Changes, Mode::Full, Mode::Changes]);
}
