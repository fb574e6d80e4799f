//! A connection to PostgreSQL that has each statement prepared once, and sends `BEGIN` along with
//! the first statement of a transaction.
//!
//! diesel-async prepares every statement anew whose type does not say its text, as each UPDATE, and
//! waits for the answer to `BEGIN`: two more ways to the server and back.

use diesel::QueryResult;
use diesel::pg::{Pg, PgQueryBuilder};
use diesel::query_builder::{AsQuery, AstPass, Query, QueryBuilder as _, QueryFragment, QueryId};
use diesel_async::pooled_connection::PoolableConnection as _;
use diesel_async::{AsyncConnectionCore, AsyncPgConnection, SimpleAsyncConnection};
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, join};

use crate::store::error::Fault;

type Core = &'static AsyncPgConnection;

/// A connection, and how far its transaction has come.
pub(super) struct Pipelined {
    connection: AsyncPgConnection,
    transaction: Transaction,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Transaction {
    None,
    /// `BEGIN` is sent with the first statement.
    Due,
    Open,
}

impl Pipelined {
    pub(super) const fn new(connection: AsyncPgConnection) -> Self {
        Self { connection, transaction: Transaction::None }
    }

    /// Whether somebody else may have it: it is connected, and its last transaction has ended. One
    /// whose future was dropped has not.
    pub(super) fn is_reusable(&mut self) -> bool {
        self.transaction == Transaction::None && !self.connection.is_broken()
    }

    /// Commits what the body has done, or rolls it back where it fails.
    pub(super) async fn transaction<T>(
        &mut self,
        body: impl AsyncFnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.transaction = Transaction::Due;
        let outcome = body(self).await;
        if self.transaction == Transaction::Open {
            let end = if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" };
            let ended = self.connection.batch_execute(end).await;
            // Where that failed, the transaction stays open here, and the connection is closed.
            if let Err(error) = ended {
                return outcome.and(Err(error.into()));
            }
        }
        self.transaction = Transaction::None;
        outcome
    }

    /// The statement, behind `BEGIN` where that is due. The server works in the order in which both
    /// are sent, and `BEGIN` fails only with the connection.
    fn behind_begin<'conn, T: Send + 'conn>(
        &'conn mut self,
        statement: impl FnOnce(&'conn AsyncPgConnection) -> BoxFuture<'conn, QueryResult<T>>,
    ) -> BoxFuture<'conn, QueryResult<T>> {
        let statement = statement(&self.connection);
        if self.transaction != Transaction::Due {
            return statement;
        }
        self.transaction = Transaction::Open;
        let mut connection = &self.connection;
        async move {
            let (begun, outcome) = join(connection.batch_execute("BEGIN"), statement).await;
            begun.and(outcome)
        }
        .boxed()
    }
}

impl SimpleAsyncConnection for Pipelined {
    async fn batch_execute(&mut self, query: &str) -> QueryResult<()> {
        let query = query.to_owned();
        self.behind_begin(|connection| run_batch(connection, query).boxed()).await
    }
}

async fn run_batch(mut connection: &AsyncPgConnection, query: String) -> QueryResult<()> {
    connection.batch_execute(&query).await
}

impl AsyncConnectionCore for Pipelined {
    type ExecuteFuture<'conn, 'query> = BoxFuture<'conn, QueryResult<usize>>;
    type LoadFuture<'conn, 'query> = BoxFuture<'conn, QueryResult<Self::Stream<'conn, 'query>>>;
    type Stream<'conn, 'query> = <Core as AsyncConnectionCore>::Stream<'conn, 'query>;
    type Row<'conn, 'query> = <Core as AsyncConnectionCore>::Row<'conn, 'query>;
    type Backend = Pg;

    fn load<'conn, 'query, T>(&'conn mut self, source: T) -> Self::LoadFuture<'conn, 'query>
    where
        T: AsQuery + 'query,
        T::Query: QueryFragment<Pg> + QueryId + 'query,
    {
        let query = Prepared(source.as_query());
        self.behind_begin(|mut connection| AsyncConnectionCore::load(&mut connection, query))
    }

    fn execute_returning_count<'conn, 'query, T>(
        &'conn mut self,
        source: T,
    ) -> Self::ExecuteFuture<'conn, 'query>
    where
        T: QueryFragment<Pg> + QueryId + 'query,
    {
        let query = Prepared(source);
        self.behind_begin(|mut connection| connection.execute_returning_count(query))
    }
}

/// Values in a statement that is prepared once; more of them are a list of rows, of any length.
const FEW: usize = 64;

/// A statement that is found by its text, where its type does not say that.
struct Prepared<Q>(Q);

impl<Q: Query> Query for Prepared<Q> {
    type SqlType = Q::SqlType;
}

impl<Q: QueryId> QueryId for Prepared<Q> {
    type QueryId = Q::QueryId;
    const HAS_STATIC_QUERY_ID: bool = Q::HAS_STATIC_QUERY_ID;
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Prepared<Q> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }

    fn is_safe_to_cache_prepared(&self, backend: &Pg) -> QueryResult<bool> {
        if self.0.is_safe_to_cache_prepared(backend)? {
            return Ok(true);
        }
        let mut sql = PgQueryBuilder::default();
        self.0.to_sql(&mut sql, backend)?;
        Ok(sql.finish().matches('$').count() <= FEW)
    }
}
