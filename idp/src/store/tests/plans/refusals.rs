//! The test of plans refuses what it is there to refuse.

use super::{postgres, sqlite};
use crate::store::Recording;
use crate::store::tests::{on_postgres_at, on_sqlite};

/// Statements in the quotes of SQLite, and a part of why each is refused; none: it is not.
const CASES: &[(&str, &str)] = &[
    ("SELECT `id` FROM `links` WHERE `address` = 'x'", "a whole table"),
    ("DELETE FROM `interactions` WHERE `ended_how` = 'x'", "a whole table"),
    ("UPDATE `sessions` SET `seen_at` = 1 WHERE `proofs` = 'x'", "a whole table"),
    ("SELECT `party` FROM `parties` WHERE NOT `deleted` ORDER BY `party` LIMIT 5", "a whole index"),
    (
        "SELECT `party` FROM `account_parties` WHERE `account_id` = 'x' AND `party` \
         NOT IN (SELECT `party` FROM `parties` WHERE `deleted`)",
        "a whole",
    ),
    ("SELECT `id` FROM `links` WHERE `account_id` = 'x' ORDER BY `address` LIMIT 5", "LIMIT"),
    ("SELECT `id` FROM `links` WHERE `account_id` = 'x'", ""),
    ("SELECT `party` FROM `parties` ORDER BY `party` LIMIT 5", ""),
    ("SELECT `party` FROM `parties` WHERE `party` IN ('x', 'y')", ""),
    ("INSERT INTO `used_ids` (`key`, `expires_at`) VALUES ('x', 1)", ""),
];

#[tokio::test(flavor = "multi_thread")]
async fn statements_that_scan_a_whole_table_or_index_are_refused_on_sqlite() {
    on_sqlite(async |store: Recording| {
        for (statement, part) in CASES {
            let refused = sqlite::refused(&store, vec![(*statement).to_owned()]).await;
            judge(statement, part, refused.first().map(|refused| refused.why.as_str()));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_that_scan_a_whole_table_or_index_are_refused_on_postgres() {
    on_postgres_at(async |_: Recording, url: String, schema: String| {
        for (statement, part) in CASES {
            let statement = statement.replace('`', "\"");
            let refused = postgres::refused(&url, &schema, vec![statement.clone()]).await;
            judge(&statement, part, refused.first().map(|refused| refused.why.as_str()));
        }
    })
    .await;
}

fn judge(statement: &str, part: &str, why: Option<&str>) {
    match why {
        None => assert_eq!(part, "", "{statement} is not refused"),
        Some(why) => assert!(!part.is_empty() && why.contains(part), "{statement}: {why}"),
    }
}
