//! Rounds of calls, several at a time, and what a call costs in the middle one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::ensure;
use clap::Args;
use tokio::task::JoinSet;

use crate::figures::{Latencies, median};
use crate::process;

#[derive(Args)]
pub(crate) struct Bounds {
    /// Calls at a time.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=256))]
    pub(crate) concurrency: u32,
    /// Calls in one round.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    count: u32,
    /// The longest time of one round, in seconds.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// How often each kind of call is measured; the median counts.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99))]
    rounds: u32,
    /// The server, to tell what a call costs it.
    #[arg(long)]
    pid: Option<u32>,
    /// The database server, whose children count with it.
    #[arg(long)]
    database_pid: Option<u32>,
}

/// One that calls again and again, over connections that are kept.
pub(crate) trait Caller: Send + 'static {
    /// Calls once, and fails on any answer that is not the right one.
    fn call(&mut self) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// What one round showed.
struct Round {
    calls: usize,
    rate: f64,
    server: f64,
    database: f64,
    p50: f64,
    p99: f64,
}

/// The medians of all rounds.
pub(crate) struct Figures(Vec<Round>);

impl Figures {
    /// The heading of the table that [`Figures::row`] fills.
    pub(crate) fn heading() -> String {
        let columns = "| call | signature | database | calls | calls/s seen | server, ms of CPU a call \
            | calls a core-second | database, ms of CPU a call | p50 ms | p99 ms |";
        format!("{columns}\n|---|---|---|---:|---:|---:|---:|---:|---:|---:|")
    }

    /// One line of the table.
    pub(crate) fn row(&self, name: &str, signature: &str, database: &str) -> String {
        let of = |value: fn(&Round) -> f64| median(self.0.iter().map(value));
        let calls: usize = self.0.iter().map(|round| round.calls).sum();
        let (rate, server, beside) = (of(|r| r.rate), of(|r| r.server), of(|r| r.database));
        let a_core = if server > 0.0 { 1000.0 / server } else { 0.0 };
        let (p50, p99) = (of(|r| r.p50), of(|r| r.p99));
        format!(
            "| {name} | {signature} | {database} | {calls} | {rate:.0} | {server:.3} | {a_core:.0} \
            | {beside:.3} | {p50:.1} | {p99:.1} |"
        )
    }
}

impl Bounds {
    /// Has the callers call, round after round.
    pub(crate) async fn measure<C: Caller>(&self, mut callers: Vec<C>) -> anyhow::Result<Figures> {
        let mut rounds = Vec::new();
        for _ in 0..self.rounds {
            let (round, back) = self.round(callers).await?;
            callers = back;
            rounds.push(round);
        }
        Ok(Figures(rounds))
    }

    /// How much memory the server holds now.
    pub(crate) fn memory(&self) -> anyhow::Result<Option<String>> {
        let memory = self.pid.map(process::memory).transpose()?;
        Ok(memory.map(|kib| format!("server: {:.1} MiB resident", kib as f64 / 1024.0)))
    }

    async fn round<C: Caller>(&self, callers: Vec<C>) -> anyhow::Result<(Round, Vec<C>)> {
        let (spent, begun) = (self.spent()?, Instant::now());
        let end = begun + Duration::from_secs(self.seconds);
        let left = Arc::new(AtomicU32::new(self.count));
        let mut workers = JoinSet::new();
        for caller in callers {
            workers.spawn(work(caller, Arc::clone(&left), end));
        }
        let (mut latencies, mut back) = (Latencies::default(), Vec::new());
        while let Some(worker) = workers.join_next().await {
            let (caller, measured) = worker??;
            latencies.extend(measured);
            back.push(caller);
        }
        let (calls, seconds) = (latencies.count(), begun.elapsed().as_secs_f64());
        ensure!(calls > 0, "no call was made");
        let now = self.spent()?;
        let each = |now: Duration, then: Duration| {
            now.saturating_sub(then).as_secs_f64() * 1000.0 / calls as f64
        };
        let round = Round {
            calls,
            rate: calls as f64 / seconds,
            server: each(now.0, spent.0),
            database: each(now.1, spent.1),
            p50: latencies.at(50),
            p99: latencies.at(99),
        };
        Ok((round, back))
    }

    /// Processor time of the server and of the database server so far.
    fn spent(&self) -> anyhow::Result<(Duration, Duration)> {
        let server = self.pid.map(process::processor_time).transpose()?;
        let database = self.database_pid.map(process::processor_time_with_children).transpose()?;
        Ok((server.unwrap_or_default(), database.unwrap_or_default()))
    }
}

async fn work<C: Caller>(
    mut caller: C,
    left: Arc<AtomicU32>,
    end: Instant,
) -> anyhow::Result<(C, Vec<Duration>)> {
    let mut latencies = Vec::new();
    let next = |left: u32| left.checked_sub(1);
    let order = Ordering::Relaxed;
    while Instant::now() < end && left.fetch_update(order, order, next).is_ok() {
        let begun = Instant::now();
        caller.call().await?;
        latencies.push(begun.elapsed());
    }
    Ok((caller, latencies))
}
