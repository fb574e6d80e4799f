//! Logging: JSON lines on standard output, one event a line. Never a secret, link, token, cookie or
//! full address: what is logged is ids, route patterns and counts.

use tracing::Subscriber;
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

/// Starts logging; the variable `RUST_LOG` overrides the level.
pub fn start(logs: Logs) {
    let level = match logs {
        Logs::All => "info",
        Logs::Faults => "warn",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    // A second start, in tests, changes nothing.
    let _ = match logs {
        Logs::All => json_lines(filter, std::io::stdout).try_init(),
        Logs::Faults => json_lines(filter, std::io::stderr).try_init(),
    };
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
