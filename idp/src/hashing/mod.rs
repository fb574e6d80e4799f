//! The bounded threads on which passwords are hashed. Callers of each kind wait in a bounded queue
//! of their own, and each queue has its share of the threads; so a flood of guesses slows neither
//! the other routes nor the people whose browser is known.

mod queues;

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::account::password::parameters::Parameters;
use crate::account::password::rules::{Rules, Unusable};
use crate::account::password::{self, Check, SALT, Stored};
use crate::hashing::queues::Queues;
use crate::measures::Measures;
use crate::secret::{Password, Secret};

pub use queues::Caller;

/// The longest wait for a thread; shorter than any time a request is given.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a password was not hashed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Too many are waiting already; nothing was done.
    #[error("too many passwords are waiting to be checked")]
    Busy,
    /// Argon2 failed, or its thread died.
    #[error("a password could not be hashed: {0}")]
    Failed(String),
}

/// One password that waits. It is dropped without having run when it is turned away.
struct Job {
    run: Box<dyn FnOnce() + Send>,
    /// Set by who comes first: the thread that runs it, or the caller who gives up.
    taken: Arc<AtomicBool>,
}

/// Hashes and checks passwords on its own threads. Cloning shares them.
#[derive(Clone)]
pub struct Hashing {
    inner: Arc<Inner>,
    measures: Measures,
}

struct Inner {
    queues: Arc<Queues<Job>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.queues.close();
    }
}

