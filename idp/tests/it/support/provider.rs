//! A whole provider in this process.

use std::path::Path;
use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
use axum::Router;
use idp::account::credential::{Credential, SetBy};
use idp::account::event::{Actor, Circumstances, Event, EventKind};
use idp::account::user::Account;
use idp::app::{App, Ground};
use idp::clock::{Clock, Timestamp};
use idp::config::{self, Config};
use idp::contact::party_parameters::{Cell, SourceRow, SourceTie};
use idp::contact::reconcile::{Incoming, Mode, Rules, reconcile};
use idp::entropy::Entropy;
use idp::http::{management, router};
use idp::jobs::outbox::{self, Post, deliver_due};
use idp::mail::message::{Message, Sender};
use idp::mail::relay::memory::Memory;
use idp::store::contact::contacts::SyncRun;
use idp::store::{Recording, Store, StoredKey};
use tokio::sync::{OnceCell, watch};
use tokio::task::JoinHandle;

use super::application::CLIENTS;
use super::database::Place;
use super::{
    ANNA, ANNA_COMPANY, ANNA_DISPATCHES, BERIT, BERIT_COMPANY, ISSUER, NILS, NOW, PASSWORD,
};

/// The signing keys of all tests, made once: making RSA keys takes its time.
static KEYS: OnceCell<Vec<StoredKey>> = OnceCell::const_new();

/// A provider, and what a test may do behind its back. Clones share it.
#[derive(Clone)]
pub(crate) struct TestProvider {
    pub(crate) app: App,
    pub(crate) router: Router,
    pub(crate) clock: Clock,
    pub(crate) relay: Memory,
    pub(crate) config: Arc<Config>,
    store: Store,
    post: Arc<Post>,
    entropy: Entropy,
    place: Arc<Place>,
}

/// How a provider is to be.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    issuer: &'static str,
    settings: String,
    /// Seconds between two mails to one address; most tests let no time pass between mails.
    rest: i64,
}

impl Setup {
    pub(crate) fn new() -> Self {
        Self { issuer: ISSUER, settings: String::new(), rest: 0 }
    }

    /// Under another issuer.
    pub(crate) fn issuer(self, issuer: &'static str) -> Self {
        Self { issuer, ..self }
    }

    /// With so many seconds between two mails to one address.
    pub(crate) fn mail_rest(self, rest: i64) -> Self {
        Self { rest, ..self }
    }

    /// With further settings, sections of the configuration file.
    pub(crate) fn settings(mut self, toml: &str) -> Self {
        self.settings.push_str(toml);
        self
    }

    fn config(&self, place: &Place) -> Config {
        let Self { issuer, settings, rest } = self;
        let url = &place.url;
        let text = format!(
            "issuer = \"{issuer}\"\nservice_name = \"Inloggning\"\n\
             [mail]\nfrom = \"Helpdesk <no-reply@example.se>\"\n\
             [helpdesk]\nname = \"Helpdesk\"\nemail = \"helpdesk@example.se\"\n\
             [keys]\nsecret = \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"\n\
             [database]\nurl = \"{url}\"\npool_size = 4\n{settings}\n{CLIENTS}"
        );
        let rest = ("IDP_LIMITS__MAIL_REST_SECONDS".to_owned(), rest.to_string());
        config::parse(&text, Path::new("idp.toml"), std::iter::once(rest)).unwrap()
    }

    /// Starts it on SQLite, with its accounts and their addresses.
    pub(crate) async fn start(&self) -> TestProvider {
        self.start_at(Place::sqlite()).await
    }

    /// The same on any back end.
    pub(crate) async fn start_at(&self, place: Place) -> TestProvider {
        let config = self.config(&place);
        let store = Store::open(&config.database).unwrap();
        store.migrate().await.unwrap();
        let made = KEYS.get_or_init(|| make_keys(&config, &store)).await;
        // The one who made them has them already.
        recording(&store).replace_signing_keys(&[], made).await.unwrap();
        let ground = Ground { clock: Clock::manual(NOW), entropy: Entropy::seeded(1) };
        let provider = TestProvider::new(config, store, ground, Memory::default(), Arc::new(place));
        let provider = provider.await;
        for name in [ANNA, BERIT, NILS] {
            provider.add_account(name).await;
        }
        provider.addresses(&[ANNA_COMPANY, "magnus.lange@scb.se", ANNA_DISPATCHES]).await;
        provider
    }

    /// The same on each back end; PostgreSQL where there is one.
    pub(crate) async fn start_on_both(&self) -> Vec<TestProvider> {
        let mut providers = Vec::new();
        for place in Place::both().await {
            providers.push(self.start_at(place).await);
        }
        providers
    }

