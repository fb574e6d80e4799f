//! A connection to SQLite that works on the task that asks.

use diesel::SqliteConnection;
use diesel_async::sync_connection_wrapper::{SpawnBlocking, SyncConnectionWrapper};
use futures_util::future::BoxFuture;

/// A connection whose futures are ready at once.
pub(super) type Connection = SyncConnectionWrapper<SqliteConnection, Inline>;

/// Runs what the wrapper wants to run elsewhere at once.
pub(super) struct Inline;

type Boxed = Box<dyn std::error::Error + Send + Sync + 'static>;

impl SpawnBlocking for Inline {
    fn spawn_blocking<'a, R>(
        &mut self,
        task: impl FnOnce() -> R + Send + 'static,
    ) -> BoxFuture<'a, Result<R, Boxed>>
    where
        R: Send + 'static,
    {
        Box::pin(std::future::ready(Ok(task())))
    }

    fn get_runtime() -> Self {
        Self
    }
}