impl Hashing {
    /// Starts `threads` threads (at least one) with room for `waiting` passwords of each kind of
    /// caller. They end when the last clone is dropped.
    #[must_use]
    pub fn start(threads: usize, waiting: usize, measures: Measures) -> Self {
        let queues = Arc::new(Queues::<Job>::new(waiting));
        for _ in 0..threads.max(1) {
            let queues = Arc::clone(&queues);
            thread::spawn(move || {
                while let Some(job) = queues.pop() {
                    if !job.taken.swap(true, Ordering::AcqRel) {
                        // A panic costs one check, not the thread.
                        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(job.run));
                    }
                }
            });
        }
        Self { inner: Arc::new(Inner { queues }), measures }
    }

    /// Checks a password against what is stored, or against nothing at the same cost.
    ///
    /// # Errors
    /// [`Error::Busy`] when there is no place in the queue, or no longer.
    pub async fn check(
        &self,
        caller: Caller,
        password: Secret<Password>,
        stored: Stored,
        in_use: Vec<Parameters>,
    ) -> Result<Check, Error> {
        self.run(caller, move || password::check(&password, &stored, &in_use)).await
    }

    /// Hashes a password, which was right, with today's parameters.
    ///
    /// # Errors
    /// [`Error::Busy`] when the queue is full.
    pub async fn hash(
        &self,
        password: Secret<Password>,
        salt: [u8; SALT],
    ) -> Result<String, Error> {
        self.run(Caller::Known, move || password::hash(&password, salt)).await
    }

    /// Whether a password meets the rules: estimating how soon it is guessed can take a second.
    ///
    /// # Errors
    /// [`Error::Busy`] when the queue is full.
    pub async fn judge(
        &self,
        rules: Rules,
        password: Secret<Password>,
    ) -> Result<Result<(), Unusable>, Error> {
        self.run(Caller::Known, move || Ok::<_, Infallible>(rules.check(&password))).await
    }

    async fn run<T, E>(
        &self,
        caller: Caller,
        task: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Result<T, Error>
    where
        T: Send + 'static,
        E: std::fmt::Display,
    {
        let (answer, mut answered) = oneshot::channel();
        let (measures, queued) = (self.measures.clone(), Instant::now());
        let taken = Arc::new(AtomicBool::new(false));
        let run = move || {
            measures.password_wait(queued.elapsed());
            // The caller may have gone away: then there is nothing to do.
            if !answer.is_closed() {
                let _ = answer.send(task().map_err(|error| error.to_string()));
            }
        };
        let job = Job { run: Box::new(run), taken: Arc::clone(&taken) };
        // A job that is turned away is dropped here, by which its caller learns of it.
        drop(self.inner.queues.push(caller, job));
        let outcome = match tokio::time::timeout(PATIENCE, &mut answered).await {
            Ok(outcome) => outcome,
            Err(_) if !taken.swap(true, Ordering::AcqRel) => return Err(Error::Busy),
            Err(_) => answered.await,
        };
        match outcome {
            Ok(outcome) => outcome.map_err(Error::Failed),
            Err(_) if taken.load(Ordering::Acquire) => {
                Err(Error::Failed("the thread gave up".to_owned()))
            }
            Err(_) => Err(Error::Busy),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    fn password(text: &str) -> Secret<Password> {
        Secret::new(text.to_owned())
    }

    fn stored(hash: String) -> Stored {
        Stored { hash: Some(hash), may_log_in: true }
    }

    #[expect(clippy::disallowed_methods, reason = "a test may start tasks")]
    fn task<T: Send + 'static>(
        future: impl Future<Output = T> + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        tokio::spawn(future)
    }

    /// Keeps the only thread busy until the sender is used or dropped.
    async fn occupied(
        hashing: &Hashing,
    ) -> (std::sync::mpsc::Sender<()>, tokio::task::JoinHandle<Result<(), Error>>) {
        let (started, has_started) = channel();
        let (release, released) = channel::<()>();
        let hashing = hashing.clone();
        let blocked = task(async move {
            let wait = move || {
                started.send(()).unwrap();
                released.recv().map_err(|error| error.to_string())
            };
            hashing.run(Caller::Other, wait).await
        });
        tokio::task::spawn_blocking(move || has_started.recv().unwrap()).await.unwrap();
        (release, blocked)
    }

    #[tokio::test]
    async fn a_password_is_hashed_and_checked_on_the_threads() {
        let hashing = Hashing::start(1, 4, Measures::default());
        let made = hashing.hash(password("correct horse"), [1; SALT]).await.unwrap();
        let check = |text: &str| {
            hashing.check(Caller::Other, password(text), stored(made.clone()), Vec::new())
        };
        assert!(matches!(check("correct horse").await, Ok(Check::Right)));
        assert!(matches!(check("x").await, Ok(Check::Wrong)));
    }

    #[tokio::test]
    async fn a_full_queue_turns_away_the_oldest_unknown_caller_and_no_known_browser() {
        let hashing = Hashing::start(1, 2, Measures::default());
        let (release, blocked) = occupied(&hashing).await;
        let call = |caller| {
            let hashing = hashing.clone();
            task(async move { hashing.run(caller, || Ok::<_, String>(())).await })
        };
        let strangers: Vec<_> = (0..20).map(|_| call(Caller::Other)).collect();
        tokio::task::yield_now().await;
        let known = [call(Caller::Known), call(Caller::Known)];
        let newcomer = call(Caller::Newcomer);
        tokio::task::yield_now().await;
        release.send(()).unwrap();
        assert!(blocked.await.unwrap().is_ok());
        let mut turned_away = Vec::new();
        for stranger in strangers {
            turned_away.push(matches!(stranger.await.unwrap(), Err(Error::Busy)));
        }
        assert_eq!(turned_away, [vec![true; 18], vec![false; 2]].concat(), "the oldest first");
        for known in known {
            assert!(known.await.unwrap().is_ok());
        }
        assert!(newcomer.await.unwrap().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_that_waited_too_long_is_refused_and_not_run() {
        let hashing = Hashing::start(1, 4, Measures::default());
        let (release, blocked) = occupied(&hashing).await;
        let (ran, has_run) = channel();
        let waited = hashing.run(Caller::Known, move || ran.send(()).map_err(|e| e.to_string()));
        assert!(matches!(waited.await, Err(Error::Busy)));
        release.send(()).unwrap();
        assert!(blocked.await.unwrap().is_ok(), "what has begun is waited for");
        assert!(has_run.recv().is_err(), "it was dropped and did not run");
    }

    #[tokio::test]
    async fn a_panic_costs_one_check_and_not_the_thread() {
        let hashing = Hashing::start(1, 4, Measures::default());
        let panicked =
            hashing.run(Caller::Other, || -> Result<(), String> { panic!("on purpose") }).await;
        assert!(matches!(panicked, Err(Error::Failed(_))));
        assert!(hashing.hash(password("correct horse"), [1; SALT]).await.is_ok());
    }
}
