//! `idp serve`.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use anyhow::Context as _;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use crate::app::App;
use crate::cli::{Settings, open};
use crate::config::Config;
use crate::http::{management, router, serve};
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
        let public = bind(config.listen, "listen")?;
        let management = bind(config.management_listen, "management_listen")?;
        tracing::info!(issuer = config.issuer, listen = %config.listen, "serving");
        run(&config, app, post, (public, management)).await
    }
}

/// Takes an address to listen on; the setting is named when it is taken already.
pub(super) fn bind(address: SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).with_context(|| format!("{setting}: {address} cannot be listened on"))
}

/// Serves and works until SIGTERM or SIGINT, then drains.
pub(super) async fn run(
    config: &Config,
    app: App,
    post: Post,
    (public, management_listener): (TcpListener, TcpListener),
) -> anyhow::Result<()> {
    let tls = tls(config)?;
    let handle = Handle::new();
    let mut jobs = Jobs::start(&app, post);
    if let Some(parameters) = &config.party_parameters {
        let (app, parameters) = (app.clone(), parameters.clone());
        jobs.add(|stopped| Box::pin(crate::jobs::sync::run(app, parameters, stopped)));
    }
    let signals = signals(config.clone(), tls.clone(), handle.clone());
    let observed = management::router(app.clone());
    let served = serve::serve(public, router::router(app), tls, handle.clone());
    let managed = serve::serve(management_listener, observed, None, handle);
    let ended = tokio::select! {
        ended = async { tokio::try_join!(served, managed) } => ended.map(|_| ()),
        failed = signals => Err(failed),
    };
    jobs.stop().await;
    Ok(ended?)
}

fn tls(config: &Config) -> anyhow::Result<Option<RustlsConfig>> {
    let Some(tls) = &config.tls else { return Ok(None) };
    let server = serve::tls(tls).map_err(anyhow::Error::msg)?;
    Ok(Some(RustlsConfig::from_config(server)))
}

/// SIGTERM and SIGINT drain; SIGHUP reloads the certificate. Returns only when signals cannot be
/// listened to.
async fn signals(
    config: Config,
    tls: Option<RustlsConfig>,
    handle: Handle<SocketAddr>,
) -> std::io::Error {
    let listeners = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
        signal(SignalKind::hangup()),
    );
    let (mut terminate, mut interrupt, mut hangup) = match listeners {
        (Ok(terminate), Ok(interrupt), Ok(hangup)) => (terminate, interrupt, hangup),
        (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => return error,
    };
    loop {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hangup.recv() => {
                reload(&config, tls.as_ref());
                continue;
            }
        }
        tracing::info!("draining");
        handle.graceful_shutdown(Some(Duration::from_secs(config.limits.drain_seconds)));
    }
}

fn reload(config: &Config, running: Option<&RustlsConfig>) {
    let (Some(tls), Some(running)) = (&config.tls, running) else { return };
    match serve::tls(tls) {
        Ok(server) => {
            running.reload_from_config(server);
            tracing::info!("reloaded the certificate");
        }
        Err(reason) => tracing::error!(reason, "the old certificate stays in use"),
    }
}
