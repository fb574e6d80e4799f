//! What stands beside the provider in `idp demo`: a relying party (IDEP.WEB's stand-in), a mailbox,
//! and the data to try them with. All of it listens on this machine alone.

pub mod data;
pub mod mailbox;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::clock::Clock;
use crate::demo::data::kept_secret;
use crate::demo::mailbox::{Mailbox, serve_smtp};

/// Where the demo lives.
#[derive(Clone, Debug)]
pub struct Place {
    /// The folder of all its files.
    pub folder: PathBuf,
    /// The provider's port; the relying party, the mailbox and its SMTP server take the next three.
    pub base_port: u16,
}

impl Place {
    /// The address of the service `offset` ports above the provider.
    #[must_use]
    pub fn address(&self, offset: u16) -> String {
        format!("http://localhost:{}", self.base_port + offset)
    }

    fn listener(&self, offset: u16) -> anyhow::Result<TcpListener> {
        let port = self.base_port + offset;
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
            .with_context(|| {
                format!("port {port} is taken; choose other ports with --base-port")
            })?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The provider's configuration, written at each start so that it fits the ports.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write_configuration(&self) -> anyhow::Result<PathBuf> {
        std::fs::create_dir_all(&self.folder)
            .with_context(|| format!("--data: {} cannot be made", self.folder.display()))?;
        kept_secret(&self.file("relying-party.secret"))?;
        let file = self.file("idp.toml");
        std::fs::write(&file, self.configuration())
            .with_context(|| format!("{} cannot be written", file.display()))?;
        Ok(file)
    }

    fn configuration(&self) -> String {
        let text = include_str!("idp.toml");
        let folder = self.folder.display().to_string();
        text.replace("{folder}", &folder.replace('\\', "/"))
            .replace("{issuer}", &self.address(0))
            .replace("{relying_party}", &self.address(1))
            .replace("{port}", &self.base_port.to_string())
            .replace("{smtp_port}", &(self.base_port + 3).to_string())
            .replace("{management_port}", &(self.base_port + 10).to_string())
    }

    fn relying_party(&self) -> anyhow::Result<relying_party_demo::Config> {
        Ok(relying_party_demo::Config {
            issuer: self.address(0),
            client_id: "idep-web".to_owned(),
            client_secret: Some(kept_secret(&self.file("relying-party.secret"))?),
            client_secret_file: None,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, self.base_port + 1)),
            base_url: self.address(1),
            database: relying_party_demo::Database {
                url: format!("sqlite://{}", self.file("party-parameters.db").display()),
            },
        })
    }

    /// The password of all demo accounts, made once for a folder.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn password(&self) -> anyhow::Result<String> {
        kept_secret(&self.file("demo.password"))
    }
}

/// The relying party and the mailbox, running.
pub struct Companions {
    running: JoinSet<anyhow::Result<()>>,
    stop: watch::Sender<bool>,
}

impl Companions {
    /// Prepares their data and starts them.
    ///
    /// # Errors
    /// When a port is taken or the data cannot be made.
    pub async fn start(place: &Place) -> anyhow::Result<Self> {
        let tokio_listener = |offset| -> anyhow::Result<tokio::net::TcpListener> {
            Ok(tokio::net::TcpListener::from_std(place.listener(offset)?)?)
        };
        let (relying_party, web, smtp) =
            (tokio_listener(1)?, tokio_listener(2)?, tokio_listener(3)?);
        let config = place.relying_party()?;
        relying_party_demo::migrate(&config).await?;
        relying_party_demo::seed_demo(&config).await?;
        let (stop, _) = watch::channel(false);
        let mailbox = Mailbox::new(Clock::system());
        let mut running = JoinSet::new();
        let ended = stopped(stop.subscribe());
        running.spawn(async { Ok(relying_party_demo::serve(config, relying_party, ended).await?) });
        let (pages, ended) = (mailbox::router(mailbox.clone()), stopped(stop.subscribe()));
        running.spawn(async { Ok(axum::serve(web, pages).with_graceful_shutdown(ended).await?) });
        let ended = stopped(stop.subscribe());
        running.spawn(async {
            serve_smtp(smtp, mailbox, ended).await;
            Ok(())
        });
        Ok(Self { running, stop })
    }

    /// Stops them.
    ///
    /// # Errors
    /// What one of them ended with.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        // Nobody listens when all have ended already.
        let _ = self.stop.send(true);
        while let Some(ended) = self.running.join_next().await {
            ended??;
        }
        Ok(())
    }
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    // Ends with the sender as well.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Shown when the demo is ready.
#[must_use]
pub fn welcome(place: &Place, password: &str, configuration: &Path) -> String {
    format!(
        "The demo is ready.\n\n  \
         IDEP.WEB   {relying_party}   start here\n  \
         provider   {provider}\n  \
         mailbox    {mailbox}   the mails arrive here\n\n  \
         login: {username}  password: {password}\n  \
         e-mail addresses: {address}, intrastat.test@scb.se\n  \
         configuration: {configuration}\n\n\
         Stop with Ctrl-C.",
        relying_party = place.address(1),
        provider = place.address(0),
        mailbox = place.address(2),
        username = relying_party_demo::DEMO_ACCOUNTS[0].username,
        address = "Magnus.Lange@Scb.se",
        configuration = configuration.display(),
    )
}
