//! The page of an interaction: what it asks at this moment. Looking changes nothing.

use crate::account::assurance::Unmet;
use crate::account::interaction::{
    self, Ended, Interaction, RESEND_AFTER, Reason, Step, WRONG_ADDRESSES,
};
use crate::account::language::Language;
use crate::account::link::{PendingLink, Worth};
use crate::account::message::{Delivery, QueuedMessage};
use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::contact::KnownAddress;
use crate::oauth::authorization_response::Response;
use crate::oauth::client::Client;
use crate::oauth::error::{Error, ErrorCode};
use crate::provider::authorize::request::Request;
use crate::provider::login::consent::Asked;
use crate::provider::login::way_on::WayOn;
use crate::provider::visitor::{Visitor, digests};
use crate::provider::{Fault, Provider};
use crate::secret::{Browser, Digest};

/// An interaction with everything that its rules need.
pub(crate) struct Loaded {
    pub(crate) interaction: Interaction,
    pub(crate) request: Request,
    pub(crate) account: Option<Account>,
    pub(crate) known: Vec<KnownAddress>,
    pub(crate) links: Vec<PendingLink>,
    pub(crate) aim: Result<crate::account::assurance::Class, Unmet>,
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

/// The page of an interaction's present step.
#[derive(Debug)]
pub enum View {
    /// There is none, or not for this browser.
    Unknown,
    /// User name and password.
    Password {
        /// Why they are asked.
        reason: Reason,
        /// `login_hint`, for the user name.
        hint: String,
    },
    /// One of the known addresses.
    Email {
        /// The addresses, to be masked.
        known: Vec<KnownAddress>,
        /// Wrong addresses left before the password is asked again.
        left: i64,
        /// Whether the last mail was refused for good.
        refused: bool,
        /// Whether a link is out already.
        sent: bool,
    },
    /// A link was mailed.
    Sent(Sent),
    /// There is no address to mail to.
    NoAddress,
    /// Whether the application may have what it asks for.
    Consent(Asked),
    /// It is over.
    Over {
        /// How it ended.
        ended: Ended,
        /// Where this browser goes on.
        way: WayOn,
    },
    /// It is too old.
    Expired {
        /// Where this browser goes on.
        way: WayOn,
    },
}

/// Which form of an interaction a person wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// That of the present step.
    Present,
    /// The address form, although a link is out.
    Address,
    /// User name and password, although a password was right: to log in as somebody else.
    Password,
}

/// What became of the mail, and what can be done.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Where it went, to be masked.
    pub address: String,
    /// When its link ends.
    pub expires_at: Timestamp,
    /// What became of it so far.
    pub delivery: Delivery,
    /// Since when.
    pub changed_at: Timestamp,
    /// When it is tried again.
    pub next_attempt_at: Timestamp,
    /// When it can be sent again; `None` when no more.
    pub resend_at: Option<Timestamp>,
    /// How often it can be sent again.
    pub left: i64,
}

/// What the waiting page's script is told.
#[derive(Clone, Debug)]
pub enum Progress {
    /// Still waiting.
    Waiting(Sent),
    /// The login is complete.
    Done,
    /// The login was ended.
    Cancelled,
    /// The mail was refused for good.
    Refused,
    /// Link or login are too old.
    Expired,
}

impl Loaded {
    pub(crate) fn step(&self, remember_days: i64, now: Timestamp) -> Step {
        interaction::next(&self.interaction, self.aim, &self.links, remember_days, now)
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

    /// What the application is told when the person gives up.
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
        match self.bound_interaction(id, visitor).await? {
            Some(interaction) => self.loaded(interaction).await,
            None => Ok(None),
        }
    }

    async fn bound_interaction(
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
    pub(crate) async fn loaded(&self, interaction: Interaction) -> Result<Option<Loaded>, Fault> {
        let interaction = self.unless_overtaken(interaction).await?;
        let Ok(request) = self.waiting(&interaction).await? else { return Ok(None) };
        let account = match &interaction.account_id {
            Some(id) => self.store.account_by_id(id).await?,
            None => None,
        };
        let (known, aim) = match &account {
            Some(account) => {
                (self.known_addresses(account).await?, self.aim(&request, account).await?)
            }
            None => (Vec::new(), request.demand.aim(true)),
        };
        let mut links = self.store.links_of(&interaction.id).await?;
        // Those of an account whose place another one took are void, and not counted.
        links.retain(|link| interaction.account_id.as_ref() == Some(&link.account_id));
        Ok(Some(Loaded { interaction, request, account, known, links, aim }))
    }

    /// The addresses to which this account's link may be mailed.
    pub(crate) async fn known_addresses(
        &self,
        account: &Account,
    ) -> Result<Vec<KnownAddress>, Fault> {
        Ok(self.store.known_addresses(account, self.settings.require_report_enabled).await?)
    }

    /// The page of the interaction's present step, or with another form that it still offers.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn interaction(
        &self,
        id: &str,
        form: Form,
        visitor: &Visitor,
    ) -> Result<(Option<Shared>, View), Fault> {
        let Some(loaded) = self.load(id, visitor).await? else {
            return Ok((None, View::Unknown));
        };
        let mut messages = self.store.messages_of(id).await?;
        messages.retain(|message| loaded.has_mailed(message));
        let way = self.way_on(&loaded).await?;
        let view = self.view(&loaded, &messages, form, way);
        Ok((Some(loaded.shared()), view))
    }

