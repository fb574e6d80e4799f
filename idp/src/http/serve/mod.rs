//! The listeners: plain or TLS, with limits on connections, headers and time, drained when they are
//! asked to stop.

mod activity;
mod connection;
mod connections;
mod listener;
mod mutual;
#[cfg(test)]
mod tests;
mod tls;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use ipnet::IpNet;
use tokio::sync::watch;

use crate::app::App;
use crate::config::{Limits, Mtls, Tls};
use crate::http::{management, router};
use activity::Patience;
use connections::Room;
use listener::{Service, Transport};
use mutual::{Mutual, Renewed};
use tls::{Renewable, server_config};

/// Time for a TLS handshake, and after it for the first request.
const FIRST: Duration = Duration::from_secs(10);
/// How long one stream of events is kept; the page's script then asks for another one.
const STREAM: Duration = Duration::from_secs(15 * 60);
/// How long a connection that is to end may take for that.
const CLOSE: Duration = Duration::from_secs(2);
/// Connections to the management listener: a few watchers, while the others are flooded.
const MANAGEMENT: usize = 64;
/// Descriptors that are kept for all else: the database, mail, calls to other servers, files, and
/// the connections of the management listener.
const KEPT: u64 = 320;

/// The places a node listens at.
#[derive(Debug)]
pub struct Places {
    /// People and applications.
    pub public: TcpListener,
    /// Health and metrics.
    pub management: TcpListener,
    /// Applications with certificates.
    pub mutual: Option<TcpListener>,
}

/// The listeners of a node. Cloning shares them.
#[derive(Clone)]
pub struct Listeners {
    app: App,
    tls: Option<Renewable>,
    mutual: Option<Mutual>,
    patience: Patience,
    room: Room,
    stop: watch::Sender<Option<Duration>>,
}

/// Certificates and authorities that were read, and are not in use yet.
pub struct Certificates {
    tls: Option<Arc<rustls::ServerConfig>>,
    mutual: Option<Renewed>,
}

impl Listeners {
    /// Reads the certificate of the public listener, if it has its own, and the authorities of
    /// clients' certificates.
    ///
    /// # Errors
    /// A sentence that names the file at fault.
    pub fn new(app: App, tls: Option<&Tls>, mtls: Option<&Mtls>) -> Result<Self, String> {
        let clock = || app.provider.clock().clone();
        let mutual =
            tls.zip(mtls).map(|(tls, mtls)| Mutual::new(tls, mtls, clock())).transpose()?;
        let tls = tls.map(|tls| server_config(tls, None)).transpose()?.map(Renewable::new);
        let (patience, room) = (patience(&app.limits), room(&app.limits));
        Ok(Self { app, tls, mutual, patience, room, stop: watch::channel(None).0 })
    }

    /// Takes no more connections than the process has descriptors for.
    #[must_use]
    pub fn within(mut self, descriptors: u64) -> Self {
        let listeners = 1 + u64::from(self.mutual.is_some());
        let fit = descriptors.saturating_sub(KEPT) / listeners;
        self.room.all = self.room.all.min(usize::try_from(fit).unwrap_or(usize::MAX)).max(1);
        self
    }

    /// Connections that the public listener, and that for client certificates, takes at once.
    #[must_use]
    pub const fn connections(&self) -> usize {
        self.room.all
    }

    /// Serves until [`Listeners::drain`] is done.
    ///
    /// # Errors
    /// When a listener fails.
    pub async fn serve(&self, places: Places) -> std::io::Result<()> {
        let app = || self.app.clone();
        let transport = self.tls.clone().map_or(Transport::Plain, Transport::Tls);
        let public = self.service(transport, router::router(app()), self.room);
        let watchers = Room { all: MANAGEMENT, per_network: MANAGEMENT };
        let management = self.service(Transport::Plain, management::router(app()), watchers);
        let mutual = async {
            let Some((listener, mutual)) = places.mutual.zip(self.mutual.clone()) else {
                return Ok(());
            };
            let routes = router::mutual(app());
            let service = self.service(Transport::Mutual(mutual), routes, self.room);
            service.run(listener, self.stop.subscribe()).await
        };
        let public = public.run(places.public, self.stop.subscribe());
        let management = management.run(places.management, self.stop.subscribe());
        tokio::try_join!(public, management, mutual).map(|_| ())
    }

    /// Takes no further connections, and gives requests under way so many seconds.
    pub fn drain(&self, seconds: u64) {
        self.stop.send_replace(Some(Duration::from_secs(seconds)));
    }

    /// Reads renewed certificates and authorities, of all listeners.
    ///
    /// # Errors
    /// A sentence that names the file at fault.
    pub fn read_again(tls: Option<&Tls>, mtls: Option<&Mtls>) -> Result<Certificates, String> {
        let mutual = tls.zip(mtls).map(|(tls, mtls)| Renewed::read(tls, mtls)).transpose()?;
        let tls = tls.map(|tls| server_config(tls, None)).transpose()?;
        Ok(Certificates { tls, mutual })
    }

    /// Takes what was read into use; connections under way keep what they began with.
    pub fn take_into_use(&self, Certificates { tls, mutual }: Certificates) {
        if let (Some(running), Some(renewed)) = (&self.tls, tls) {
            running.replace(renewed);
        }
        if let (Some(running), Some(renewed)) = (&self.mutual, mutual) {
            running.replace(renewed);
        }
    }

    fn service(&self, transport: Transport, routes: Router, room: Room) -> Service {
        let trusted: Arc<[IpNet]> = self.app.trusted_proxies.as_slice().into();
        Service { transport, routes, patience: self.patience, room, trusted }
    }
}

/// A request has as long to be sent and its answer to be read as there is time to answer it.
fn patience(limits: &Limits) -> Patience {
    Patience {
        handshake: FIRST,
        first: FIRST,
        idle: Duration::from_secs(limits.idle_seconds),
        request: Duration::from_secs(limits.request_seconds.saturating_mul(2)),
        stream: STREAM,
        close: CLOSE,
    }
}

const fn room(limits: &Limits) -> Room {
    Room { all: limits.connections, per_network: limits.connections_per_network }
}
