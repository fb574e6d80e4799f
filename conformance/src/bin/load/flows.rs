//! Code flows over keep-alive connections, with a session that is there already.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::ensure;
use clap::Args;
use conformance::answer::Callback;
use conformance::browser::Browser;
use conformance::provider::{Provider, part};
use conformance::settings::Client;
use tokio::task::JoinSet;

use crate::figures::Latencies;
use crate::process;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Flows at a time.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=256))]
    concurrency: u32,
    /// Flows in all.
    #[arg(long, default_value_t = 5000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    count: u32,
    /// The longest time, in seconds.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// The server, to tell what a flow costs it.
    #[arg(long)]
    pid: Option<u32>,
}

struct Run {
    provider: Provider,
    client: Client,
    left: AtomicU32,
    end: Instant,
}

pub(crate) async fn run(provider: Provider, arguments: &Arguments) -> anyhow::Result<()> {
    let signing = provider.settings.signing.iter().find(|(algorithm, _)| algorithm == "ES256");
    let client = signing.map_or(&provider.settings.client, |(_, client)| client).clone();
    let browser = signed_in(&provider, &client).await?;
    let (spent, begun) = (arguments.pid.map(process::processor_time).transpose()?, Instant::now());
    let end = begun + Duration::from_secs(arguments.seconds);
    let run = Arc::new(Run { provider, client, left: AtomicU32::new(arguments.count), end });
    let mut workers = JoinSet::new();
    for _ in 0..arguments.concurrency {
        workers.spawn(worker(Arc::clone(&run), browser.clone()));
    }
    let mut latencies = Latencies::default();
    while let Some(worker) = workers.join_next().await {
        latencies.extend(worker??);
    }
    let (count, seconds) = (latencies.count(), begun.elapsed().as_secs_f64());
    println!(
        "{count} code flows in {seconds:.1} s, {:.0}/s with {} at a time: {}",
        count as f64 / seconds,
        arguments.concurrency,
        latencies.percentiles()
    );
    if let (Some(pid), Some(spent)) = (arguments.pid, spent) {
        let spent = process::processor_time(pid)?.saturating_sub(spent);
        let each = spent.as_secs_f64() * 1000.0 / count as f64;
        let memory = process::memory(pid)? as f64 / 1024.0;
        println!("server: {each:.3} ms of processor a flow, {memory:.1} MiB resident");
    }
    Ok(())
}

/// Signs in and runs one flow with all checks, so that no wrong answer is measured.
async fn signed_in(provider: &Provider, client: &Client) -> anyhow::Result<Browser> {
    let mut user = provider.user()?;
    let request = provider.request_of(client)?;
    let login = user.sign_in(&request).await?;
    let tokens = provider.tokens(&request, &login.callback).await?;
    println!("ID tokens are signed with {}", part(&tokens.id_token, 0)?["alg"]);
    Ok(user.browser)
}

async fn worker(run: Arc<Run>, mut browser: Browser) -> anyhow::Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    let next = |left: u32| left.checked_sub(1);
    let order = Ordering::Relaxed;
    while Instant::now() < run.end && run.left.fetch_update(order, order, next).is_ok() {
        let begun = Instant::now();
        flow(&run, &mut browser).await?;
        latencies.push(begun.elapsed());
    }
    Ok(latencies)
}

async fn flow(run: &Run, browser: &mut Browser) -> anyhow::Result<()> {
    let provider = &run.provider;
    let request = provider.request_of(&run.client)?;
    let url = browser.open(&request.url()).await?.elsewhere()?;
    let callback = Callback::read(&url, &request, &provider.settings.issuer)?;
    let answer = provider.redeem(&request, callback.code()?).await?;
    let tokens = answer.json()?;
    let token = tokens["access_token"].as_str().unwrap_or_default();
    let claims = provider.userinfo(token).await?;
    ensure!(claims.status == 200, "userinfo answers {}: {tokens}", claims.status);
    Ok(())
}
