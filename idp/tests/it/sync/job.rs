//! The job of a running node.

use std::time::Duration;

use idp::config::PartyParameters;
use tokio::sync::watch;

use super::world::{SCB, USER, World};

on_both! {
    the_sync_job_makes_a_full_run_and_then_applies_changes_until_stopped,
    the_sync_job_waits_for_an_unavailable_source,
}

/// How long a machine under load may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until the account's first address is this one.
async fn known(world: &World, address: &str) {
    let looking = async {
        while world.addresses(USER).await.first().is_none_or(|first| first != address) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.unwrap();
}

/// On PostgreSQL the poll would come too late: the source sends word.
fn parameters(world: &World) -> PartyParameters {
    let poll_seconds = if world.source.is_sqlite() { 1 } else { 3_600 };
    PartyParameters { poll_seconds, ..world.parameters.clone() }
}

async fn the_sync_job_makes_a_full_run_and_then_applies_changes_until_stopped(world: &World) {
    let (stop, stopped) = watch::channel(false);
    let job = tokio::spawn(idp::jobs::sync::run(world.app.clone(), parameters(world), stopped));
    known(world, "magnus@scb.se").await;
    world.set(SCB, "email = 'karin@scb.se'").await;
    if !world.source.is_sqlite() {
        world.source.execute("NOTIFY party_parameters").await;
    }
    known(world, "karin@scb.se").await;
    stop.send(true).unwrap();
    tokio::time::timeout(PATIENCE, job).await.unwrap().unwrap();
}

async fn the_sync_job_waits_for_an_unavailable_source(world: &World) {
    world.source.execute("ALTER TABLE party_parameters RENAME TO away").await;
    let (stop, stopped) = watch::channel(false);
    let parameters = PartyParameters { poll_seconds: 1, ..parameters(world) };
    let job = tokio::spawn(idp::jobs::sync::run(world.app.clone(), parameters, stopped));
    let failed = async {
        while !world.app.measures.render().contains("idp_sync_runs_total{outcome=\"failed\"} 1") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, failed).await.unwrap();
    world.source.execute("ALTER TABLE away RENAME TO party_parameters").await;
    known(world, "magnus@scb.se").await;
    stop.send(true).unwrap();
    tokio::time::timeout(PATIENCE, job).await.unwrap().unwrap();
}