    /// The same on a database that holds accounts, keys and logins already.
    pub(crate) async fn start_on(&self, place: Place) -> TestProvider {
        let config = self.config(&place);
        let store = Store::open(&config.database).unwrap();
        store.migrate().await.unwrap();
        // Not the ids and secrets of another run.
        let ground = Ground { clock: Clock::manual(NOW), entropy: Entropy::seeded(2) };
        TestProvider::new(config, store, ground, Memory::default(), Arc::new(place)).await
    }
}

/// A store that records an event of whatever a test does with it.
pub(crate) fn recording(store: &Store) -> Recording {
    let by = Circumstances::of(Actor::Provider("test"), NOW);
    store.recording([Event::new("event".to_owned(), EventKind::LoginBegun, by)])
}

async fn make_keys(config: &Config, store: &Store) -> Vec<StoredKey> {
    let ground = Ground { clock: Clock::manual(NOW), entropy: Entropy::seeded(1) };
    App::new(config, store.clone(), ground).await.unwrap();
    store.signing_keys().await.unwrap().to_vec()
}

impl TestProvider {
    /// With all defaults, on SQLite.
    pub(crate) async fn start() -> Self {
        Setup::new().start().await
    }

    async fn new(
        config: Config,
        store: Store,
        ground: Ground,
        relay: Memory,
        place: Arc<Place>,
    ) -> Self {
        let app = App::new(&config, store.clone(), ground.clone()).await.unwrap();
        let sender = Sender::new(&config.mail, config.issuer_host()).unwrap();
        let post = Arc::new(Post {
            transport: relay.transport(),
            sender,
            connections: config.mail.connections,
        });
        let router = router::router(app.clone());
        let Ground { clock, entropy } = ground;
        Self { app, router, clock, relay, config: Arc::new(config), store, post, entropy, place }
    }

    /// Another process on the same database, as after a restart; time goes on.
    pub(crate) async fn again(&self) -> Self {
        self.beside((*self.config).clone(), self.clock.clone()).await
    }

    /// The same with another file.
    pub(crate) async fn again_with(&self, setup: &Setup) -> Self {
        self.beside(setup.config(&self.place), self.clock.clone()).await
    }

    /// Reads a file with other further settings for its clients, as on SIGHUP.
    pub(crate) async fn reload(&self, setup: &Setup) {
        let renewed = self.app.read_again(&setup.config(&self.place)).await.unwrap();
        self.app.take_into_use(renewed).await.unwrap();
    }

    /// Another node on the same database, whose clock is by so many seconds ahead of this one's.
    pub(crate) async fn with_clock_ahead(&self, seconds: i64) -> Self {
        let clock = Clock::manual(self.clock.now().plus(seconds));
        self.beside((*self.config).clone(), clock).await
    }

    async fn beside(&self, config: Config, clock: Clock) -> Self {
        let store = Store::open(&config.database).unwrap();
        let ground = Ground { clock, entropy: self.entropy.clone() };
        Self::new(config, store, ground, self.relay.clone(), Arc::clone(&self.place)).await
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.config.issuer
    }

    /// Its store, for what a test does behind its back.
    pub(crate) fn store(&self) -> Recording {
        recording(&self.store)
    }

    /// Its database.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// The folder of its database.
    pub(crate) fn folder(&self) -> &Path {
        self.place.folder.path()
    }

