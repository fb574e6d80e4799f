//! The one thread that writes to SQLite.
//!
//! A job is one transaction of the store. Up to [`BATCH`] jobs that wait share one `BEGIN IMMEDIATE
//! … COMMIT`, so that a disk that is asked to be sure is asked once for all of them. Nobody hears
//! of a success before the `COMMIT`. A job behind the first runs inside a savepoint, and takes back
//! only that when it fails; a first job that fails ends its batch before there is another. A
//! `COMMIT` that fails takes back the batch, and every job of it gets the error.
//!
//! A caller that got the error that the database is not available must not find its job done later. So a
//! job is run only while its caller waits: one that ran out of patience or was dropped, as a request
//! is whose browser has gone, takes its job along. Once a job has been taken up, its caller waits for
//! the outcome, however long the disk takes. What is left is a caller that is dropped while the
//! `COMMIT` of its batch is under way: it gets no error, and its job is done.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use crate::store::error::{Error, Fault, driver};
use crate::store::inline::Connection;

/// Jobs that share a commit at most.
const BATCH: usize = 64;
/// For how long a batch takes up further jobs.
const OPEN: Duration = Duration::from_millis(50);
/// Jobs that wait at most; one more is refused at once.
pub(super) const QUEUE: usize = 1_024;

/// Runs a job on the connection, or tells its caller why there is none.
type Job = Box<dyn FnOnce(Result<&mut Connection, Error>) -> Option<Done> + Send>;

/// A job that ran: whether it keeps what it wrote, and how its caller is answered, once the fate of
/// the batch is known.
struct Done {
    keep: bool,
    answer: Box<dyn FnOnce(Result<(), Error>)>,
}

