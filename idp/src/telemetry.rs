//! Logging: JSON lines on standard output, one event a line. Never a secret, link, token, cookie or
//! full address: what is logged is ids, route patterns and counts.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

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
    let lines = fmt().json().flatten_event(true).with_env_filter(filter);
    // A second start, in tests, changes nothing.
    let _ = match logs {
        Logs::All => lines.try_init(),
        Logs::Faults => lines.with_writer(std::io::stderr).try_init(),
    };
}
