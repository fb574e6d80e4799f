//! Sends the queued mails: claim, compose, send, record. A mail that was claimed by a node that
//! died is claimed again after its lease; the same mail then carries the same link.

use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::sync::watch;

use crate::account::language::Language;
use crate::account::link;
use crate::account::message::{Delivery, Event, Kind, LinkPayload, NoticePayload, QueuedMessage};
use crate::app::App;
use crate::clock::Timestamp;
use crate::contact::address::Address;
use crate::contact::organisation_number::user_id_in_mail;
use crate::mail::link::LinkMail;
use crate::mail::message::{Content, Message, Sender};
use crate::mail::notice::{self, NoticeMail};
use crate::mail::schedule::next_attempt;
use crate::mail::{Outcome, Transport};
use crate::pages::HelpDesk;
use crate::store::Attempted;

/// Seconds a node keeps a mail it has claimed: longer than the relay may take to answer.
const LEASE: i64 = 300;
/// Mails claimed at once.
const BATCH: i64 = 16;
/// Mails sent at once.
const AT_ONCE: usize = 4;
/// How often the outbox is looked into when nobody rings.
const EVERY: Duration = Duration::from_secs(2);
/// How long to leave a relay alone that takes no mail at all.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// How mails leave, and in whose name.
pub struct Post {
    /// The way out.
    pub transport: Transport,
    /// The name in `From`.
    pub sender: Sender,
}

/// Runs until the node stops.
pub async fn run(app: App, post: std::sync::Arc<Post>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let wait = match deliver_due(&app, &post).await {
            Ok(round) => {
                app.job_succeeded("outbox");
                match round {
                    Round { relay_down: true, .. } => AFTER_FAILURE,
                    Round { claimed: 0, .. } => EVERY,
                    Round { .. } => continue,
                }
            }
            Err(error) => {
                app.measures.job_failed("outbox");
                tracing::error!(fault = %error, "the outbox could not be read");
                AFTER_FAILURE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = app.mail_queued.notified() => {}
            _ = stopped.changed() => {}
        }
    }
}

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Mails that were due.
    pub claimed: usize,
    /// Whether the relay takes no mail at all.
    pub relay_down: bool,
}

/// Sends what is due, and records what became of it.
///
/// # Errors
/// When the store fails; what was claimed comes back after its lease.
pub async fn deliver_due(app: &App, post: &Post) -> Result<Round, crate::store::Error> {
    let now = app.provider.clock().now();
    let due = app.store.claim_messages(LEASE, BATCH, now).await?;
    let claimed = due.len();
    let sent = futures_util::stream::iter(due)
        .map(|message| deliver(app, post, message))
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<_>>()
        .await;
    let mut round = Round { claimed, relay_down: false };
    for outcome in sent {
        round.relay_down |= outcome?;
    }
    Ok(round)
}

/// Sends one mail; says whether the relay takes none at all.
async fn deliver(
    app: &App,
    post: &Post,
    queued: QueuedMessage,
) -> Result<bool, crate::store::Error> {
    let id = queued.id.as_str();
    let outcome = match compose(app, post, &queued) {
        Ok(message) => post.transport.send(&message).await,
        Err(reason) => {
            tracing::error!(message = id, fault = reason, "a mail could not be composed");
            Outcome::Refused { reply: "could not be composed".to_owned() }
        }
    };
    let now = app.provider.clock().now();
    let (delivery, reply, next, relay_down) = judged(app, &queued, outcome, now);
    app.measures.mail(delivery.as_str());
    tracing::info!(
        message = id,
        kind = queued.kind.as_str(),
        state = delivery.as_str(),
        attempts = queued.attempts,
        "tried to send a mail"
    );
    let attempted = Attempted {
        id: queued.id.clone(),
        attempts: queued.attempts,
        delivery,
        reply: Some(reply),
        next_attempt_at: next,
    };
    app.store.record_delivery(&attempted, now).await?;
    Ok(relay_down)
}

fn judged(
    app: &App,
    queued: &QueuedMessage,
    outcome: Outcome,
    now: Timestamp,
) -> (Delivery, String, Timestamp, bool) {
    match outcome {
        Outcome::Accepted { reply } => (Delivery::Sent, reply, now, false),
        Outcome::Refused { reply } => (Delivery::Refused, reply, now, false),
        Outcome::Deferred { cause, reply } => {
            tracing::warn!(message = queued.id, cause = cause.as_str(), "a mail was deferred");
            let jitter = u64::from_be_bytes(app.entropy.bytes());
            let attempts = u32::try_from(queued.attempts).unwrap_or(u32::MAX);
            match next_attempt(attempts, now, queued.expires_at, jitter) {
                Some(next) => (Delivery::Deferred, reply, next, cause.concerns_all()),
                None => (Delivery::Expired, reply, now, cause.concerns_all()),
            }
        }
    }
}

fn compose(app: &App, post: &Post, queued: &QueuedMessage) -> Result<Message, String> {
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
