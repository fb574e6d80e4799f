//! The bounded threads on which passwords are hashed. Beyond a bounded queue a check is turned
//! away at once, so that a flood of logins never slows the other routes.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use tokio::sync::oneshot;

use crate::account::password::{self, Check, SALT};
use crate::measures::Measures;
use crate::secret::{Password, Secret};

/// Why a password was not hashed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Too many are waiting already.
    #[error("too many passwords are waiting to be checked")]
    Busy,
    /// Argon2 failed, or its thread died.
    #[error("a password could not be hashed: {0}")]
    Failed(String),
}

type Job = Box<dyn FnOnce() + Send>;

/// Hashes and checks passwords on its own threads. Cloning shares them.
#[derive(Clone)]
pub struct Hashing {
    queue: SyncSender<Job>,
    measures: Measures,
}

impl Hashing {
    /// Starts `threads` threads (at least one) with room for `waiting` passwords. They end when
    /// the last clone is dropped.
    #[must_use]
    pub fn start(threads: usize, waiting: usize, measures: Measures) -> Self {
        let (queue, jobs) = sync_channel::<Job>(waiting);
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..threads.max(1) {
            let jobs = Arc::clone(&jobs);
            thread::spawn(move || work(&jobs));
        }
        Self { queue, measures }
    }

    /// Checks a password against a stored hash, or against nothing at the same cost.
    ///
    /// # Errors
    /// [`Error::Busy`] when the queue is full.
    pub async fn check(
        &self,
        password: Secret<Password>,
        stored: Option<String>,
    ) -> Result<Check, Error> {
        self.run(move || password::check(&password, stored.as_deref())).await
    }

    /// Hashes a password with today's parameters.
    ///
    /// # Errors
    /// [`Error::Busy`] when the queue is full.
    pub async fn hash(
        &self,
        password: Secret<Password>,
        salt: [u8; SALT],
    ) -> Result<String, Error> {
        self.run(move || password::hash(&password, salt)).await
    }

    async fn run<T, E>(
        &self,
        task: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Result<T, Error>
    where
        T: Send + 'static,
        E: std::fmt::Display,
    {
        let (answer, answered) = oneshot::channel();
        let (measures, queued) = (self.measures.clone(), Instant::now());
        let job = move || {
            measures.password_wait(queued.elapsed());
            // Whoever asked may have gone away.
            let _ = answer.send(task().map_err(|error| error.to_string()));
        };
        self.queue.try_send(Box::new(job)).map_err(|error| match error {
            TrySendError::Full(_) => Error::Busy,
            TrySendError::Disconnected(_) => Error::Failed("the threads have ended".to_owned()),
        })?;
        match answered.await {
            Ok(outcome) => outcome.map_err(Error::Failed),
            Err(_) => Err(Error::Failed("the thread gave up".to_owned())),
        }
    }
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        // A panic costs one check, not the thread.
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(job));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    fn password(text: &str) -> Secret<Password> {
        Secret::new(text.to_owned())
    }

    #[expect(clippy::disallowed_methods, reason = "a test may start tasks")]
    fn task<T: Send + 'static>(
        future: impl Future<Output = T> + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        tokio::spawn(future)
    }

    #[tokio::test]
    async fn a_password_is_hashed_and_checked_on_the_threads() {
        let hashing = Hashing::start(1, 4, Measures::default());
        let stored = hashing.hash(password("correct horse"), [1; SALT]).await.unwrap();
        let right = hashing.check(password("correct horse"), Some(stored.clone())).await;
        assert!(matches!(right, Ok(Check::Right)));
        assert!(matches!(hashing.check(password("x"), Some(stored)).await, Ok(Check::Wrong)));
    }

    #[tokio::test]
    async fn beyond_the_queue_a_check_is_turned_away_at_once() {
        let hashing = Hashing::start(1, 1, Measures::default());
        let (started, has_started) = channel();
        let (release, released) = channel::<()>();
        let blocked = {
            let hashing = hashing.clone();
            task(async move {
                let wait = move || {
                    started.send(()).unwrap();
                    released.recv().map_err(|error| error.to_string())
                };
                hashing.run(wait).await
            })
        };
        tokio::task::spawn_blocking(move || has_started.recv().unwrap()).await.unwrap();
        let waiting = {
            let hashing = hashing.clone();
            task(async move { hashing.check(password("waits"), None).await })
        };
        tokio::task::yield_now().await;
        let turned_away = hashing.run(|| Ok::<_, String>(())).await;
        assert!(matches!(turned_away, Err(Error::Busy)));
        release.send(()).unwrap();
        assert!(blocked.await.unwrap().is_ok());
        assert!(matches!(waiting.await.unwrap(), Ok(Check::Wrong)));
    }

    #[tokio::test]
    async fn a_panic_costs_one_check_and_not_the_thread() {
        let hashing = Hashing::start(1, 4, Measures::default());
        let panicked = hashing.run(|| -> Result<(), String> { panic!("on purpose") }).await;
        assert!(matches!(panicked, Err(Error::Failed(_))));
        assert!(hashing.hash(password("correct horse"), [1; SALT]).await.is_ok());
    }
}
