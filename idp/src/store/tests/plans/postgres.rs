//! Plans of PostgreSQL.

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::{
    AsyncConnection as _, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection as _,
};
use serde_json::Value;

use super::{OF_A_TEST, Refused, is_listed};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    plan: String,
}

/// Every table gets one page, by a row that is taken back, and is said to hold a million rows, ten
/// for each value of a column; half of the values are missing where they may.
const STATISTICS: &str = "DO $$ DECLARE r record; BEGIN \
    FOR r IN SELECT c.oid, c.oid::regclass AS name, (\
        SELECT string_agg(CASE t.typname WHEN 'bool' THEN 'false' WHEN 'int8' THEN '0' \
            ELSE '''''' END, ', ' ORDER BY a.attnum) \
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid \
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS row \
      FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace \
    LOOP \
      EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', r.name); \
      IF r.name::text NOT LIKE '%diesel%' AND pg_relation_size(r.oid) = 0 THEN BEGIN \
        EXECUTE format('INSERT INTO %s VALUES (%s)', r.name, r.row); \
        RAISE EXCEPTION 'taken back'; \
      EXCEPTION WHEN raise_exception THEN NULL; END; END IF; \
      UPDATE pg_class SET reltuples = 1000000, relpages = greatest(1, \
        pg_relation_size(r.oid) / 8192) WHERE oid = r.oid; \
      DELETE FROM pg_statistic WHERE starelid = r.oid; \
      INSERT INTO pg_statistic (starelid, staattnum, stainherit, stanullfrac, stawidth, \
          stadistinct, stakind1, stakind2, stakind3, stakind4, stakind5, staop1, staop2, staop3, \
          staop4, staop5, stacoll1, stacoll2, stacoll3, stacoll4, stacoll5) \
        SELECT a.attrelid, a.attnum, false, CASE WHEN a.attnotnull THEN 0 ELSE 0.5 END, 20, \
          CASE WHEN a.atttypid = 'bool'::regtype THEN 2 ELSE -0.1 END, \
          0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 \
        FROM pg_attribute a \
        WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped; \
    END LOOP; END $$";

pub(super) async fn refused(url: &str, schema: &str, statements: Vec<String>) -> Vec<Refused> {
    if statements.is_empty() {
        return Vec::new();
    }
    let mut connection = AsyncPgConnection::establish(url).await.unwrap();
    let c = &mut connection;
    let settings = format!(
        "SET search_path = {schema}; SET session_replication_role = replica; \
         SET plan_cache_mode = force_generic_plan; SET jit = off;"
    );
    c.batch_execute(&settings).await.unwrap();
    c.batch_execute(STATISTICS).await.unwrap();
    let mut refused = Vec::new();
    for statement in statements.into_iter().filter(|statement| !is_listed(statement)) {
        let plan = explained(c, &statement).await;
        if let Some(why) = fault(&plan[0]["Plan"], false) {
            refused.push(Refused { statement, why, plan: plan.to_string() });
        }
    }
    refused
}

/// The plan for any values.
async fn explained(connection: &mut AsyncPgConnection, statement: &str) -> Value {
    let prepare = format!("PREPARE explained AS {OF_A_TEST} {statement}");
    connection
        .batch_execute(&prepare)
        .await
        .unwrap_or_else(|error| panic!("PostgreSQL cannot prepare {statement}: {error}"));
    let values = vec!["NULL"; parameters(statement)].join(", ");
    let values = if values.is_empty() { values } else { format!("({values})") };
    let explain = format!("EXPLAIN (FORMAT JSON) EXECUTE explained{values}");
    let lines: Vec<Line> = diesel::sql_query(explain).load(connection).await.unwrap();
    connection.batch_execute("DEALLOCATE explained").await.unwrap();
    let text: String = lines.into_iter().map(|line| line.plan).collect();
    serde_json::from_str(&text).unwrap()
}

/// The highest number of a parameter.
fn parameters(statement: &str) -> usize {
    let numbers = statement.split('$').skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest[..end].parse().unwrap_or(0)
    });
    numbers.max().unwrap_or(0)
}

/// What is wrong with a node of a plan, or below it. `limited`: no more is asked of it than the
/// first few rows.
fn fault(node: &Value, limited: bool) -> Option<String> {
    let text = |name: &str| node[name].as_str().unwrap_or_default();
    let on = || format!("{} {} {}", text("Relation Name"), text("Index Name"), text("Filter"));
    let limited = match text("Node Type") {
        "Seq Scan" => return Some(format!("PostgreSQL reads a whole table: {}", on())),
        "Index Scan" | "Index Only Scan" | "Bitmap Index Scan" if text("Index Cond").is_empty() => {
            if !limited || !text("Filter").is_empty() {
                return Some(format!("PostgreSQL reads a whole index: {}", on()));
            }
            limited
        }
        "Sort" if limited => {
            let key = &node["Sort Key"];
            return Some(format!("PostgreSQL sorts everything before the LIMIT: {key}"));
        }
        "Limit" => true,
        "Nested Loop" | "LockRows" | "Subquery Scan" | "Result" | "Append" => limited,
        _ => false,
    };
    node["Plans"].as_array().into_iter().flatten().find_map(|below| fault(below, limited))
}
