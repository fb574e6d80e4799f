//! An interaction as it was stored, with everything that its rules need.

use crate::account::assurance::Unmet;
use crate::account::interaction::Interaction;
use crate::account::interaction::step::{self, Step};
use crate::account::language::Language;
use crate::account::link::PendingLink;
use crate::account::message::QueuedMessage;
use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::contact::KnownAddress;
use crate::oauth::client::Client;
use crate::oauth::error::{Error, ErrorCode};
use crate::provider::request::Request;
use crate::provider::visitor::{Visitor, digests};
use crate::provider::{Fault, Provider};
use crate::secret::{Browser, Digest};

/// Seconds after the end of an interaction for which its last form is answered once more.
const REPEAT: i64 = 30;

/// An interaction with everything that its rules need.
pub(crate) struct Loaded {
    pub(crate) interaction: Interaction,
    pub(crate) request: Request,
    pub(crate) account: Option<Account>,
    /// When the account's password was set.
    pub(crate) password_set_at: Option<Timestamp>,
    pub(crate) known: Vec<KnownAddress>,
    pub(crate) links: Vec<PendingLink>,
    pub(crate) aim: Result<crate::account::assurance::Class, Unmet>,
    /// When its browser asked for it.
    pub(crate) now: Timestamp,
}

/// What every page of an interaction shows.
#[derive(Clone, Debug)]
pub struct Shared {
    /// Its id.
    pub id: String,
    /// The browser it is bound to, and so are its forms.
    pub browser: Digest<Browser>,
    /// The user name, once a password was right; of a sole trader only its last digits.
    pub account: String,
    /// The language of its pages.
    pub language: Language,
    /// The application, as its people know it.
    pub application: String,
    /// What the application shows of itself.
    pub about: Box<About>,
}

/// Addresses at which an application keeps what it shows of itself; empty where it shows nothing.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// Its logo.
    pub logo: String,
    /// The origin of the logo.
    pub logo_origin: String,
    /// What it does with people's data.
    pub policy: String,
    /// Its terms of service.
    pub terms: String,
}

impl About {
    fn of(client: &Client) -> Self {
        let metadata = client.metadata();
        let text = |uri: &Option<String>| uri.clone().unwrap_or_default();
        Self {
            logo: text(&metadata.logo_uri),
            logo_origin: client.logo_origin(),
            policy: text(&metadata.policy_uri),
            terms: text(&metadata.tos_uri),
        }
    }
}

impl Loaded {
    pub(crate) fn step(&self, remember_days: i64) -> Step {
        step::next(&self.interaction, self.aim, &self.links, remember_days, self.now)
    }

    /// Whether its last form may be answered once more.
    pub(crate) fn may_repeat(&self) -> bool {
        self.interaction.ended.is_some_and(|(at, _)| self.now.since(at) <= REPEAT)
    }

    /// Whether a message carries one of the account's links.
    pub(crate) fn has_mailed(&self, message: &QueuedMessage) -> bool {
        self.links.iter().any(|link| message.link_id.as_ref() == Some(&link.id))
    }

    pub(crate) fn shared(&self) -> Shared {
        let language = Language::parse(&self.interaction.language).unwrap_or_default();
        Shared {
            id: self.interaction.id.clone(),
            browser: self.interaction.browser.clone(),
            account: self.account.as_ref().map(Account::shown_username).unwrap_or_default(),
            language,
            application: self.request.client.client_name_in(language.as_str()).to_owned(),
            about: Box::new(About::of(&self.request.client)),
        }
    }

    /// The error response when the person gives up.
    pub(crate) fn cancelled(&self) -> Error {
        match self.aim {
            Err(Unmet::NoAddress) => Error::new(
                ErrorCode::UnmetAuthenticationRequirements,
                "the account has no address to which a link can be mailed",
            ),
            _ => Error::new(ErrorCode::AccessDenied, "the user cancelled the login"),
        }
    }
}

impl Provider {
    /// Loads an interaction for the browser that began it.
    pub(crate) async fn load(&self, id: &str, visitor: &Visitor) -> Result<Option<Loaded>, Fault> {
        match self.find_interaction(id, visitor).await? {
            Some(interaction) => self.load_facts(interaction, visitor.now).await,
            None => Ok(None),
        }
    }

    pub(super) async fn find_interaction(
        &self,
        id: &str,
        visitor: &Visitor,
    ) -> Result<Option<Interaction>, Fault> {
        if visitor.browsers.is_empty() {
            return Ok(None);
        }
        Ok(self.store.interaction(id, &digests(&visitor.browsers)).await?)
    }

    /// Adds what the rules need. `None` when the client is gone or its request no longer allowed.
    pub(crate) async fn load_facts(
        &self,
        interaction: Interaction,
        now: Timestamp,
    ) -> Result<Option<Loaded>, Fault> {
        let interaction = self.end_if_overtaken(interaction, now).await?;
        let Ok(request) = self.restore_request(&interaction).await? else { return Ok(None) };
        let found = match interaction.purpose.account_id() {
            Some(id) => self.store.account_in_login(id).await?,
            None => None,
        };
        let (account, set_at) = found.unzip();
        let password_set_at = set_at.flatten();
        let (known, aim) = match &account {
            Some(account) => {
                let known = self.known_addresses(account).await?;
                let aim = self.aim_of(&request, !known.is_empty());
                (known, aim)
            }
            None => (Vec::new(), request.demand.aim(true)),
        };
        let mut links = self.store.links_of(&interaction.id).await?;
        // Those of an account whose place another one took are void, and not counted.
        links.retain(|link| interaction.purpose.account_id() == Some(&link.account_id));
        let loaded =
            Loaded { interaction, request, account, password_set_at, known, links, aim, now };
        Ok(Some(loaded))
    }

    /// The addresses to which this account's link may be mailed.
    pub(crate) async fn known_addresses(
        &self,
        account: &Account,
    ) -> Result<Vec<KnownAddress>, Fault> {
        Ok(self.store.known_addresses(account, self.settings.require_report_enabled).await?)
    }
}