    fn view(&self, loaded: &Loaded, messages: &[QueuedMessage], form: Form, way: WayOn) -> View {
        let now = self.clock.now();
        let refused = messages.last().is_some_and(|m| m.delivery == Delivery::Refused);
        let email = |sent| View::Email {
            known: loaded.known.clone(),
            left: WRONG_ADDRESSES - loaded.interaction.wrong_addresses,
            refused,
            sent,
        };
        let password = || View::Password {
            reason: loaded.interaction.reason,
            hint: loaded.request.authorization.login_hint.clone().unwrap_or_default(),
        };
        match loaded.step(self.settings.remember_days, now) {
            Step::Password => password(),
            Step::Over(ended) => View::Over { ended, way },
            Step::Expired => View::Expired { way },
            _ if form == Form::Password => {
                View::Password { reason: Reason::First, hint: String::new() }
            }
            Step::Email => email(false),
            Step::Sent if form == Form::Address || refused => email(true),
            Step::Sent | Step::Complete => match self.sent(&loaded.links, messages, now) {
                Some(sent) => View::Sent(sent),
                // Nothing is missing any more, since no address is left to mail to: the password
                // completes the login.
                None if loaded.known.is_empty() => password(),
                None => email(false),
            },
            Step::NoAddress => View::NoAddress,
            Step::Consent => View::Consent(self.asked(loaded)),
        }
    }

    /// The live link that was mailed last, and what became of its mail.
    fn sent(
        &self,
        links: &[PendingLink],
        messages: &[QueuedMessage],
        now: Timestamp,
    ) -> Option<Sent> {
        let live = links.iter().filter(|link| link.worth(now) == Worth::Live);
        let link = live.max_by_key(|link| (link.issued_at, &link.id))?;
        let message = messages.iter().find(|m| m.link_id.as_ref() == Some(&link.id))?;
        let left = self.sends_left(links, messages);
        Some(Sent {
            address: link.address.clone(),
            expires_at: link.expires_at,
            delivery: message.delivery,
            changed_at: message.changed_at,
            next_attempt_at: message.next_attempt_at,
            resend_at: (left > 0).then(|| link.issued_at.plus(RESEND_AFTER)),
            left,
        })
    }

    /// How many mails this interaction may still send. One that was refused for good costs nothing.
    pub(crate) fn sends_left(&self, links: &[PendingLink], messages: &[QueuedMessage]) -> i64 {
        let refused = messages.iter().filter(|m| m.delivery == Delivery::Refused).count();
        let sent = i64::try_from(links.len() - refused.min(links.len())).unwrap_or(i64::MAX);
        1 + self.settings.max_resends - sent
    }

    /// What the waiting page's script is told; `None` when this browser has no such interaction.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn progress(
        &self,
        id: &str,
        visitor: &Visitor,
    ) -> Result<Option<(Language, Progress)>, Fault> {
        let Some(interaction) = self.bound_interaction(id, visitor).await? else {
            return Ok(None);
        };
        let now = self.clock.now();
        let language = Language::parse(&interaction.language).unwrap_or_default();
        let progress = match interaction.ended {
            Some((_, Ended::Completed)) => Progress::Done,
            Some(_) => Progress::Cancelled,
            None if now >= interaction.expires_at => Progress::Expired,
            None => {
                let waiting = self.store.waiting_for(id, interaction.version).await?;
                let (links, messages) = &*waiting;
                if messages.last().is_some_and(|m| m.delivery == Delivery::Refused) {
                    Progress::Refused
                } else {
                    let sent = self.sent(links, messages, now);
                    sent.map_or(Progress::Expired, Progress::Waiting)
                }
            }
        };
        Ok(Some((language, progress)))
    }

    /// Chooses the language of the interaction's pages and mails.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn choose_language(
        &self,
        id: &str,
        language: Language,
        visitor: &Visitor,
    ) -> Result<(), Fault> {
        let browsers = digests(&visitor.browsers);
        self.store.set_interaction_language(id, &browsers, language).await?;
        Ok(())
    }

    /// Ends the interaction; the application is told `access_denied`. Without an interaction to
    /// end there is nowhere to go.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn cancel(&self, id: &str, visitor: &Visitor) -> Result<Option<Response>, Fault> {
        let Some(loaded) = self.load(id, visitor).await? else { return Ok(None) };
        let now = self.clock.now();
        let step = loaded.step(self.settings.remember_days, now);
        if matches!(step, Step::Over(_) | Step::Expired) {
            return self.cancelled_before(&loaded);
        }
        let interaction = &loaded.interaction;
        if !self.store.cancel_interaction(&interaction.id, interaction.version, now).await? {
            // Somebody else was faster: a second click, or another tab.
            return match self.load(id, visitor).await? {
                Some(loaded) => self.cancelled_before(&loaded),
                None => Ok(None),
            };
        }
        self.measures.login("cancelled", "");
        let error = loaded.cancelled();
        Ok(Some(self.error_response(&loaded.request.destination, &error)?))
    }
}
