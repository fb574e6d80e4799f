//! The lease of a run, kept by a heartbeat: it ends seconds after its holder.

use std::time::Duration;

use crate::clock::{Clock, Timestamp};
use crate::store::{Error, Store};

/// Seconds a lease lasts without a renewal.
pub(crate) const SECONDS: i64 = 15;
/// How often it is renewed.
pub(crate) const EVERY: Duration = Duration::from_secs(5);

/// A lease that one run may hold.
pub(crate) struct Lease<'a> {
    pub(crate) store: &'a Store,
    pub(crate) clock: &'a Clock,
    pub(crate) name: &'a str,
    /// A name that no other run has.
    pub(crate) holder: &'a str,
}

impl Lease<'_> {
    /// Takes it, unless another run holds it.
    pub(crate) async fn acquire(&self) -> Result<bool, Error> {
        self.store.acquire_lease(self.name, self.holder, SECONDS, self.now()).await
    }

    /// Works while the lease is renewed. None when another run has taken it: the work is dropped.
    /// A database that does not answer ends nothing; the commit asks who holds the lease.
    pub(crate) async fn keep<T>(
        &self,
        every: Duration,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        let beats = async {
            loop {
                tokio::time::sleep(every).await;
                match self.store.renew_lease(self.name, self.holder, SECONDS, self.now()).await {
                    Ok(true) => {}
                    Ok(false) => return,
                    Err(error) => tracing::warn!(fault = %error, "a lease could not be renewed"),
                }
            }
        };
        tokio::select! {
            outcome = work => Some(outcome),
            () = beats => None,
        }
    }

    /// Gives it back.
    pub(crate) async fn release(&self) {
        if let Err(error) = self.store.release_lease(self.name, self.holder).await {
            tracing::warn!(fault = %error, "a lease could not be given back; it will end by itself");
        }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Database;

    const NOW: Timestamp = Timestamp(1_795_438_800);

    async fn store(folder: &tempfile::TempDir) -> Store {
        let url = format!("sqlite://{}/idp.db", folder.path().display());
        let store = Store::open(&Database { url, ..Database::default() }).unwrap();
        store.migrate().await.unwrap();
        store
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_lease_is_renewed_during_long_work_and_its_loss_ends_the_work() {
        let folder = tempfile::tempdir().unwrap();
        let (store, clock) = (store(&folder).await, Clock::manual(NOW));
        let lease = Lease { store: &store, clock: &clock, name: "sync", holder: "a" };
        assert!(lease.acquire().await.unwrap());
        let long = async {
            for _ in 0..3 {
                clock.advance(SECONDS - 1);
                // It is taken by nobody, however often somebody tries, and is renewed by and by.
                while store.lease_ends("sync").await != clock.now().plus(SECONDS) {
                    assert!(!store.acquire_lease("sync", "b", SECONDS, clock.now()).await.unwrap());
                }
            }
            "done"
        };
        let beat = Duration::from_millis(1);
        assert_eq!(lease.keep(beat, long).await, Some("done"));
        lease.release().await;
        assert!(store.acquire_lease("sync", "b", SECONDS, clock.now()).await.unwrap());
        assert_eq!(lease.keep(beat, std::future::pending::<()>()).await, None);
    }
}
