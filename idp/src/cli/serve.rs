//! `idp serve`.

use std::net::{SocketAddr, TcpListener};

use anyhow::Context as _;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use crate::app::{self, App};
use crate::cli::{Settings, descriptors, open};
use crate::config::Config;
use crate::http::serve::{Listeners, Places};
use crate::jobs::Jobs;
use crate::jobs::outbox::Post;

/// Runs the provider.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    settings: Settings,
}

impl Serve {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let config = open::config(&self.settings)?;
        let app = open::app(&config).await?;
        let post = open::post(&config)?;
        let places = places(&config)?;
        tracing::info!(issuer = config.issuer, listen = %config.listen, "serving");
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

/// Serves and works until SIGTERM or SIGINT, then drains.
pub(super) async fn run(
    (settings, config): (&Settings, &Config),
    app: App,
    post: Post,
    places: Places,
) -> anyhow::Result<()> {
    let listeners = Listeners::new(app.clone(), config.tls.as_ref(), config.mtls.as_ref())
        .map_err(anyhow::Error::msg)?;
    let descriptors = descriptors::raise_limit();
    let listeners = listeners.within(descriptors);
    let connections = listeners.connections();
    tracing::info!(descriptors, connections, "each listener takes so many connections at once");
    let mut jobs = Jobs::start(&app, post);
    if let Some(parameters) = &config.party_parameters {
        let (app, parameters) = (app.clone(), parameters.clone());
        jobs.add(|stopped| Box::pin(crate::jobs::sync::run(app, parameters, stopped)));
    }
    let ended = tokio::select! {
        ended = listeners.serve(places) => ended,
        failed = signals((settings, config), &app, &listeners) => Err(failed),
    };
    jobs.stop().await;
    Ok(ended?)
}

/// SIGTERM and SIGINT drain; SIGHUP reads certificates, clients and keys again. Returns only when signals cannot be
/// listened to.
async fn signals(
    (settings, config): (&Settings, &Config),
    app: &App,
    listeners: &Listeners,
) -> std::io::Error {
    let streams = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
        signal(SignalKind::hangup()),
    );
    let (mut terminate, mut interrupt, mut hangup) = match streams {
        (Ok(terminate), Ok(interrupt), Ok(hangup)) => (terminate, interrupt, hangup),
        (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => return error,
    };
    loop {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hangup.recv() => {
                match reload(settings, app, listeners).await {
                    Ok(()) => tracing::info!("read certificates, clients and keys again"),
                    Err(error) => tracing::error!(reason = %error, "the old settings stay in use"),
                }
                continue;
            }
        }
        tracing::info!("draining");
        app.stop.send_replace(true);
        listeners.drain(config.limits.drain_seconds);
    }
}

/// All of it or nothing: a file that cannot be used changes nothing.
async fn reload(settings: &Settings, app: &App, listeners: &Listeners) -> anyhow::Result<()> {
    let config = open::config(settings)?;
    let clients = app::clients(&config)?;
    let policy = app::policy(&config.keys)?;
    listeners.reload(config.tls.as_ref(), config.mtls.as_ref()).map_err(anyhow::Error::msg)?;
    app.provider.replace_clients(clients).await?;
    Ok(app.provider.maintain_keys(&policy).await?)
}
