//! A connection to SQLite that works on the task that asks.
//!
//! What diesel-async brings for SQLite carries every statement to another thread, so it writes each
//! anew as text with values that can move. Here a statement stays where it is, and Diesel finds what
//! it has compiled by the type of the statement.

use std::future::{Ready, ready};
use std::vec::IntoIter;

use diesel::connection::{Connection as _, LoadConnection, SimpleConnection as _};
use diesel::query_builder::{
    AsQuery, AstPass, CollectedQuery, MoveableBindCollector as _, Query, QueryBuilder as _,
    QueryFragment, QueryId,
};
use diesel::row::IntoOwnedRow;
use diesel::sql_types::Untyped;
use diesel::sqlite::{Sqlite, SqliteConnection, SqliteQueryBuilder};
use diesel::{QueryResult, backend::Backend};
use diesel_async::{AsyncConnectionCore, SimpleAsyncConnection};
use futures_util::stream;

type Binds =
    <<Sqlite as Backend>::BindCollector<'static> as diesel::query_builder::MoveableBindCollector<
        Sqlite,
    >>::BindData;
type Borrowed<'conn, 'query> = <SqliteConnection as LoadConnection>::Row<'conn, 'query>;
type Owned = <Borrowed<'static, 'static> as IntoOwnedRow<'static, Sqlite>>::OwnedRow;
type Cached = <Borrowed<'static, 'static> as IntoOwnedRow<'static, Sqlite>>::Cache;

/// A connection whose futures are ready at once.
pub(super) struct Connection {
    connection: SqliteConnection,
    /// Whether it keeps many pages in memory.
    wide: bool,
}

/// For a transaction of thousands of changes: with SQLite's own 2 MiB it would read the same pages
/// of a large database over and over.
const WIDE: &str = "PRAGMA cache_size = -32768";
/// SQLite's own number, and no page kept beyond it.
const NARROW: &str = "PRAGMA cache_size = -2000; PRAGMA shrink_memory";

impl Connection {
    pub(super) const fn new(connection: SqliteConnection) -> Self {
        Self { connection, wide: false }
    }

    /// Keeps up to 32 MiB of pages in memory until [`Connection::narrow`].
    pub(super) fn widen(&mut self) -> QueryResult<()> {
        self.wide = true;
        self.connection.batch_execute(WIDE)
    }

    /// Keeps 2 MiB of pages in memory, as most transactions need.
    pub(super) fn narrow(&mut self) -> QueryResult<()> {
        if !std::mem::take(&mut self.wide) {
            return Ok(());
        }
        self.connection.batch_execute(NARROW)
    }

    /// Runs a statement without values, such as `COMMIT`, which is compiled once.
    pub(super) fn run(&mut self, sql: &'static str) -> QueryResult<()> {
        let none = <Sqlite as Backend>::BindCollector::default().moveable();
        let statement = CollectedQuery::<Binds>::new(sql.to_owned(), true, none);
        self.connection.execute_returning_count(&statement).map(drop)
    }

    fn rows<Q>(&mut self, query: Q) -> QueryResult<Vec<QueryResult<Owned>>>
    where
        Q: Query<SqlType = Untyped> + QueryFragment<Sqlite> + QueryId,
    {
        let mut names = Cached::default();
        self.connection.load(query)?.map(|row| Ok(Ok(row?.into_owned(&mut names)))).collect()
    }
}

impl SimpleAsyncConnection for Connection {
    async fn batch_execute(&mut self, query: &str) -> QueryResult<()> {
        self.connection.batch_execute(query)
    }
}

impl AsyncConnectionCore for Connection {
    type ExecuteFuture<'conn, 'query> = Ready<QueryResult<usize>>;
    type LoadFuture<'conn, 'query> = Ready<QueryResult<Self::Stream<'conn, 'query>>>;
    type Stream<'conn, 'query> = stream::Iter<IntoIter<QueryResult<Owned>>>;
    type Row<'conn, 'query> = Owned;
    type Backend = Sqlite;

    fn load<'conn, 'query, T>(&'conn mut self, source: T) -> Self::LoadFuture<'conn, 'query>
    where
        T: AsQuery + 'query,
        T::Query: QueryFragment<Sqlite> + QueryId + 'query,
    {
        let query = AnyColumns(source.as_query());
        let rows = written(&query).and_then(|text| match text {
            Some(text) => self.rows(text),
            None => self.rows(query),
        });
        ready(rows.map(stream::iter))
    }

    fn execute_returning_count<'conn, 'query, T>(
        &'conn mut self,
        source: T,
    ) -> Self::ExecuteFuture<'conn, 'query>
    where
        T: QueryFragment<Sqlite> + QueryId + 'query,
    {
        ready(written(&source).and_then(|text| match text {
            Some(text) => self.connection.execute_returning_count(&text),
            None => self.connection.execute_returning_count(&source),
        }))
    }
}

/// A query whose columns are read by whoever reads the rows.
struct AnyColumns<Q>(Q);

impl<Q> Query for AnyColumns<Q> {
    type SqlType = Untyped;
}

impl<Q: QueryFragment<Sqlite>> QueryFragment<Sqlite> for AnyColumns<Q> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }
}

impl<Q: QueryId> QueryId for AnyColumns<Q> {
    type QueryId = Q::QueryId;
    const HAS_STATIC_QUERY_ID: bool = Q::HAS_STATIC_QUERY_ID;
}

/// Values in a list of a statement that is compiled once.
const SHORT: usize = 8;

/// A statement written out, where its type does not say its text: an UPDATE, by the columns that
/// are set, and a list of values, by their number. Diesel would compile it each time anew; written
/// out there are few of each, but for long lists.
fn written<Q>(query: &Q) -> QueryResult<Option<CollectedQuery<Binds>>>
where
    Q: QueryFragment<Sqlite>,
{
    if query.is_safe_to_cache_prepared(&Sqlite)? {
        return Ok(None);
    }
    let mut sql = SqliteQueryBuilder::new();
    query.to_sql(&mut sql, &Sqlite)?;
    let sql = sql.finish();
    let length = |list: &str| list.split(')').next().map_or(0, |list| list.matches('?').count());
    if sql.split(" IN (").skip(1).any(|list| length(list) > SHORT) {
        return Ok(None);
    }
    let mut binds = <Sqlite as Backend>::BindCollector::default();
    query.collect_binds(&mut binds, &mut (), &Sqlite)?;
    Ok(Some(CollectedQuery::new(sql, true, binds.moveable())))
}
