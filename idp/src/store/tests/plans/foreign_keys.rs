//! A row that goes takes those with it that refer to it: they are found by an index.

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;

use crate::store::{Db, Error, Store};

#[derive(Debug, QueryableByName)]
struct Reference {
    #[diesel(sql_type = Text)]
    child: String,
    #[diesel(sql_type = Text)]
    parent: String,
}

/// References whose columns are not the first of any index of their table.
const SQLITE: &str = "SELECT m.name || '.' || f.\"from\" AS child, f.\"table\" AS parent \
    FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f \
    WHERE m.type = 'table' AND NOT EXISTS (SELECT 1 FROM pragma_index_list(m.name) i \
      JOIN pragma_index_info(i.name) c WHERE c.seqno = f.seq AND c.name = f.\"from\" \
      AND i.partial = 0) /* of a test */";

const POSTGRES: &str = "SELECT k.conrelid::regclass::text || '.' || a.attname AS child, \
      k.confrelid::regclass::text AS parent \
    FROM pg_constraint k JOIN pg_attribute a \
      ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] \
    WHERE k.contype = 'f' AND k.connamespace = current_schema()::regnamespace \
      AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = k.conrelid \
        AND i.indkey[0] = k.conkey[1] AND i.indpred IS NULL) /* of a test */";

on_both! {
    async fn every_foreign_key_has_an_index(store: Store) {
        let without = without_an_index(&store).await.unwrap();
        let missing: Vec<_> =
            without.iter().map(|r| format!("{} refers to {}", r.child, r.parent)).collect();
        assert!(missing.is_empty(), "without an index:\n{}", missing.join("\n"));
    }
}

async fn without_an_index(store: &Store) -> Result<Vec<Reference>, Error> {
    let query = match store.db() {
        Db::Sqlite(_) => SQLITE,
        Db::Postgres(_) => POSTGRES,
    };
    read!(store, |c| diesel::sql_query(query).load::<Reference>(c).await)
}
