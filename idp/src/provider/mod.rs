//! The provider: one `impl` file per endpoint or user story. It loads facts from the store, lets
//! the rules decide, commits by one method of the store, and returns an outcome. No HTTP, no SQL.
//! `http` and `jobs` call it.

pub mod account;
mod answer;
pub mod audit;
pub mod authorize;
pub mod client;
pub mod device;
pub mod discovery;
mod events;
mod expiry;
mod fault;
pub mod health;
pub mod intake;
pub mod keys;
mod lease;
pub mod login;
pub mod logout;
pub mod notices;
mod outbox;
pub mod request;
pub mod resource;
mod sender;
pub mod sync;
pub mod token;
pub mod visitor;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::sync::Notify;

use crate::account::session::Lifetime;
use crate::account::throttle::{Rule, Rules};
use crate::clock::Clock;
use crate::config::{Limits, NoAddress, Sessions, StepUp, Tokens};
use crate::entropy::Entropy;
use crate::fetch::Fetch;
use crate::hashing::Hashing;
use crate::measures::Measures;
use crate::oauth::client::Client;
use crate::oauth::client_authentication::Audiences;
use crate::oauth::response_type::Offered;
use crate::secret::{MasterKey, equal};
use crate::store::Store;

pub use fault::Fault;

/// Everything an endpoint needs, built once by `app`.
pub struct Provider {
    /// The issuer identifier.
    pub(crate) issuer: String,
    /// The addresses under which the endpoints can be reached, without a slash at their end: the
    /// issuer, and that of the listener for client certificates.
    pub(crate) addresses: Vec<String>,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) entropy: Entropy,
    pub(crate) master: MasterKey,
    pub(crate) hashing: Hashing,
    /// The way to addresses that clients name.
    pub(crate) fetch: Fetch,
    pub(crate) measures: Measures,
    pub(crate) settings: Settings,
    pub(crate) passwords: account::PasswordPolicy,
    pub(crate) intake: intake::Intake,
    pub(crate) clients: client::StaticClients,
    /// The client of the provider's own pages.
    pub(crate) own_client: Client,
    /// The names of this provider in the assertions of clients.
    pub(crate) audiences: Audiences,
    pub(crate) keys: keys::Kept,
    /// The key that seals the audit record, and for how long that is kept.
    pub(crate) sealing: audit::Sealing,
    pub(crate) discovery: discovery::Replaceable,
    pub(crate) readiness: health::Readiness,
    pub(crate) registration: client::registration::Rules,
    /// Rung when a mail was queued, so that it need not wait for the next look.
    pub(crate) mail_queued: Notify,
    /// Rung when a session was ended, so that its applications need not wait for the next look.
    pub(crate) session_ended: Notify,
}

/// Lifetimes and bounds, in the units of their use.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Seconds a mailed link can be used.
    pub link: i64,
    /// Times 24 hours a completed e-mail step counts in its browser.
    pub remember_days: i64,
    /// How often a login's link may be sent again.
    pub max_resends: i64,
    /// What happens without a usable address.
    pub no_address: NoAddress,
    /// Whether a report's contact counts only while its box is ticked.
    pub require_report_enabled: bool,
    /// Login mails for one account in an hour.
    pub mails_per_hour: i64,
    /// Rows of each kind that one network may keep without a password or a secret of ours.
    pub begun_per_network: i64,
    /// Logins that one browser may have open.
    pub begun_per_browser: i64,
    /// Seconds between two login mails to one address.
    pub mail_rest: i64,
    /// Single sign-on sessions.
    pub session: Lifetime,
    /// Whether applications can ask by a frame if the login state has changed.
    pub session_management: bool,
    /// Seconds to redeem a code.
    pub code: i64,
    /// Seconds an ID token is valid.
    pub id_token: i64,
    /// Seconds an access token is valid.
    pub access_token: i64,
    /// Days after a login at which its refresh tokens end, used or not.
    pub refresh_token_days: u32,
    /// Seconds a device waits to be let in.
    pub device_code: i64,
    /// What the authorization endpoint answers with.
    pub response_types: Offered,
    /// Seconds a pushed request can be opened.
    pub pushed_request: i64,
    /// Whether every client must push its requests.
    pub require_pushed_requests: bool,
    /// Seconds without use after which a refresh token ends.
    pub refresh_token_idle: i64,
    /// Whether proofs of possession must hold a nonce of this provider.
    pub dpop_nonces: bool,
    /// The growing delays after wrong passwords.
    pub throttle: Rules,
}

impl Settings {
    /// From the sections of the configuration.
    #[must_use]
    pub fn new(step_up: &StepUp, sessions: &Sessions, tokens: &Tokens, limits: &Limits) -> Self {
        Self {
            link: i64::from(step_up.link_minutes) * 60,
            remember_days: i64::from(step_up.remember_days),
            max_resends: i64::from(step_up.max_resends),
            no_address: step_up.no_address,
            require_report_enabled: step_up.require_report_enabled,
            mails_per_hour: limits.mails_per_hour,
            begun_per_network: limits.begun_per_network,
            begun_per_browser: limits.begun_per_browser,
            mail_rest: limits.mail_rest_seconds,
            session: Lifetime {
                idle: i64::from(sessions.idle_minutes) * 60,
                absolute: i64::from(sessions.absolute_hours) * 3_600,
            },
            code: i64::from(tokens.code_seconds),
            id_token: i64::from(tokens.id_token_minutes) * 60,
            access_token: i64::from(tokens.access_token_minutes) * 60,
            refresh_token_days: tokens.refresh_token_days,
            device_code: i64::from(tokens.device_code_minutes) * 60,
            response_types: Offered::default(),
            session_management: false,
            pushed_request: 90,
            require_pushed_requests: false,
            refresh_token_idle: i64::from(tokens.refresh_token_idle_days) * 86_400,
            dpop_nonces: false,
            throttle: throttle_rules(limits),
        }
    }
}

/// How fast what was counted drains away again: one attempt in the longest delay, and more slowly
/// where one source guesses at one account.
fn throttle_rules(limits: &Limits) -> Rules {
    let rule = |free, longest: i64, times: i64| {
        let drain = longest.saturating_mul(times).max(1);
        Rule { free, longest, drain }
    };
    let (own, longest) = (limits.account_network_attempts, limits.account_network_delay);
    Rules {
        account_in_network: rule(own, longest, 4),
        account: rule(limits.account_attempts, limits.account_delay, 1),
        addresses: rule(own.saturating_mul(4), longest, 1),
        network: rule(limits.network_attempts, limits.network_delay, 1),
        registration: rule(limits.registration_attempts, limits.registration_delay, 1),
    }
}

impl Provider {
    /// The anti-forgery token of a form: bound to a cookie of the browser and to what the form
    /// does, so that it is worth nothing in another browser or another form.
    #[must_use]
    pub fn form_token(&self, bound_to: &str, form: &str) -> String {
        URL_SAFE_NO_PAD.encode(&self.master.derive("form", &[bound_to, form])[..16])
    }

    /// Whether a form came back with its own token.
    #[must_use]
    pub fn is_form_token(&self, token: &str, bound_to: &str, form: &str) -> bool {
        equal(token.as_bytes(), self.form_token(bound_to, form).as_bytes())
    }

    /// The issuer identifier.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The clock that every decision is made by.
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }
}
