//! One listener: takes connections as long as there is room for them, and gives each the time that
//! it needs and no more.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use ipnet::IpNet;
use rustls::ServerConfig;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::http::serve::activity::{Activity, Patience};
use crate::http::serve::connection::{Answering, serve};
use crate::http::serve::connections::{Connections, Place, Room, counted_network};
use crate::http::serve::mutual::Mutual;
use crate::http::serve::tls::Renewable;

/// How long nothing is taken after the machine had no descriptor or memory for a connection.
const PAUSE: Duration = Duration::from_millis(100);

/// What a connection begins with.
#[derive(Clone)]
pub(super) enum Transport {
    /// HTTP at once.
    Plain,
    /// A TLS handshake.
    Tls(Renewable),
    /// A TLS handshake that asks for the client's certificate.
    Mutual(Mutual),
}

/// How a listener serves.
#[derive(Clone)]
pub(super) struct Service {
    pub(super) transport: Transport,
    pub(super) routes: Router,
    pub(super) patience: Patience,
    pub(super) room: Room,
    /// Proxies, whose connections are not counted by network.
    pub(super) trusted: Arc<[IpNet]>,
}

impl Service {
    /// Serves until `stop` holds a time, and then for that time the requests that are under way.
    ///
    /// # Errors
    /// When the listener cannot be used at all.
    pub(super) async fn run(
        self,
        listener: TcpListener,
        mut stop: watch::Receiver<Option<Duration>>,
    ) -> io::Result<()> {
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let connections = Connections::new(self.room);
        let mut open = JoinSet::new();
        let until_stopped = stop.clone();
        let time = loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) => {
                        let network = counted_network(peer.ip(), &self.trusted);
                        if let Some(place) = connections.admit(network) {
                            let stop = until_stopped.clone();
                            open.spawn(self.clone().converse(stream, peer, place, stop));
                        }
                    }
                    Err(error) => give_way(&error, &connections).await,
                },
                Some(_) = open.join_next(), if !open.is_empty() => {}
                time = stopped(&mut stop) => break time,
            }
        };
        drop(listener);
        let last = async { while open.join_next().await.is_some() {} };
        // What is not done by then ends with the set of tasks.
        let _all_done = tokio::time::timeout(time, last).await;
        Ok(())
    }

    async fn converse(
        self,
        stream: TcpStream,
        peer: SocketAddr,
        place: Place,
        stop: watch::Receiver<Option<Duration>>,
    ) {
        // Small answers are sent at once. A connection that refuses this works as well.
        let _slower = stream.set_nodelay(true);
        let handshake = self.patience.handshake;
        let answering = |place, certificate| Answering {
            routes: self.routes.clone(),
            peer,
            certificate,
            activity: Arc::new(Activity::new(place)),
            patience: self.patience,
        };
        match &self.transport {
            Transport::Plain => serve(stream, answering(place, None), stop).await,
            Transport::Tls(config) => {
                let Some(stream) = secured(config.current(), stream, &place, handshake).await
                else {
                    return;
                };
                serve(stream, answering(place, None), stop).await;
            }
            Transport::Mutual(mutual) => {
                let Some(stream) = secured(mutual.current(), stream, &place, handshake).await
                else {
                    return;
                };
                let certificate = mutual.judge(stream.get_ref().1.peer_certificates());
                serve(stream, answering(place, certificate), stop).await;
            }
        }
    }
}

/// The stream after its TLS handshake. `None` when that failed, took too long, or the connection
/// had to make way.
async fn secured(
    config: Arc<ServerConfig>,
    stream: TcpStream,
    place: &Place,
    limit: Duration,
) -> Option<TlsStream<TcpStream>> {
    let handshake = TlsAcceptor::from(config).accept(stream);
    tokio::select! {
        finished = tokio::time::timeout(limit, handshake) => finished.ok()?.ok(),
        () = place.dropped() => None,
    }
}

/// How long requests under way may still take, once the listener is to stop.
async fn stopped(stop: &mut watch::Receiver<Option<Duration>>) -> Duration {
    // Nobody can tell it to stop any more when the sender is gone.
    stop.wait_for(Option::is_some).await.ok().and_then(|time| *time).unwrap_or_default()
}

/// A connection that ended before it was taken is nobody's fault. Anything else is a lack of
/// descriptors or memory, for which an idle connection makes way.
async fn give_way(error: &io::Error, connections: &Connections) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};

    if [ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted].contains(&error.kind())
    {
        return;
    }
    tracing::warn!(%error, "a connection could not be taken");
    connections.drop_oldest_idle();
    tokio::time::sleep(PAUSE).await;
}
