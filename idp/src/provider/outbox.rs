//! The outbox, for the workers that send its mails.

use crate::account::event::{Actor, Circumstances, Event, EventKind};
use crate::account::message::{Delivery, QueuedMessage};
use crate::clock::Timestamp;
use crate::contact::mask::hint;
use crate::provider::Provider;
use crate::store::Error;
use crate::store::jobs::claims::{Attempted, Claim};

impl Provider {
    /// Claims mails that are due.
    ///
    /// # Errors
    /// When the store fails. It may have committed nevertheless:
    /// [`Provider::return_unknown_messages`] finds out.
    pub async fn claim_messages(&self, claim: &Claim) -> Result<Vec<QueuedMessage>, Error> {
        self.store.claim_messages(claim, self.clock.now()).await
    }

    /// Puts back what a worker claimed without learning of it: everything but the mails in its hands.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn return_unknown_messages(
        &self,
        holder: &str,
        in_hand: &[String],
    ) -> Result<(), Error> {
        self.store.return_unknown_messages(holder, in_hand).await
    }

    /// Records what an attempt came to. `false` when its holder has lost the mail meanwhile.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn record_delivery(
        &self,
        mail: &QueuedMessage,
        attempted: &Attempted,
    ) -> Result<bool, Error> {
        let now = self.clock.now();
        let event = self.delivery_event(mail, attempted, now);
        self.store.recording(event).record_delivery(attempted, now).await
    }

    /// What is recorded of an attempt; nothing where the mail still waits for its first one.
    fn delivery_event(
        &self,
        mail: &QueuedMessage,
        attempted: &Attempted,
        now: Timestamp,
    ) -> Option<Event> {
        let kind = match attempted.delivery {
            Delivery::Queued => return None,
            Delivery::Sent => EventKind::MailSent,
            Delivery::Deferred => EventKind::MailDeferred,
            Delivery::Refused => EventKind::MailRefused,
            Delivery::Expired => EventKind::MailExpired,
        };
        let event = self.event(kind, &Circumstances::of(Actor::Provider("outbox"), now));
        let event = event.account(mail.account_id.as_deref());
        let event = event.fact("mail", mail.id.as_str()).fact("message", mail.kind.as_str());
        let event = event.fact("attempt", attempted.attempts);
        let event = match attempted.reply.as_deref().map(status_code) {
            Some(code) if !code.is_empty() => event.fact("reply", code),
            _ => event,
        };
        Some(match kind {
            EventKind::MailDeferred => event.fact("next", attempted.next_attempt_at.to_string()),
            _ => event,
        })
    }

    /// The event of a mail that is queued.
    pub(crate) fn mail_queued(&self, mail: &QueuedMessage, by: &Circumstances) -> Event {
        let event = self.event(EventKind::MailQueued, by);
        let event = event.account(mail.account_id.as_deref());
        let event = event.fact("mail", mail.id.as_str()).fact("message", mail.kind.as_str());
        event.fact("address", hint(&mail.address))
    }

    /// Gives all claims of a worker back, which stops.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn release_holder(&self, holder: &str) -> Result<(), Error> {
        self.store.release_holder(holder).await
    }

    /// Notes a heartbeat: `beat` is a number that this worker never gave before.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn beat(&self, holder: &str, beat: i64) -> Result<(), Error> {
        self.store.beat(holder, beat).await
    }

    /// The workers that may have mails in hand, each with its last heartbeat.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn holders(&self) -> Result<Vec<(String, i64)>, Error> {
        self.store.holders().await
    }

    /// Takes all claims from a worker whose heartbeat has stopped at `beat`; their mails are due at
    /// once. `false` when it has beaten since.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_claims(&self, holder: &str, beat: i64) -> Result<bool, Error> {
        let ended = self.store.end_claims(holder, beat).await?;
        if ended {
            self.mail_queued.notify_one();
        }
        Ok(ended)
    }
}

/// The status codes with which a reply begins
/// ([RFC 5321 section 4.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.2),
/// [RFC 3463](https://www.rfc-editor.org/rfc/rfc3463)). What follows is the mail server's own text,
/// which may hold the address.
fn status_code(reply: &str) -> String {
    let is_code = |word: &&str| {
        word.starts_with(|c: char| c.is_ascii_digit())
            && word.chars().all(|c| c.is_ascii_digit() || c == '.')
    };
    reply.split([' ', '-']).take_while(is_code).take(2).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_reply_only_the_status_codes_are_recorded() {
        for (reply, code) in [
            ("451 4.7.1 <anna@example.se>: try again later", "451 4.7.1"),
            ("550-5.1.1 no such user", "550 5.1.1"),
            ("250 OK", "250"),
            ("could not be composed", ""),
            ("4x anna@example.se", ""),
        ] {
            assert_eq!(status_code(reply), code);
        }
    }
}
