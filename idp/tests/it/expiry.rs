//! Forgetting what has ended.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use idp::jobs::expiry::delete_expired;

use crate::support::{Application, Browser, DAY, TestProvider};

#[tokio::test]
async fn a_failing_table_does_not_prevent_deletion_of_expired_rows_in_other_tables() {
    let provider = TestProvider::start().await;
    Browser::new(&provider).begin(&Application::idep()).await.is(200, "login-submit");
    let file = provider.config.database.url.trim_start_matches("sqlite://").to_owned();
    let mut connection = SqliteConnection::establish(&file).unwrap();
    connection.batch_execute("ALTER TABLE access_tokens RENAME TO lost").unwrap();
    assert_ne!(provider.rows().await["interactions"], "");
    provider.pass(3 * DAY);
    let (_stop, mut stopped) = tokio::sync::watch::channel(false);
    delete_expired(&provider.app, &mut stopped).await;
    assert_eq!(provider.rows().await["interactions"], "");
}
