//! The words and bytes of a queued mail.

use crate::account::language::Language;
use crate::account::link;
use crate::account::message::{Event, Kind, LinkPayload, NoticePayload, QueuedMessage};
use crate::app::App;
use crate::contact::address::Address;
use crate::contact::organisation_number::user_id_in_mail;
use crate::jobs::outbox::post::Post;
use crate::mail::letter::link::LinkMail;
use crate::mail::letter::notice::{self, NoticeMail};
use crate::mail::message::{Content, Message};
use crate::pages::HelpDesk;

/// Makes the bytes of a queued mail; the same bytes at every attempt.
///
/// # Errors
/// Says why the mail cannot be made, for the log.
pub(super) fn compose(app: &App, post: &Post, queued: &QueuedMessage) -> Result<Message, String> {
    let text = |error: &dyn std::error::Error| error.to_string();
    let to = Address::parse(&queued.address).map_err(|error| text(&error))?;
    let language = Language::parse(&queued.language).unwrap_or_default();
    let content = match queued.kind {
        Kind::Link => link_mail(app, queued, language)?,
        Kind::Notice => notice_mail(app, queued, language)?,
    };
    // The time it was queued, so that every attempt has the same bytes.
    let date = queued.queued_at;
    post.sender.compose(&queued.id, &to, date, &content).map_err(|error| text(&error))
}

fn help_desk(app: &App) -> HelpDesk<'_> {
    let helpdesk = &app.helpdesk;
    HelpDesk { name: &helpdesk.name, email: &helpdesk.email, phone: &helpdesk.phone }
}

fn link_mail(app: &App, queued: &QueuedMessage, language: Language) -> Result<Content, String> {
    let link_id = queued.link_id.as_deref().ok_or("a login mail without a link")?;
    let payload: LinkPayload =
        serde_json::from_str(&queued.payload).map_err(|error| error.to_string())?;
    let token = link::token(&app.master, link_id);
    let url = format!("{}/l/{}", app.provider.issuer(), token.expose());
    let mail = LinkMail {
        url: &url,
        application: &payload.application,
        account: &user_id_in_mail(&payload.username, &payload.organisation),
        started_at: payload.started_at,
        number: payload.number,
        expires_at: payload.expires_at,
        browser: &payload.agent.browser,
        system: &payload.agent.system,
        help_desk: help_desk(app),
        zone: app.zone,
    };
    mail.content(&app.pages, language).map_err(|error| error.to_string())
}

fn notice_mail(app: &App, queued: &QueuedMessage, language: Language) -> Result<Content, String> {
    let payload: NoticePayload =
        serde_json::from_str(&queued.payload).map_err(|error| error.to_string())?;
    let read = |text: &str| Address::parse(text).map_err(|error| error.to_string());
    let (before, after);
    let event = match &payload.event {
        Event::AddressAdded { role, new } => {
            after = read(new)?;
            notice::Event::AddressAdded { role: *role, new: &after }
        }
        Event::AddressRemoved { role, old } => {
            before = read(old)?;
            notice::Event::AddressRemoved { role: *role, old: &before }
        }
        Event::AddressChanged { role, old, new } => {
            (before, after) = (read(old)?, read(new)?);
            notice::Event::AddressChanged { role: *role, old: &before, new: &after }
        }
        Event::PasswordChanged => notice::Event::PasswordChanged,
    };
    let mail = NoticeMail {
        event,
        subject: &payload.subject,
        at: payload.at,
        help_desk: help_desk(app),
        zone: app.zone,
    };
    mail.content(&app.pages, language).map_err(|error| error.to_string())
}
