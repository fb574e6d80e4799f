//! Plans of SQLite.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::{OF_A_TEST, Refused, is_listed};
use crate::store::{Db, Store};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// A million rows in each table, and ten for each value of the first column of an index that is
/// not unique.
const STATISTICS: &str = "ANALYZE; DELETE FROM sqlite_stat1; \
    INSERT INTO sqlite_stat1 (tbl, idx, stat) \
    SELECT m.name, i.name, '1000000' || (\
        SELECT group_concat(CASE WHEN i.\"unique\" AND c.seqno = (\
            SELECT max(seqno) FROM pragma_index_info(i.name)) THEN ' 1' ELSE ' 10' END, '') \
        FROM pragma_index_info(i.name) c) \
    FROM sqlite_master m JOIN pragma_index_list(m.name) i \
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'; \
    INSERT INTO sqlite_stat1 (tbl, idx, stat) SELECT m.name, NULL, '1000000' \
    FROM sqlite_master m WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%';";

pub(super) async fn refused(store: &Store, statements: Vec<String>) -> Vec<Refused> {
    if statements.is_empty() {
        return Vec::new();
    }
    let Db::Sqlite(db) = store.db() else { unreachable!("it is SQLite's") };
    // Without statistics, as it is unless an operator says ANALYZE, and with them.
    let mut refused = explained(&mut db.connect().unwrap(), &statements);
    db.connect().unwrap().batch_execute(STATISTICS).unwrap();
    refused.extend(explained(&mut db.connect().unwrap(), &statements));
    refused.dedup();
    refused
}

fn explained(connection: &mut SqliteConnection, statements: &[String]) -> Vec<Refused> {
    let mut refused = Vec::new();
    for statement in statements.iter().filter(|statement| !is_listed(statement)) {
        let explain = format!("EXPLAIN QUERY PLAN {statement} {OF_A_TEST}");
        let lines: Vec<Line> = diesel::sql_query(explain)
            .load(connection)
            .unwrap_or_else(|error| panic!("SQLite cannot explain {statement}: {error}"));
        let lines: Vec<_> = lines.into_iter().map(|line| line.detail).collect();
        if let Some(why) = fault(statement, &lines) {
            let plan = lines.join("; ");
            refused.push(Refused { statement: statement.clone(), why, plan });
        }
    }
    refused
}

/// What is wrong with a plan.
fn fault(statement: &str, lines: &[String]) -> Option<String> {
    // An empty list of values is never looked for.
    if statement.contains("(1=0)") {
        return None;
    }
    let limited = statement.contains(" LIMIT ");
    let first_of_all = limited && !statement.contains(" WHERE ");
    lines.iter().find_map(|line| {
        if let Some(table) = line.strip_prefix("SCAN ") {
            let none = table.starts_with("CONSTANT") || table.starts_with('(');
            let of_an_index = table.contains(" USING INDEX ") || table.contains(" COVERING INDEX ");
            return match (none, of_an_index) {
                (true, _) => None,
                (false, true) if first_of_all => None,
                (false, true) => Some(format!("SQLite reads a whole index: {line}")),
                (false, false) => Some(format!("SQLite reads a whole table: {line}")),
            };
        }
        if line.contains("AUTOMATIC") {
            return Some(format!("SQLite makes an index of its own: {line}"));
        }
        (limited && line.contains("TEMP B-TREE FOR ORDER BY"))
            .then(|| format!("SQLite sorts everything before the LIMIT: {line}"))
    })
}
