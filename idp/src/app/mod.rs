//! `App`: everything a request may need, built once from the configuration.

mod clients;
mod error;
mod reload;
mod secrets;
mod waiting_pages;

use std::sync::Arc;

use tokio::sync::{Notify, watch};

use crate::app::clients::static_clients;
use crate::app::secrets::{master_key, policy};
use crate::breached::Breached;
use crate::clock::{Clock, Zone};
use crate::config::{
    Config, ForwardedHeader, Helpdesk, Limits, Passwords, RegistrationMode, Service, StepUp,
};
use crate::entropy::Entropy;
use crate::fetch::Fetch;
use crate::hashing::Hashing;
use crate::measures::Measures;
use crate::oauth::client::dynamic::Terms;
use crate::oauth::client_authentication::Audiences;
use crate::oauth::response_type::Offered;
use crate::oidc::{claims, discovery};
use crate::pages::Pages;
use crate::provider::account::PasswordPolicy;
use crate::provider::audit::{Sealing, seals};
use crate::provider::client::StaticClients;
use crate::provider::client::own_client::own_client;
use crate::provider::client::registration;
use crate::provider::discovery::Replaceable;
use crate::provider::health::Readiness;
use crate::provider::intake::Intake;
use crate::provider::keys::{self, Policy};
use crate::provider::{self, Provider, Settings};
use crate::store::Store;

pub use clients::ClientRules;
pub use error::Error;
pub use reload::Renewed;
pub use waiting_pages::{WaitingPage, WaitingPages};

/// What a request may need. Cloning shares it.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of an [`App`].
pub struct Parts {
    /// Decides and commits.
    pub provider: Provider,
    /// Renders.
    pub pages: Pages,
    /// Counts.
    pub measures: Measures,
    /// Draws request ids.
    pub entropy: Entropy,
    /// The name of the service on its pages.
    pub service: String,
    /// Whom people may ask.
    pub helpdesk: Helpdesk,
    /// What the foot of every page links to.
    pub links: Service,
    /// Hours after which a session ends.
    pub session_hours: u32,
    /// The mailed link and the remembered browser, as pages tell of them.
    pub step_up: StepUp,
    /// Bounds on requests.
    pub limits: Limits,
    /// The zone of clock times on pages and in mails.
    pub zone: Zone,
    /// Whether applications can ask by a frame if the login state has changed.
    pub session_management: bool,
    /// Whether cookies are `Secure`.
    pub https: bool,
    /// The header in which proxies say where a request comes from.
    pub forwarded_header: ForwardedHeader,
    /// Networks of the proxies that are believed.
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// What the discovery document tells of, except the algorithms of the keys.
    features: discovery::Features,
    /// Waiting pages that may still be kept up to date.
    pub waiting_pages: WaitingPages,
    /// Turns true when the node is to stop.
    pub stop: watch::Sender<bool>,
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Where time and chance come from; tests bring their own.
#[derive(Clone, Debug)]
pub struct Ground {
    /// The clock.
    pub clock: Clock,
    /// The source of secrets and ids.
    pub entropy: Entropy,
}

impl Ground {
    /// The machine's clock and generator.
    #[must_use]
    pub fn system() -> Self {
        Self { clock: Clock::system(), entropy: Entropy::Os }
    }
}

/// Opens the database, which must be up to date.
///
/// # Errors
/// A sentence that names the setting at fault, or what to run first.
pub async fn open_store(config: &Config) -> Result<Store, Error> {
    let store = Store::open(&config.database).map_err(Error::of_database)?;
    let pending = store.pending_migrations().await.map_err(Error::of_database)?;
    if pending.is_empty() {
        store.continue_positions().await.map_err(Error::of_database)?;
        return Ok(store);
    }
    let missing = pending.join(", ");
    Err(Error::Setting(format!(
        "the database is not up to date ({missing} to apply): run idp migrate"
    )))
}

impl App {
    /// Opens the database and builds everything on it, on the machine's generator and on its clock,
    /// set by that of the database.
    ///
    /// # Errors
    /// A sentence that names the setting at fault, or what to run first.
    pub async fn open(config: &Config) -> Result<Self, Error> {
        let app = Self::new(config, open_store(config).await?, Ground::system()).await?;
        app.provider.follow_database_clock().await.map_err(Error::Clock)?;
        Ok(app)
    }

    /// Builds everything on an open, migrated store.
    ///
    /// # Errors
    /// A sentence that names the setting at fault.
    pub async fn new(config: &Config, store: Store, ground: Ground) -> Result<Self, Error> {
        let has_keys = !store.signing_keys().await?.is_empty();
        let master = master_key(&config.keys, has_keys, &ground.entropy)?;
        let policy = policy(&config.keys)?;
        let now = ground.clock.now();
        let keys = keys::maintain((&store, &ground.entropy), &master, &policy, None, now).await?;
        let has_frequent = config.audit.frequent_days > 0;
        let store = if has_frequent { store } else { store.without_frequent_events() };
        let sealing_key = seals::sealing_key((&store, &ground.entropy), &master, now).await?;
        let clients = static_clients(config)?;
        provider::client::record_static_clients(&store, &ground.entropy, &clients, now).await?;
        let measures = Measures::default();
        let features = features(config, &policy);
        let document = discovery::document(&config.issuer, &features)
            .map_err(|error| Error::Setting(error.to_string()))?;
        let provider = Provider {
            issuer: config.issuer.clone(),
            addresses: addresses(config),
            store,
            clock: ground.clock,
            entropy: ground.entropy.clone(),
            hashing: hashing(&config.limits, measures.clone()),
            fetch: Fetch::new(&config.outbound).map_err(Error::Setting)?,
            measures: measures.clone(),
            settings: settings(config),
            passwords: passwords(config)?,
            intake: Intake::new(config.limits.begun_per_minute),
            clients: StaticClients::new(clients),
            own_client: own_client(&config.issuer, &service_name(config), &master)
                .map_err(|error| Error::Setting(error.to_string()))?,
            master,
            audiences: audiences(config),
            sealing: Sealing::new(sealing_key, config.audit.clone()),
            discovery: Replaceable::new(&document),
            readiness: Readiness::default(),
            registration: registration(config, &policy)?,
            keys: keys::Kept::new(keys, policy),
            mail_queued: Notify::new(),
            session_ended: Notify::new(),
        };
        Self::around(config, provider, measures, (ground.entropy, features))
    }

