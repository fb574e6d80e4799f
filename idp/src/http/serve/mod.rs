//! The listeners: plain or TLS, with limits on headers and time, drained when they are told to
//! stop.

mod mutual;
#[cfg(test)]
mod tests;
mod tls;

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;

use crate::app::App;
use crate::config::{Mtls, Tls};
use crate::http::{management, router};
use mutual::{Mutual, Renewed};
use tls::server_config;

/// Seconds to send the headers of a request.
const HEADER_SECONDS: u64 = 10;
/// Bytes of all headers together; a `state` of a thousand characters fits many times.
const HEADER_BYTES: usize = 64 * 1_024;

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
    handle: Handle<SocketAddr>,
    app: App,
    tls: Option<RustlsConfig>,
    mutual: Option<Mutual>,
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
        let tls = tls.map(|tls| server_config(tls, None)).transpose()?;
        let tls = tls.map(RustlsConfig::from_config);
        Ok(Self { handle: Handle::new(), app, tls, mutual })
    }

    /// Serves until [`Listeners::drain`] is done.
    ///
    /// # Errors
    /// When a listener fails.
    pub async fn serve(&self, places: Places) -> std::io::Result<()> {
        let app = || self.app.clone();
        let public = self.serve_public(places.public, router::router(app()));
        let management = self.serve_plain(places.management, management::router(app()));
        let mutual = async {
            match (places.mutual, &self.mutual) {
                (Some(listener), Some(mutual)) => self.serve_mutual(listener, mutual.clone()).await,
                _ => Ok(()),
            }
        };
        tokio::try_join!(public, management, mutual).map(|_| ())
    }

    /// Takes no further connections, and gives requests under way so many seconds.
    pub fn drain(&self, seconds: u64) {
        self.handle.graceful_shutdown(Some(Duration::from_secs(seconds)));
    }

    /// Takes renewed certificates and authorities into use; connections under way keep theirs.
    ///
    /// # Errors
    /// A sentence that names the file at fault; the old ones stay in use.
    pub fn reload(&self, tls: Option<&Tls>, mtls: Option<&Mtls>) -> Result<(), String> {
        let mutual = tls.zip(mtls).map(|(tls, mtls)| Renewed::read(tls, mtls)).transpose()?;
        let tls = tls.map(|tls| server_config(tls, None)).transpose()?;
        if let (Some(running), Some(renewed)) = (&self.tls, tls) {
            running.reload_from_config(renewed);
        }
        if let (Some(running), Some(renewed)) = (&self.mutual, mutual) {
            running.replace(renewed);
        }
        Ok(())
    }

    async fn serve_public(&self, listener: TcpListener, routes: Router) -> std::io::Result<()> {
        let Some(tls) = &self.tls else { return self.serve_plain(listener, routes).await };
        let server = axum_server::from_tcp_rustls(listener, tls.clone())?;
        let mut server = server.handle(self.handle.clone());
        limit(server.http_builder());
        server.serve(routes.into_make_service_with_connect_info::<SocketAddr>()).await
    }

    async fn serve_plain(&self, listener: TcpListener, routes: Router) -> std::io::Result<()> {
        let mut server = axum_server::from_tcp(listener)?.handle(self.handle.clone());
        limit(server.http_builder());
        server.serve(routes.into_make_service_with_connect_info::<SocketAddr>()).await
    }

    async fn serve_mutual(&self, listener: TcpListener, mutual: Mutual) -> std::io::Result<()> {
        let routes = router::mutual(self.app.clone());
        let server = axum_server::from_tcp(listener)?.acceptor(mutual);
        let mut server = server.handle(self.handle.clone());
        limit(server.http_builder());
        server.serve(routes.into_make_service_with_connect_info::<SocketAddr>()).await
    }
}

fn limit(builder: &mut hyper_util::server::conn::auto::Builder<hyper_util::rt::TokioExecutor>) {
    builder
        .http1()
        .timer(hyper_util::rt::TokioTimer::new())
        .header_read_timeout(Duration::from_secs(HEADER_SECONDS))
        .max_buf_size(HEADER_BYTES);
    builder
        .http2()
        .timer(hyper_util::rt::TokioTimer::new())
        .max_header_list_size(u32::try_from(HEADER_BYTES).unwrap_or(u32::MAX))
        .keep_alive_interval(Duration::from_secs(30));
}
