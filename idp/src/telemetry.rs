//! Logging: JSON lines on standard output, one event a line. Never a secret, link, token, cookie or
//! full address: what is logged is ids, route patterns and counts.
//!
//! A server hands its lines to a thread that writes those that wait at once. Where nobody reads them
//! for so long that [`WAITING_LINES`] wait, further ones are dropped and counted: a full pipe stops
//! no login.

use std::io::{BufWriter, stderr, stdout};
use std::sync::mpsc::channel;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tracing::Subscriber;
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::util::SubscriberInitExt as _;

/// How much is logged when `RUST_LOG` does not say.
#[derive(Clone, Copy, Debug)]
pub enum Logs {
    /// Requests and events: a server.
    All,
    /// Warnings and errors: a command, or the demo, whose output people read.
    Faults,
}

/// Lines that wait for the thread that writes them, at most: some 20 MB.
pub const WAITING_LINES: usize = 65_536;

/// How long the end of the process waits for lines to be written.
const LAST_LINES: Duration = Duration::from_secs(2);

static DROPPED: OnceLock<ErrorCounter> = OnceLock::new();
static WRITER: Mutex<Option<WorkerGuard>> = Mutex::new(None);

/// Writes the lines that wait, before the process ends. Where nobody reads them, it gives up.
pub fn finish() {
    let writer = WRITER.lock().unwrap_or_else(PoisonError::into_inner).take();
    let (done, written) = channel();
    std::thread::spawn(move || {
        drop(writer);
        let _ = done.send(());
    });
    let _ = written.recv_timeout(LAST_LINES);
}

/// Lines that were dropped since the start.
pub fn dropped_lines() -> usize {
    DROPPED.get().map_or(0, ErrorCounter::dropped_lines)
}

/// Starts logging; the variable `RUST_LOG` overrides the level.
pub fn start(logs: Logs) {
    let level = match logs {
        Logs::All => "info",
        Logs::Faults => "warn",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    // A second start, in tests, changes nothing.
    match logs {
        Logs::All => {
            let builder = NonBlockingBuilder::default().buffered_lines_limit(WAITING_LINES);
            let (lines, worker) = builder.thread_name("log").finish(BufWriter::new(stdout()));
            let _ = DROPPED.set(lines.error_counter());
            let _ = json_lines(filter, lines).try_init();
            *WRITER.lock().unwrap_or_else(PoisonError::into_inner) = Some(worker);
        }
        Logs::Faults => {
            let _ = json_lines(filter, stderr).try_init();
        }
    }
}

/// Writes each event as one line of JSON. The fields of an event stand beside the formatter's own
/// (`timestamp`, `level`, `target`, `message`, `span`, `spans`), so no event may name those: RFC 8259
/// section 4 lets a parser refuse a name that occurs twice.
pub fn json_lines<W>(filter: EnvFilter, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    fmt::fmt().json().flatten_event(true).with_env_filter(filter).with_writer(writer).finish()
}
