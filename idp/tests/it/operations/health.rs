//! Ready is who can write.

use crate::support::database::Place;
use crate::support::{Setup, TestProvider};

/// The measure, not the sentence that explains it.
async fn told_ready(provider: &TestProvider) -> String {
    let text = provider.metrics().await;
    let line = text.lines().find_map(|line| line.strip_prefix("idp_ready "));
    line.unwrap().to_owned()
}

async fn a_node_is_ready_while_writes_work_and_says_why_not(place: Place) {
    let provider = Setup::new().start_at(place).await;
    assert_eq!(provider.management("/health/ready").await, (200, "ready\n".to_owned()));
    assert_eq!(told_ready(&provider).await, "1");
    provider.place().execute("ALTER TABLE leases RENAME TO away").await;
    let (status, _) = provider.management("/health/ready").await;
    assert_eq!(status, 200, "asked again at once, it does not write again");
    provider.pass(5);
    let (status, body) = provider.management("/health/ready").await;
    assert!(status == 503 && body.contains("leases"), "{body}");
    assert_eq!(told_ready(&provider).await, "0");
    assert_eq!(provider.management("/health/live").await.0, 200);
    provider.place().execute("ALTER TABLE away RENAME TO leases").await;
    provider.pass(5);
    assert_eq!(provider.management("/health/ready").await.0, 200);
    assert_eq!(told_ready(&provider).await, "1");
    provider.place().remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite_a_node_is_ready_while_writes_work() {
    a_node_is_ready_while_writes_work_and_says_why_not(Place::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres_a_node_is_ready_while_writes_work() {
    let Some(place) = Place::postgres().await else { return };
    a_node_is_ready_while_writes_work_and_says_why_not(place).await;
}
