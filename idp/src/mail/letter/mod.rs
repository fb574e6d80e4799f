//! What the mails say: from what the outbox holds to the bytes that are handed over, the same at
//! every attempt.

pub mod link;
pub mod notice;

use crate::account::language::Language;
use crate::account::message::{Kind, LinkPayload, NoticePayload, Occasion, QueuedMessage};
use crate::clock::Zone;
use crate::contact::address::Address;
use crate::contact::organisation_number::user_id_in_mail;
use crate::mail::letter::link::LinkMail;
use crate::mail::letter::notice::NoticeMail;
use crate::mail::message::{Content, Message, Sender};
use crate::pages::{HelpDesk, Pages};

/// What every letter has: templates and texts, who helps, the reader's time zone, the sender.
#[derive(Clone, Copy)]
pub struct Stationery<'a> {
    /// Templates and texts.
    pub pages: &'a Pages,
    /// Who helps.
    pub help_desk: HelpDesk<'a>,
    /// The zone of the clock times.
    pub zone: Zone,
    /// In whose name it is sent.
    pub sender: &'a Sender,
}

impl Stationery<'_> {
    /// Makes the bytes of a queued mail. `link` is the address that a login mail names.
    ///
    /// # Errors
    /// Says why the mail cannot be made, for the log.
    pub fn compose(&self, queued: &QueuedMessage, link: Option<&str>) -> Result<Message, String> {
        let text = |error: &dyn std::error::Error| error.to_string();
        let to = Address::parse(&queued.address).map_err(|error| text(&error))?;
        let language = Language::parse(&queued.language).unwrap_or_default();
        let content = match queued.kind {
            Kind::Link => {
                self.link_mail(queued, link.ok_or("a login mail without a link")?, language)
            }
            Kind::Notice => self.notice_mail(queued, language),
        }?;
        // The time it was queued, so that every attempt has the same bytes.
        let date = queued.queued_at;
        self.sender.compose(&queued.id, &to, date, &content).map_err(|error| text(&error))
    }

    fn link_mail(
        &self,
        queued: &QueuedMessage,
        url: &str,
        language: Language,
    ) -> Result<Content, String> {
        let payload: LinkPayload =
            serde_json::from_str(&queued.payload).map_err(|error| error.to_string())?;
        let mail = LinkMail {
            url,
            application: &payload.application,
            account: &user_id_in_mail(&payload.username, &payload.organisation),
            started_at: payload.started_at,
            number: payload.number,
            expires_at: payload.expires_at,
            browser: &payload.agent.browser,
            system: &payload.agent.system,
            help_desk: self.help_desk,
            zone: self.zone,
        };
        mail.content(self.pages, language).map_err(|error| error.to_string())
    }

    fn notice_mail(&self, queued: &QueuedMessage, language: Language) -> Result<Content, String> {
        let payload: NoticePayload =
            serde_json::from_str(&queued.payload).map_err(|error| error.to_string())?;
        let read = |text: &str| Address::parse(text).map_err(|error| error.to_string());
        let (before, after);
        let event = match &payload.event {
            Occasion::AddressAdded { role, new } => {
                after = read(new)?;
                notice::Occasion::AddressAdded { role: *role, new: &after }
            }
            Occasion::AddressRemoved { role, old } => {
                before = read(old)?;
                notice::Occasion::AddressRemoved { role: *role, old: &before }
            }
            Occasion::AddressChanged { role, old, new } => {
                (before, after) = (read(old)?, read(new)?);
                notice::Occasion::AddressChanged { role: *role, old: &before, new: &after }
            }
            Occasion::PasswordChanged => notice::Occasion::PasswordChanged,
        };
        let mail = NoticeMail {
            event,
            subject: &payload.subject,
            at: payload.at,
            help_desk: self.help_desk,
            zone: self.zone,
        };
        mail.content(self.pages, language).map_err(|error| error.to_string())
    }
}
