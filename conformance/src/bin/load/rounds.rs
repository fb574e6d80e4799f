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
    /// The bare server that the same calls are made to.
    #[arg(long)]
    floor_pid: Option<u32>,
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
        let columns = "| call | signature | database | calls | calls/s seen | server, µs of CPU a call \
            | bare server, µs | ratio | database, µs of CPU a call | p50 ms | p99 ms |";
        format!("{columns}\n|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    }

    /// One line of the table, with the figures of the bare server beside it.
    pub(crate) fn row(&self, name: [&str; 3], floor: Option<&Self>) -> String {
        let [call, signature, database] = name;
        let calls: usize = self.0.iter().map(|round| round.calls).sum();
        let (rate, beside) = (self.of(|round| round.rate), self.of(|round| round.database));
        let server = self.of(|round| round.server);
        let floor = floor.map(|floor| floor.of(|round| round.server)).filter(|floor| *floor > 0.0);
        let ratio = floor.map_or_else(String::new, |floor| format!("{:.1}", server / floor));
        let floor = floor.map_or_else(String::new, |floor| format!("{floor:.1}"));
        let (p50, p99) = (self.of(|round| round.p50), self.of(|round| round.p99));
        format!(
            "| {call} | {signature} | {database} | {calls} | {rate:.0} | {server:.1} | {floor} \
            | {ratio} | {beside:.0} | {p50:.1} | {p99:.1} |"
        )
    }

    fn of(&self, value: fn(&Round) -> f64) -> f64 {
        median(self.0.iter().map(value))
    }
}

impl Bounds {
    /// Has the callers call, round after round, those of the bare server in turn with the others.
    pub(crate) async fn measure<C: Caller>(
        &self,
        mut callers: Vec<C>,
        mut of_floor: Option<Vec<C>>,
    ) -> anyhow::Result<(Figures, Option<Figures>)> {
        let (mut rounds, mut floor) = (Vec::new(), Vec::new());
        for _ in 0..self.rounds {
            let (round, back) = self.round(callers, self.pid).await?;
            callers = back;
            rounds.push(round);
            if let Some(callers) = of_floor {
                let (round, back) = self.round(callers, self.floor_pid).await?;
                of_floor = Some(back);
                floor.push(round);
            }
        }
        Ok((Figures(rounds), of_floor.map(|_| Figures(floor))))
    }

    /// How much memory the server holds now.
    pub(crate) fn memory(&self) -> anyhow::Result<Option<String>> {
        let memory = self.pid.map(process::memory).transpose()?;
        Ok(memory.map(|kib| format!("server: {:.1} MiB resident", kib as f64 / 1024.0)))
    }

    async fn round<C: Caller>(
        &self,
        callers: Vec<C>,
        server: Option<u32>,
    ) -> anyhow::Result<(Round, Vec<C>)> {
        let (spent, begun) = (self.spent(server)?, Instant::now());
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
        let now = self.spent(server)?;
        let each = |now: Duration, then: Duration| {
            now.saturating_sub(then).as_secs_f64() * 1_000_000.0 / calls as f64
        };
        let round = Round {
            calls,
            rate: calls as f64 / seconds,
            server: each(now.0, spent.0),
            database: each(now.1, spent.1),
            p50: latencies.at(500),
            p99: latencies.at(990),
        };
        Ok((round, back))
    }

    /// Processor time of the server and of the database server so far.
    fn spent(&self, server: Option<u32>) -> anyhow::Result<(Duration, Duration)> {
        let server = server.map(process::processor_time).transpose()?;
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