    /// All bytes of its database.
    pub(crate) fn stored(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder()).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }

    pub(crate) fn cookie_name(&self, name: &str) -> String {
        if self.config.is_https() { format!("__Host-idp-{name}") } else { format!("idp-{name}") }
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.advance(seconds);
    }

    async fn add_account(&self, username: &str) {
        let account = Account {
            id: format!("a{username}"),
            username: username.to_owned(),
            subject: subject(username),
            organisation: "2021000837".to_owned(),
            organisation_name: "Statistiska centralbyrån".to_owned(),
            claims: claims(username),
            created_at: NOW,
            disabled_at: None,
        };
        let password = Credential::new(cheap_hash(PASSWORD), SetBy::Operator, NOW);
        assert!(self.store().add_account(&account, Some(&password), &[]).await.unwrap());
    }

    /// Makes these the addresses of Anna's party: company, arrivals, dispatches. Berit's stays.
    pub(crate) async fn addresses(&self, of_anna: &[&str; 3]) {
        let now = self.clock.now();
        let rows = vec![
            row("202100083701", *of_anna, now),
            row("202100083702", [BERIT_COMPANY, "", ""], now),
        ];
        let ties = vec![tie("202100083701", ANNA), tie("202100083702", BERIT)];
        let store = self.store();
        let source = "test";
        let revision = store.sync_state(source).await.unwrap().revision;
        let copied = store.contact_copy().await.unwrap();
        let mode = Mode::Full;
        let rules = Rules { mode, now, brake_percent: 100, approved: true };
        let incoming = Incoming { rows, ties, ..Incoming::default() };
        let plan = &reconcile(&copied, &incoming, &rules);
        let (holder, brake_since, notices) = (None, None, &[][..]);
        let read_at = now;
        let run = SyncRun { source, revision, holder, mode, read_at, plan, brake_since, notices };
        assert!(store.apply_sync(&run, now).await.unwrap());
    }

    /// Changes a password, as the operator does.
    pub(crate) async fn change_password(&self, username: &str, password: &str) {
        let id = format!("a{username}");
        let now = self.clock.now();
        let password = Credential::new(cheap_hash(password), SetBy::Operator, now);
        assert!(self.store().set_password(&id, &password, &[]).await.unwrap());
    }

    pub(crate) async fn disable(&self, username: &str) {
        assert!(self.store().disable_account(username, self.clock.now()).await.unwrap());
    }

    /// Starts the worker that sends mails; it stops when the sender turns true.
    pub(crate) fn mailing(&self) -> (watch::Sender<bool>, JoinHandle<()>) {
        let (stop, stopped) = watch::channel(false);
        (stop, tokio::spawn(outbox::run(self.app.clone(), Arc::clone(&self.post), stopped)))
    }

    /// Sends the mails that are due.
    pub(crate) async fn deliver(&self) {
        deliver_due(&self.app, &self.post).await.unwrap();
    }

    pub(crate) fn mails(&self) -> Vec<Message> {
        self.relay.accepted()
    }

    /// The link in the last mail.
    #[track_caller]
    pub(crate) fn last_link(&self) -> String {
        self.links().pop().unwrap()
    }

    /// The links of all mails, oldest first.
    pub(crate) fn links(&self) -> Vec<String> {
        let mails = self.mails();
        mails.iter().filter_map(|mail| link(mail, self.issuer())).collect()
    }

    /// What the operator sees.
    pub(crate) async fn metrics(&self) -> String {
        self.management("/metrics").await.1
    }

    /// What the management listener answers.
    pub(crate) async fn management(&self, path: &str) -> (u16, String) {
        use tower::ServiceExt as _;
        let request = axum::http::Request::get(path).body(axum::body::Body::empty()).unwrap();
        let response = management::router(self.app.clone()).oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }
}

/// The `sub` of an account.
pub(crate) fn subject(username: &str) -> String {
    format!("sub-{username}")
}

/// The mailed link, from the text part with its soft line breaks undone.
fn link(mail: &Message, issuer: &str) -> Option<String> {
    let raw = String::from_utf8(mail.raw().to_vec()).unwrap();
    let text = raw.replace("=\r\n", "").replace("=3D", "=");
    let at = text.find(&format!("{issuer}/l/"))?;
    let end = text[at..].find(|c: char| c.is_whitespace() || "\"<>".contains(c))? + at;
    Some(text[at..end].to_owned())
}

/// A hash that costs nothing to check; the provider makes a dear one of it at the first login.
fn cheap_hash(password: &str) -> String {
    let params = Params::new(8, 1, 1, None).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_with_salt(password.as_bytes(), &[7; 16]).unwrap().to_string()
}

fn claims(username: &str) -> serde_json::Map<String, serde_json::Value> {
    let claims = serde_json::json!({
        "name": "Anna Andersson",
        "preferred_username": username,
        "email": "anna@exempel.se",
        "email_verified": true,
        "phone_number": "+46100000000",
        "address": { "locality": "Örebro" },
    });
    claims.as_object().unwrap().clone()
}

fn cell(text: &str) -> Cell {
    Cell::read(Some(text.as_bytes()))
}

fn row(party: &str, [company, arrivals, dispatches]: [&str; 3], now: Timestamp) -> SourceRow {
    SourceRow {
        party: cell(party),
        organisation: cell("2021000837"),
        organisation_name: cell("Statistiska centralbyrån"),
        company: cell(company),
        arrivals: cell(arrivals),
        dispatches: cell(dispatches),
        updated_at: Some(now.0),
        ..SourceRow::default()
    }
}

fn tie(party: &str, username: &str) -> SourceTie {
    SourceTie::read(&cell(party), &cell(username))
}
