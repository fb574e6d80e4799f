//! `idp serve`.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;

use crate::app::App;
use crate::cli::{Settings, descriptors, open};
use crate::config::{self, Config};
use crate::http::serve::{Listeners, Places};
use crate::jobs::Jobs;
use crate::jobs::outbox::Post;
use crate::telemetry;

/// Seconds after `limits.drain_seconds` at which the process ends, even if something still runs in it.
const MARGIN: u64 = 4;

/// Runs the provider.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    settings: Settings,
}

impl Serve {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let config = open::config(&self.settings)?;
        let app = App::open(&config).await?;
        let post = open::post(&config)?;
        let places = places(&config)?;
        run((&self.settings, &config), app, post, places).await
    }
}

fn places(config: &Config) -> anyhow::Result<Places> {
    let mutual = config.mtls.as_ref().map(|mtls| bind(mtls.listen, "mtls.listen")).transpose()?;
    Ok(Places {
        public: bind(config.listen, "listen")?,
        management: bind(config.management_listen, "management_listen")?,
        mutual,
    })
}

/// Takes an address to listen on; the setting is named when it is taken already.
pub(super) fn bind(address: SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .with_context(|| format!("{setting}: {address} cannot be listened on"))
}

/// What a signal acts on.
struct Node<'a> {
    settings: &'a Settings,
    /// The settings that the node was started with.
    config: &'a Config,
    app: &'a App,
    listeners: &'a Listeners,
    /// When the node was asked to stop.
    stopped_at: OnceLock<Instant>,
}

/// Serves and works until SIGTERM or SIGINT, then drains.
pub(super) async fn run(
    (settings, config): (&Settings, &Config),
    app: App,
    post: Post,
    places: Places,
) -> anyhow::Result<()> {
    // Before anything is to be seen of the node: a signal that nobody listens to kills it.
    let signals = Signals::listen().context("signals cannot be listened to")?;
    app.provider.record_start(config.summary()).await?;
    tracing::info!(issuer = config.issuer, listen = %config.listen, "serving");
    let listeners = Listeners::new(app.clone(), config.tls.as_ref(), config.mtls.as_ref())
        .map_err(anyhow::Error::msg)?;
    let descriptors = descriptors::raise_limit();
    let listeners = listeners.within(descriptors);
    let connections = listeners.connections();
    tracing::info!(descriptors, connections, "each listener takes so many connections at once");
    let jobs = Jobs::start(&app, post, config.party_parameters.as_ref());
    let node =
        Node { settings, config, app: &app, listeners: &listeners, stopped_at: OnceLock::new() };
    let mut obeying = std::pin::pin!(node.obey(signals));
    let ended = tokio::select! {
        ended = listeners.serve(places) => ended,
        never = &mut obeying => match never {},
    };
    tokio::select! {
        () = jobs.stop(node.grace()) => {}
        never = &mut obeying => match never {},
    }
    Ok(ended?)
}

/// The signals that a node obeys, kept for it from here on.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }
}

impl Node<'_> {
    /// SIGTERM and SIGINT drain, and the second of them ends the process; SIGHUP reads the
    /// configuration again.
    async fn obey(&self, signals: Signals) -> Infallible {
        let Signals { mut terminate, mut interrupt, mut hangup } = signals;
        loop {
            tokio::select! {
                () = either(&mut terminate, &mut interrupt) => self.stop(),
                _ = hangup.recv() => match self.reload().await {
                    Ok(()) => tracing::info!("read the configuration again: certificates, clients and keys"),
                    Err(error) => {
                        let reason = format!("{error:#}");
                        tracing::error!(reason, "nothing is changed: the old settings stay in use");
                    }
                },
            }
        }
    }

    /// Tells listeners and jobs to end, and makes sure that the process does.
    fn stop(&self) {
        if self.stopped_at.set(Instant::now()).is_err() {
            end_process("asked to stop a second time");
        }
        let seconds = self.config.limits.drain_seconds;
        tracing::info!(seconds, "draining");
        self.app.stop.send_replace(true);
        self.listeners.drain(seconds);
        // A thread: it runs even if no task does any more.
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_secs(seconds.saturating_add(MARGIN)));
            end_process("something did not end when it was asked to");
        });
    }

    /// What is left of the time to drain.
    fn grace(&self) -> Duration {
        let spent = self.stopped_at.get().map(Instant::elapsed).unwrap_or_default();
        Duration::from_secs(self.config.limits.drain_seconds).saturating_sub(spent)
    }

    /// All of it or nothing: everything is read, checked and made before anything is taken into
    /// use, and what cannot fail comes last.
    async fn reload(&self) -> anyhow::Result<()> {
        let config = open::config(self.settings)?;
        let certificates = Listeners::read_again(config.tls.as_ref(), config.mtls.as_ref())
            .map_err(anyhow::Error::msg)?;
        let renewed = self.app.read_again(&config).await?;
        self.app.take_into_use(renewed).await?;
        self.listeners.take_into_use(certificates);
        let settings = config::need_restart(self.config, &config);
        if !settings.is_empty() {
            let settings = settings.join(", ");
            tracing::warn!(settings, "these settings have changed and need a restart");
        }
        Ok(())
    }
}

async fn either(one: &mut Signal, other: &mut Signal) {
    tokio::select! {
        _ = one.recv() => {}
        _ = other.recv() => {}
    }
}

/// Ends the process without waiting for anything but its last log lines. What was committed is kept, and what was not is
/// rolled back.
fn end_process(reason: &str) -> ! {
    tracing::error!(reason, "the process ends at once");
    telemetry::finish();
    std::process::exit(1)
}
