//! The settings: one TOML file, one plain struct for each section, every key overridable by an
//! environment variable. Unknown keys are errors that name the key and where it stands.

mod audit;
mod database;
mod environment;
mod keys;
mod limits;
mod load;
pub mod mail;
pub mod party_parameters;
mod passwords;
mod restart;
mod secret_files;
mod sections;
mod text_file;

pub use audit::Audit;
pub use database::{Database, Synchronous};
pub use keys::{KeyFile, Keys};
pub use limits::Limits;
pub use load::{Error, load, parse};
pub use mail::Mail;
pub use party_parameters::PartyParameters;
pub use passwords::Passwords;
pub use restart::need_restart;
pub use secret_files::SecretFile;
pub use sections::{
    Authorization, Dpop, ForwardedHeader, Helpdesk, Legacy, Mtls, NoAddress, Outbound,
    Registration, RegistrationMode, Service, Sessions, StepUp, Tls, Tokens,
};
pub use text_file::{read_text_file, without_byte_order_mark};

use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use serde::Deserialize;

use crate::clock::Zone;

/// The whole of `idp.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The issuer identifier: the address under which people and applications reach the provider,
    /// without a slash at its end. `https`, or `http` for localhost alone.
    pub issuer: String,
    /// Where the provider listens.
    #[serde(default = "listen")]
    pub listen: SocketAddr,
    /// Where health and metrics are served; never on the public listener.
    #[serde(default = "management_listen")]
    pub management_listen: SocketAddr,
    /// The one header in which the proxies say where a request comes from; any other is ignored.
    #[serde(default)]
    pub forwarded_header: ForwardedHeader,
    /// Networks of the proxies whose header is believed.
    #[serde(default)]
    pub trusted_proxies: Vec<IpNet>,
    /// The name of the service, on its pages and in its mails. Default: the host of the issuer.
    #[serde(default)]
    pub service_name: String,
    /// The files that hold secrets; found when the file is read.
    #[serde(skip)]
    pub secret_files: Vec<SecretFile>,
    /// The time zone of the clock times that people are shown. Default `Europe/Stockholm`.
    #[serde(default)]
    pub time_zone: Zone,
    /// A folder whose files replace the embedded templates, texts and style sheet of the same name.
    #[serde(default)]
    pub templates: Option<PathBuf>,
    /// TLS for the public listener, when no proxy does it.
    #[serde(default)]
    pub tls: Option<Tls>,
    /// Where the provider keeps its data.
    #[serde(default)]
    pub database: Database,
    /// How mails leave the house.
    pub mail: Mail,
    /// Whom people may ask.
    #[serde(default)]
    pub helpdesk: Helpdesk,
    /// What every page links to.
    #[serde(default)]
    pub service: Service,
    /// The mailed link and the remembered browser.
    #[serde(default)]
    pub step_up: StepUp,
    /// Single sign-on sessions.
    #[serde(default)]
    pub sessions: Sessions,
    /// Lifetimes of what applications get.
    #[serde(default)]
    pub tokens: Tokens,
    /// Bounds on what strangers may cost.
    #[serde(default)]
    pub limits: Limits,
    /// The database of party parameters; without it accounts have no contact addresses.
    #[serde(default)]
    pub party_parameters: Option<PartyParameters>,
    /// What newer standards advise against.
    #[serde(default)]
    pub legacy: Legacy,
    /// The authorization endpoint.
    #[serde(default)]
    pub authorization: Authorization,
    /// Tokens bound to a key.
    #[serde(default)]
    pub dpop: Dpop,
    /// The listener for client certificates.
    #[serde(default)]
    pub mtls: Option<Mtls>,
    /// Dynamic client registration.
    #[serde(default)]
    pub registration: Registration,
    /// Connections the provider makes to addresses that clients name.
    #[serde(default)]
    pub outbound: Outbound,
    /// Signing keys and the master secret.
    #[serde(default)]
    pub keys: Keys,
    /// Which passwords may be set.
    #[serde(default)]
    pub passwords: Passwords,
    /// The audit record.
    #[serde(default)]
    pub audit: Audit,
    /// Static clients, with the metadata names of RFC 7591.
    #[serde(default)]
    pub client: Vec<serde_json::Map<String, serde_json::Value>>,
}

impl Config {
    /// The host of the issuer, for Message-IDs.
    #[must_use]
    pub fn issuer_host(&self) -> &str {
        let rest = self.issuer.split_once("://").map_or("", |(_, rest)| rest);
        rest.split(['/', ':']).next().unwrap_or_default()
    }

    /// The settings that decide what a login is worth and how long things last, for the record: no
    /// secret is among them.
    #[must_use]
    pub fn summary(&self) -> serde_json::Map<String, serde_json::Value> {
        let back_end = self.database.url.split(':').next().unwrap_or_default();
        let sections: [(&str, &dyn std::fmt::Debug); 9] = [
            ("issuer", &self.issuer),
            ("database", &back_end),
            ("step_up", &self.step_up),
            ("sessions", &self.sessions),
            ("tokens", &self.tokens),
            ("registration", &self.registration.mode),
            ("passwords", &self.passwords),
            ("legacy", &self.legacy),
            ("audit", &self.audit),
        ];
        sections.into_iter().map(|(name, of)| (name.to_owned(), format!("{of:?}").into())).collect()
    }

    /// Whether cookies can carry `Secure` and the `__Host-` prefix.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.issuer.starts_with("https://")
    }
}

fn listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8400))
}

fn management_listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8410))
}
