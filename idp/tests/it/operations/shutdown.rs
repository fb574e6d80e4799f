//! SIGTERM ends a provider in time, whatever its jobs do.

use std::net::TcpListener;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};

use super::process::Place;

/// One second to drain, and the margin.
const LIMIT: Duration = Duration::from_secs(1 + 5);

/// A source that takes connections and never answers: a run against it takes a minute.
fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, format!("[party_parameters]\nurl = 'postgres://a@127.0.0.1:{port}/a'\n"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_node_stops_immediately_with_success() {
    let place = Place::new();
    place.configure("", "[limits]\ndrain_seconds = 20\n");
    let mut process = place.start();
    process.told("serving").await;
    assert_eq!(place.get("/health/live").await.0, 200);
    process.signal("TERM");
    assert!(process.ended_within(Duration::from_secs(10)).await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_waiting_for_another_server_is_aborted_after_the_drain_time() {
    let place = Place::new();
    let (listener, source) = silent();
    place.configure("", &format!("{source}[limits]\ndrain_seconds = 1\n"));
    let mut process = place.start();
    process.told("serving").await;
    let (_connection, _) =
        tokio::task::spawn_blocking(move || listener.accept().unwrap()).await.unwrap();
    process.signal("TERM");
    assert!(process.ended_within(LIMIT).await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_stops_the_node_immediately() {
    let place = Place::new();
    let (listener, source) = silent();
    place.configure("", &format!("{source}[limits]\ndrain_seconds = 300\n"));
    let mut process = place.start();
    process.told("serving").await;
    let (_connection, _) =
        tokio::task::spawn_blocking(move || listener.accept().unwrap()).await.unwrap();
    process.signal("TERM");
    process.told("draining").await;
    process.signal("INT");
    assert!(!process.ended_within(Duration::from_secs(5)).await.success());
}

/// The writer waits for a lock that another process holds, and so does who waits for the writer.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_locked_does_not_keep_a_node_alive() {
    let place = Place::new();
    place.configure("", "[limits]\ndrain_seconds = 1\n");
    let mut process = place.start();
    process.told("serving").await;
    let file = place.path("idp.db");
    let mut locked = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    locked.batch_execute("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE").unwrap();
    let asked = place.try_get("/health/ready");
    tokio::join!(asked, async {
        process.signal("TERM");
        process.ended_within(LIMIT).await
    });
}