    /// What serves the provider: pages, and the settings of the edges.
    fn around(
        config: &Config,
        provider: Provider,
        measures: Measures,
        (entropy, features): (Entropy, discovery::Features),
    ) -> Result<Self, Error> {
        Ok(Self(Arc::new(Parts {
            provider,
            pages: Pages::new(config.templates.as_deref())?,
            measures,
            entropy,
            service: service_name(config),
            helpdesk: config.helpdesk.clone(),
            links: config.service.clone(),
            session_hours: config.sessions.absolute_hours,
            step_up: config.step_up.clone(),
            limits: config.limits.clone(),
            zone: config.time_zone,
            session_management: config.legacy.session_management,
            https: config.is_https(),
            forwarded_header: config.forwarded_header,
            trusted_proxies: config.trusted_proxies.clone(),
            features,
            waiting_pages: WaitingPages::new(&config.limits),
            stop: watch::channel(false).0,
        })))
    }
}

impl Parts {
    /// Notes that a job did its work.
    pub fn job_succeeded(&self, job: &str) {
        self.measures.job_succeeded(job, self.provider.clock().now());
    }

    /// Returns when the node is to stop.
    pub async fn stopping(&self) {
        // The sender lives as long as these parts, so this cannot fail.
        let _ = self.stop.subscribe().wait_for(|stop| *stop).await;
    }
}

fn settings(config: &Config) -> Settings {
    let Config { step_up, sessions, tokens, dpop, limits, .. } = config;
    Settings {
        response_types: Offered::new(config.legacy.front_channel_tokens),
        session_management: config.legacy.session_management,
        pushed_request: i64::from(config.authorization.pushed_request_seconds),
        require_pushed_requests: config.authorization.require_pushed_requests,
        dpop_nonces: dpop.nonces,
        ..Settings::new(step_up, sessions, tokens, limits)
    }
}

/// Which passwords may be set.
fn passwords(config: &Config) -> Result<PasswordPolicy, Error> {
    let Passwords { minimum, breached_file, context } = &config.passwords;
    let breached = breached_file.as_ref().map(|file| {
        let named = |error| format!("passwords.breached_file: {}: {error}", file.display());
        Breached::open(file).map_err(|error| Error::Setting(named(error)))
    });
    Ok(PasswordPolicy {
        minimum: *minimum,
        service: service_name(config),
        context: context.clone(),
        breached: breached.transpose()?,
    })
}

/// Where the endpoints are, at each listener.
fn addresses(config: &Config) -> Vec<String> {
    let mutual = config.mtls.as_ref().map(|mtls| &mtls.url);
    let bases = std::iter::once(&config.issuer).chain(mutual);
    bases.map(|base| base.trim_end_matches('/').to_owned()).collect()
}

/// What clients may call this provider in their assertions: it, and its endpoints at each listener.
fn audiences(config: &Config) -> Audiences {
    let bases = addresses(config);
    Audiences::new(&config.issuer, &bases.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What the discovery document tells of.
fn features(config: &Config, policy: &Policy) -> discovery::Features {
    discovery::Features {
        algorithms: policy.algorithms.clone(),
        acr_values: provider::discovery::acr_values(&config.issuer),
        mtls: config.mtls.as_ref().map(|mtls| mtls.url.clone()),
        response_types: Offered::new(config.legacy.front_channel_tokens),
        session_management: config.legacy.session_management,
        require_pushed_requests: config.authorization.require_pushed_requests,
        registration: config.registration.mode != RegistrationMode::Off,
    }
}

fn service_name(config: &Config) -> String {
    match config.service_name.as_str() {
        "" => config.issuer_host().to_owned(),
        name => name.to_owned(),
    }
}

fn hashing(limits: &Limits, measures: Measures) -> Hashing {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = if limits.password_threads == 0 { cores - 1 } else { limits.password_threads };
    Hashing::start(threads, limits.password_queue, measures)
}

/// On which terms strangers may register clients.
fn registration(config: &Config, policy: &Policy) -> Result<registration::Rules, Error> {
    let section = &config.registration;
    provider::client::check_required_acr(section.required_acr.as_deref())
        .map_err(|fault| Error::Setting(format!("registration.{fault}")))?;
    let terms = Terms {
        required_acr: section.required_acr.clone(),
        require_pkce: section.require_pkce,
        front_channel_tokens: config.legacy.front_channel_tokens,
        certificates: config.mtls.is_some(),
        this_machine: config.outbound.allow_private_networks,
        algorithms: policy.algorithms.clone(),
        scope: claims::SCOPES.join(" ").parse().unwrap_or_default(),
    };
    Ok(registration::Rules::new(section, terms))
}
