//! The page of an interaction: what it asks at this moment. Looking changes nothing.

use crate::account::event::EventKind;
use crate::account::interaction::purpose::Reason;
use crate::account::interaction::step::Step;
use crate::account::interaction::{Ended, RESEND_AFTER, WRONG_ADDRESSES};
use crate::account::language::Language;
use crate::account::link::{PendingLink, Worth};
use crate::account::message::{Delivery, QueuedMessage};
use crate::clock::Timestamp;
use crate::contact::KnownAddress;
use crate::oauth::authorization_response::Response;
use crate::provider::login::consent::Asked;
use crate::provider::login::loaded::{Loaded, Shared};
use crate::provider::login::way_on::WayOn;
use crate::provider::visitor::{Visitor, digests};
use crate::provider::{Fault, Provider};

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

/// What the waiting page's script gets.
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

impl Provider {
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
        let now = loaded.now;
        let refused = messages.last().is_some_and(|m| m.delivery == Delivery::Refused);
        let email = |sent| View::Email {
            known: loaded.known.clone(),
            left: WRONG_ADDRESSES - loaded.interaction.wrong_addresses,
            refused,
            sent,
        };
        let password = || View::Password {
            reason: loaded.interaction.purpose.reason(),
            hint: loaded.request.authorization.login_hint.clone().unwrap_or_default(),
        };
        match loaded.step(self.settings.remember_days) {
            Step::Password => password(),
            Step::Over(ended) => View::Over { ended, way },
            Step::Expired => View::Expired { way },
            _ if form == Form::Password => {
                View::Password { reason: Reason::First, hint: String::new() }
            }
            Step::Email => email(false),
            Step::Sent if form == Form::Address || refused => email(true),
            Step::Sent | Step::Complete => match self.describe_mail(&loaded.links, messages, now) {
                Some(sent) => View::Sent(sent),
                // Nothing is missing any more, since no address is left to mail to: the password
                // completes the login.
                None if loaded.known.is_empty() => password(),
                None => email(false),
            },
            Step::NoAddress => View::NoAddress,
            Step::Consent => View::Consent(self.compose_question(loaded)),
        }
    }

    /// The live link that was mailed last, and what became of its mail.
    fn describe_mail(
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

    /// What the waiting page's script gets; `None` when this browser has no such interaction.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn progress(
        &self,
        id: &str,
        visitor: &Visitor,
    ) -> Result<Option<(Language, Progress)>, Fault> {
        let Some(interaction) = self.find_interaction(id, visitor).await? else {
            return Ok(None);
        };
        let now = visitor.now;
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
                    let sent = self.describe_mail(links, messages, now);
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

    /// Ends the interaction; the application gets `access_denied`. Without an interaction to
    /// end there is nowhere to go.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn cancel(&self, id: &str, visitor: &Visitor) -> Result<Option<Response>, Fault> {
        let Some(loaded) = self.load(id, visitor).await? else { return Ok(None) };
        let now = visitor.now;
        let step = loaded.step(self.settings.remember_days);
        if matches!(step, Step::Over(_) | Step::Expired) {
            return self.repeat_cancellation(&loaded);
        }
        let interaction = &loaded.interaction;
        let known = interaction.purpose.proven().is_some();
        let event =
            known.then(|| self.event_of_login(EventKind::LoginCancelled, interaction, visitor));
        let (id, version) = (&interaction.id, interaction.version);
        if !self.store.recording(event).cancel_interaction(id, version, now).await? {
            // Somebody else was faster: a second click, or another tab.
            return match self.load(id, visitor).await? {
                Some(loaded) => self.repeat_cancellation(&loaded),
                None => Ok(None),
            };
        }
        self.measures.login("cancelled", "");
        let error = loaded.cancelled();
        Ok(Some(self.error_response(&loaded.request.destination, &error, now)?))
    }
}
