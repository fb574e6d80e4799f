//! PostgreSQL: a pool of connections, and limits on every wait.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use deadpool::managed::{Manager, Metrics, Object, Pool, RecycleError, RecycleResult};
use diesel::ConnectionError;
use diesel_async::AsyncPgConnection;

use crate::database::PostgresServer;
use crate::store::error::{Error, Fault};
use crate::store::pipelined::Pipelined;

/// A connection that goes back to the pool when it is dropped.
pub(super) type Lease = Object<Connector>;

/// How long a task waits for a free connection.
const CHECKOUT: Duration = Duration::from_secs(5);
/// How often a transaction that met another one is tried.
const TRIES: u32 = 4;
/// What every connection begins with: the server gives up before the caller does.
const LIMITS: &str = "SET lock_timeout = '5s'; SET statement_timeout = '8s'; \
                      SET idle_in_transaction_session_timeout = '15s';";

/// A pool for one URL.
pub(super) struct Postgres {
    pool: Pool<Connector>,
    server: Arc<PostgresServer>,
}

/// Fills the pool.
pub(super) struct Connector(Arc<PostgresServer>);

impl Manager for Connector {
    type Type = Pipelined;
    type Error = ConnectionError;

    async fn create(&self) -> Result<Pipelined, ConnectionError> {
        // Boxed: it is seldom run, and large, and stands in the future of each query.
        Box::pin(self.0.connect()).await.map(Pipelined::new)
    }

    async fn recycle(&self, used: &mut Pipelined, _: &Metrics) -> RecycleResult<ConnectionError> {
        match used.is_reusable() {
            true => Ok(()),
            false => Err(RecycleError::message("closed, or in the middle of a transaction")),
        }
    }
}

impl Postgres {
    /// Reads the URL; connects only when the first connection is needed.
    pub(super) fn open(url: &str, size: usize) -> Result<Self, Error> {
        let server = PostgresServer::parse(url, "idp", LIMITS).map_err(Error::Url)?;
        let server = Arc::new(server);
        let pool = Pool::builder(Connector(Arc::clone(&server))).max_size(size.max(1)).build();
        Ok(Self { pool: pool.map_err(|error| Error::Unavailable(error.to_string()))?, server })
    }

    /// A connection from the pool.
    pub(super) async fn connection(&self) -> Result<Lease, Error> {
        match tokio::time::timeout(CHECKOUT, self.pool.get()).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) => Err(Error::Unavailable(error.to_string())),
            Err(_) => Err(Error::Unavailable("every connection is in use".to_owned())),
        }
    }

    /// A connection of its own, for the migrations.
    pub(super) async fn connect(&self) -> Result<AsyncPgConnection, Error> {
        self.server.connect().await.map_err(|error| Error::Unavailable(error.to_string()))
    }

    /// Connections in use, idle, and tasks that wait for one.
    pub(super) fn connections(&self) -> (usize, usize, usize) {
        let status = self.pool.status();
        (status.size.saturating_sub(status.available), status.available, status.waiting)
    }
}

/// Cuts a transaction off that takes too long, with its repetitions; its connection is then thrown
/// away.
pub(super) async fn within<T>(
    patience: Duration,
    work: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    match tokio::time::timeout(patience, work).await {
        Ok(outcome) => outcome,
        Err(_) => {
            let late = "the database has not answered in time".to_owned();
            Err(Fault::Store(Error::Unavailable(late)))
        }
    }
}

/// Whether a transaction is tried again after it failed `tries` times.
pub(super) fn again(fault: &Fault, tries: &mut u32) -> bool {
    *tries += 1;
    *tries < TRIES && fault.may_pass()
}