/// The handle of the thread. Dropping it lets the thread finish what it took on.
pub(super) struct Writer {
    queue: Option<SyncSender<Job>>,
    waiting: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(mut connection: Connection) -> Result<Self, Error> {
        let (queue, jobs) = sync_channel::<Job>(QUEUE);
        let waiting = Arc::new(AtomicUsize::new(0));
        let mut inbox = Inbox { jobs, waiting: Arc::clone(&waiting) };
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                while let Some(first) = inbox.wait() {
                    batch(&mut connection, first, &mut inbox);
                }
            })
            .map_err(|error| Error::Unavailable(error.to_string()))?;
        Ok(Self { queue: Some(queue), waiting, thread: Some(thread) })
    }

    /// Jobs that no batch has taken up yet.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Runs `work` as one transaction. It may await nothing but the connection. It is not run when
    /// the caller has gone away, or got the error after `patience` that the database is not available.
    pub(super) async fn run<T, W>(&self, patience: Duration, work: W) -> Result<T, Fault>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, Fault>> + Send + 'static,
    {
        let (reply, mut answer) = oneshot::channel();
        let claim = Arc::new(Claim::default());
        let of_job = Arc::clone(&claim);
        self.hand_in(Box::new(move |connection| {
            if reply.is_closed() || !of_job.take() {
                return None;
            }
            match connection {
                Ok(connection) => {
                    let outcome = attempt(connection, work);
                    let keep = outcome.is_ok() && !reply.is_closed();
                    let answer = move |fate: Result<(), Error>| {
                        let answer = match outcome {
                            // What went wrong in the job is why the batch failed, if it did.
                            Err(fault @ (Fault::Driver(_) | Fault::Store(_))) => Err(fault),
                            outcome => fate.map_err(Fault::from).and(outcome),
                        };
                        let _gone = reply.send(answer);
                    };
                    Some(Done { keep, answer: Box::new(answer) })
                }
                Err(error) => {
                    let _gone = reply.send(Err(error.into()));
                    None
                }
            }
        }))?;
        let outcome = match tokio::time::timeout(patience, &mut answer).await {
            Ok(outcome) => outcome,
            Err(_) if claim.take() => {
                return Err(unavailable("the disk has not answered in time"));
            }
            Err(_) => answer.await,
        };
        outcome.unwrap_or_else(|_| Err(unavailable("the writer has stopped")))
    }

    fn hand_in(&self, job: Job) -> Result<(), Fault> {
        let queue = self.queue.as_ref().ok_or_else(|| unavailable("the writer has stopped"))?;
        self.waiting.fetch_add(1, Ordering::Relaxed);
        queue.try_send(job).map_err(|refused| {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            unavailable(match refused {
                TrySendError::Full(_) => "too many writes are waiting",
                TrySendError::Disconnected(_) => "the writer has stopped",
            })
        })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

/// A job belongs to the one who takes it first: the writer, to run it, or the caller, to give it up.
#[derive(Default)]
struct Claim(AtomicBool);

impl Claim {
    fn take(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }
}

struct Inbox {
    jobs: Receiver<Job>,
    waiting: Arc<AtomicUsize>,
}

impl Inbox {
    fn wait(&mut self) -> Option<Job> {
        self.jobs.recv().ok().inspect(|_| self.taken())
    }

    fn next(&mut self) -> Option<Job> {
        self.jobs.try_recv().ok().inspect(|_| self.taken())
    }

    fn taken(&self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Runs `first` and what waits behind it, and tells every caller the outcome.
fn batch(connection: &mut Connection, first: Job, inbox: &mut Inbox) {
    if let Err(error) = sql(connection, "BEGIN IMMEDIATE") {
        let others = std::iter::from_fn(|| inbox.next()).take(BATCH - 1);
        for job in std::iter::once(first).chain(others.collect::<Vec<_>>()) {
            job(Err(error.clone()));
        }
        return;
    }
    let begun = Instant::now();
    let mut answers = Vec::with_capacity(BATCH);
    let mut fate = Ok(());
    match first(Ok(connection)) {
        Some(Done { keep: true, answer }) => answers.push(answer),
        undone => {
            let rolled_back = sql(connection, "ROLLBACK");
            if let Some(Done { answer, .. }) = undone {
                answer(rolled_back);
            }
            return;
        }
    }
    while fate.is_ok() && answers.len() < BATCH && begun.elapsed() < OPEN {
        let Some(job) = inbox.next() else { break };
        fate = step(connection, job, &mut answers);
    }
    let fate = fate.and_then(|()| sql(connection, "COMMIT"));
    if fate.is_err() {
        // Fails when SQLite has already rolled back by itself, as it does when the disk is full.
        let _rolled_back = sql(connection, "ROLLBACK");
    }
    // Where it fails, the connection keeps more pages than it needs.
    let _narrowed = connection.narrow();
    for answer in answers {
        answer(fate.clone());
    }
}

type Answer = Box<dyn FnOnce(Result<(), Error>)>;

/// One job in its savepoint.
///
/// # Errors
/// When the savepoint is gone, and the whole transaction with it.
fn step(connection: &mut Connection, job: Job, answers: &mut Vec<Answer>) -> Result<(), Error> {
    if let Err(error) = sql(connection, "SAVEPOINT job") {
        job(Err(error.clone()));
        return Err(error);
    }
    let Some(Done { keep, answer }) = job(Ok(connection)) else {
        return sql(connection, "RELEASE job");
    };
    answers.push(answer);
    if !keep {
        sql(connection, "ROLLBACK TO job")?;
    }
    sql(connection, "RELEASE job")
}

/// A panic in a job is that job's fault and nobody else's.
fn attempt<T, W>(connection: &mut Connection, work: W) -> Result<T, Fault>
where
    W: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, Fault>>,
{
    let outcome = catch_unwind(AssertUnwindSafe(|| work(connection).now_or_never()));
    let refused = |why: &str| Err(Fault::Store(Error::Refused(why.to_owned())));
    match outcome {
        Ok(Some(outcome)) => outcome,
        Ok(None) => refused("a write waited for something that is not its connection"),
        Err(_) => refused("a write panicked"),
    }
}

fn sql(connection: &mut Connection, text: &'static str) -> Result<(), Error> {
    connection.run(text).map_err(|error| driver(&error))
}

fn unavailable(why: &str) -> Fault {
    Fault::Store(Error::Unavailable(why.to_owned()))
}
