//! The login page at a steady rate, while passwords are checked beside it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use clap::Args;
use conformance::page::Landing;
use conformance::provider::Provider;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use url::Url;

use crate::figures::Latencies;
use crate::rounds::Caller;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Requests a second.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rate: u32,
    /// For how long, in seconds.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// People who give their password all the time.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(0..=64))]
    password_checks: u32,
    /// Begin a new login with each request, instead of showing one again.
    #[arg(long)]
    begin: bool,
}

pub(crate) async fn run(provider: Provider, arguments: &Arguments) -> anyhow::Result<()> {
    let (url, cookies) = target(&provider, arguments).await?;
    let provider = Arc::new(provider);
    let checked = Arc::new(AtomicU32::new(0));
    let mut people = JoinSet::new();
    for _ in 0..arguments.password_checks {
        people.spawn(person(Arc::clone(&provider), Arc::clone(&checked)));
    }
    let latencies = visits(&provider, arguments, &url, cookies.as_deref()).await?;
    // Whoever failed must not be taken for someone who was measured beside.
    if let Some(failed) = people.try_join_next() {
        failed??;
    }
    people.shutdown().await;
    println!(
        "{} requests at {}/s beside {:.1} password checks a second: {}",
        latencies.count(),
        arguments.rate,
        f64::from(checked.load(Ordering::Relaxed)) / arguments.seconds as f64,
        latencies.percentiles()
    );
    Ok(())
}

/// What is asked for: the page of one login, or the start of a new one.
async fn target(
    provider: &Provider,
    arguments: &Arguments,
) -> anyhow::Result<(Url, Option<String>)> {
    let request = provider.request()?;
    if arguments.begin {
        return Ok((request.url(), None));
    }
    let mut browser = provider.user()?.browser;
    let page = browser.open(&request.url()).await?.page()?;
    page.expect("login-username")?;
    Ok((page.url.clone(), browser.cookie_header(&page.url)))
}

/// An open loop: a slow answer does not slow the next request, and its wait counts.
async fn visits(
    provider: &Provider,
    arguments: &Arguments,
    url: &Url,
    cookies: Option<&str>,
) -> anyhow::Result<Latencies> {
    let mut tick = tokio::time::interval(Duration::from_secs(1) / arguments.rate);
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut visits = JoinSet::new();
    for _ in 0..u64::from(arguments.rate) * arguments.seconds {
        let due = tick.tick().await;
        let mut request = provider.http.get(url.clone());
        if let Some(cookies) = cookies {
            request = request.header("cookie", cookies);
        }
        visits.spawn(async move {
            let answer = request.send().await?;
            let status = answer.status().as_u16();
            answer.bytes().await?;
            ensure!(matches!(status, 200 | 303), "the page answers {status}");
            Ok(due.elapsed())
        });
    }
    let mut latencies = Latencies::default();
    while let Some(visit) = visits.join_next().await {
        latencies.extend([visit??]);
    }
    Ok(latencies)
}

/// Begins a login and asks for its page, each time as a browser that has never been there.
#[derive(Clone)]
pub(crate) struct LoginPage {
    http: reqwest::Client,
    url: Url,
}

impl LoginPage {
    /// A caller of the client that the tests have.
    pub(crate) fn new(provider: &Provider) -> anyhow::Result<Self> {
        Ok(Self { http: provider.http.clone(), url: provider.request()?.url() })
    }
}

impl Caller for LoginPage {
    async fn call(&mut self) -> anyhow::Result<()> {
        let begun = self.http.get(self.url.clone()).send().await?;
        let header = |name: &str| begun.headers().get(name).and_then(|value| value.to_str().ok());
        let page = self.url.join(header("location").context("no page to go to")?)?;
        let cookie = header("set-cookie").and_then(|cookie| cookie.split(';').next());
        let asked = self.http.get(page).header("cookie", cookie.unwrap_or_default());
        let answer = asked.send().await?;
        let (status, body) = (answer.status().as_u16(), answer.bytes().await?);
        ensure!(status == 200 && body.len() > 1_000, "the page answers {status}");
        Ok(())
    }
}

/// Gives the password again and again, each time in a new browser.
async fn person(provider: Arc<Provider>, checked: Arc<AtomicU32>) -> anyhow::Result<()> {
    let end = Instant::now() + Duration::from_secs(600);
    while Instant::now() < end {
        let mut user = provider.user()?;
        let page = user.browser.open(&provider.request()?.url()).await?.page()?;
        match user.give_password(&page).await? {
            Landing::Elsewhere(_) => {
                checked.fetch_add(1, Ordering::Relaxed);
            }
            // Too many at once: refused without a check.
            Landing::Page(page) => ensure!(page.status == 503, "{}: {}", page.status, page.text()),
        }
    }
    Ok(())
}
