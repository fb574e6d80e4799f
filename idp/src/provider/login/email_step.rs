//! The e-mail step: the person types one of the account's known addresses in full, and a link is
//! mailed there. An address that is not known and a text that is no address get one answer.

use crate::account::event::EventKind;
use crate::account::interaction::purpose::{Purpose, Reason};
use crate::account::interaction::step::Step;
use crate::account::interaction::{AFTER_LINK, RESEND_AFTER, WRONG_ADDRESSES};
use crate::account::link::{self, PendingLink};
use crate::account::mail_limit::Limit;
use crate::account::message::{Delivery, Kind, LinkPayload, QueuedMessage};
use crate::clock::Timestamp;
use crate::contact::KnownAddress;
use crate::contact::known::matching;
use crate::provider::login::loaded::Loaded;
use crate::provider::visitor::Visitor;
use crate::provider::{Fault, Provider};
use crate::store::{Issued, NewLink};

/// What became of a typed address.
#[derive(Debug)]
pub enum EmailStep {
    /// The interaction goes on; its page shows how.
    Next,
    /// The password is asked again, in an interaction of this id.
    Again(String),
    /// Nothing was typed.
    Missing,
    /// It is none of the known addresses.
    NotKnown,
    /// Nothing is mailed before this moment.
    Later(Held, Timestamp),
    /// This login has had all its mails.
    Spent,
}

/// What holds a mail back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Another mail has just gone to the address.
    Address,
    /// The account has had its mails of the hour.
    Account,
    /// Too many wrong addresses were typed.
    WrongAddresses,
}

impl From<Limit> for Held {
    fn from(limit: Limit) -> Self {
        match limit {
            Limit::Address => Self::Address,
            Limit::Account => Self::Account,
        }
    }
}

impl Provider {
    /// Takes a typed address. `remember` is the check box: skip this step in this browser.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn email_step(
        &self,
        id: &str,
        typed: &str,
        remember: bool,
        visitor: &Visitor,
    ) -> Result<EmailStep, Fault> {
        let Some(loaded) = self.load(id, visitor).await? else { return Ok(EmailStep::Next) };
        let step = loaded.step(self.settings.remember_days);
        if !matches!(step, Step::Email | Step::Sent) {
            return Ok(EmailStep::Next);
        }
        if typed.trim().is_empty() {
            return Ok(EmailStep::Missing);
        }
        let Some(account) = &loaded.account else { return Ok(EmailStep::Next) };
        let now = visitor.now;
        let browser = self.find_known_browser(visitor, &account.id).await?;
        let rules = &self.settings.throttle;
        let limits = rules.addresses(&account.username, visitor.networks, browser.as_deref());
        let attempt = match self.store.count_attempt(limits, now).await? {
            Ok(attempt) => attempt,
            Err(next) => return Ok(EmailStep::Later(Held::WrongAddresses, next)),
        };
        let Some(address) = matching(typed, &loaded.known) else {
            return self.wrong_address(&loaded, visitor).await;
        };
        let (outcome, queued) = self.send(&loaded, address, remember, visitor).await?;
        if queued {
            // It takes back itself alone: who knows one address must not guess the others freely.
            self.store.take_attempt_back(attempt).await?;
        }
        Ok(outcome)
    }

    /// Mails a further link to the address of the last one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn resend(&self, id: &str, visitor: &Visitor) -> Result<EmailStep, Fault> {
        let Some(loaded) = self.load(id, visitor).await? else { return Ok(EmailStep::Next) };
        let now = visitor.now;
        let step = loaded.step(self.settings.remember_days);
        let last = loaded.links.iter().max_by_key(|link| (link.issued_at, &link.id));
        let (Step::Sent, Some(last)) = (step, last) else { return Ok(EmailStep::Next) };
        if now < last.issued_at.plus(RESEND_AFTER) {
            return Ok(EmailStep::Next);
        }
        let same = |known: &&KnownAddress| known.address.as_str() == last.address;
        match loaded.known.iter().find(same) {
            Some(address) => {
                let remember = loaded.interaction.remember;
                self.send(&loaded, address, remember, visitor).await.map(|(outcome, _)| outcome)
            }
            None => Ok(EmailStep::Next),
        }
    }

    /// Mails a link, if one may be mailed; says whether it was queued.
    async fn send(
        &self,
        loaded: &Loaded,
        address: &KnownAddress,
        remember: bool,
        visitor: &Visitor,
    ) -> Result<(EmailStep, bool), Fault> {
        let now = visitor.now;
        let interaction = &loaded.interaction;
        let Some(account) = &loaded.account else { return Ok((EmailStep::Next, false)) };
        let mut messages = self.store.messages_of(&interaction.id).await?;
        messages.retain(|message| loaded.has_mailed(message));
        if self.sends_left(&loaded.links, &messages) <= 0 {
            // The waiting page says so, as long as there is one.
            let waiting = loaded.step(self.settings.remember_days) == Step::Sent;
            return Ok((if waiting { EmailStep::Next } else { EmailStep::Spent }, false));
        }
        let id = self.entropy.id(now);
        let expires_at = now.plus(self.settings.link);
        let link = PendingLink {
            digest: link::token(&self.master, &id).digest(),
            id,
            interaction_id: interaction.id.clone(),
            account_id: account.id.clone(),
            address: address.address.as_str().to_owned(),
            canonical: address.address.canonical().to_owned(),
            role: address.role,
            issued_at: now,
            expires_at,
            used_at: None,
            void_at: None,
        };
        let message = self.message(loaded, &link, &account.username, &account.organisation);
        let until = interaction.expires_at.max(expires_at.plus(AFTER_LINK));
        let new = NewLink {
            link,
            message,
            remember,
            network: visitor.network.clone(),
            known: visitor.knows(&account.id),
            an_hour: self.settings.mails_per_hour,
            rest: self.settings.mail_rest,
            interaction_expires_at: until,
        };
        let event = self.mail_queued(&new.message, &visitor.acting_as(account));
        let event = event.concerning(account).interaction(&interaction.id);
        let event = event.fact("role", new.link.role.as_str());
        let store = self.store.recording([event]);
        let issued = store.issue_link(interaction.version, &new, now).await?;
        if let Issued::Limited(limit, next) = issued {
            self.measures.mail("held_back");
            return Ok((EmailStep::Later(limit.into(), next), false));
        }
        let queued = issued.is_queued();
        if queued {
            self.measures.link("issued");
            self.measures.mail("queued");
            self.mail_queued.notify_one();
        }
        Ok((EmailStep::Next, queued))
    }

    fn message(
        &self,
        loaded: &Loaded,
        link: &PendingLink,
        username: &str,
        organisation: &str,
    ) -> QueuedMessage {
        let shared = loaded.shared();
        let payload = LinkPayload {
            application: shared.application,
            username: username.to_owned(),
            organisation: organisation.to_owned(),
            agent: loaded.interaction.agent.clone(),
            started_at: loaded.interaction.started_at,
            number: u32::try_from(loaded.links.len()).unwrap_or(u32::MAX).saturating_add(1),
            expires_at: link.expires_at,
        };
        QueuedMessage {
            id: self.entropy.id(link.issued_at),
            kind: Kind::Link,
            link_id: Some(link.id.clone()),
            account_id: Some(link.account_id.clone()),
            address: link.address.clone(),
            language: shared.language.as_str().to_owned(),
            payload: payload.to_json(),
            delivery: Delivery::Queued,
            reply: None,
            attempts: 0,
            queued_at: link.issued_at,
            changed_at: link.issued_at,
            next_attempt_at: link.issued_at,
            expires_at: link.expires_at,
        }
    }

    /// Counts a wrong address. After too many of them a new interaction asks for the password
    /// again.
    async fn wrong_address(&self, loaded: &Loaded, visitor: &Visitor) -> Result<EmailStep, Fault> {
        let (interaction, now) = (&loaded.interaction, loaded.now);
        let event = self.event_of_login(EventKind::AddressWrong, interaction, visitor);
        let event = event.fact("attempt", interaction.wrong_addresses + 1);
        let store = self.store.recording([event]);
        if interaction.wrong_addresses + 1 < WRONG_ADDRESSES {
            let (id, version) = (&interaction.id, interaction.version);
            return Ok(match store.record_wrong_address(id, version).await? {
                true => EmailStep::NotKnown,
                false => EmailStep::Next,
            });
        }
        let id = self.successor_id(&interaction.id, "restart");
        let purpose = Purpose::SignIn { reason: Reason::WrongAddresses, proven: None };
        let anew = interaction.successor(id, purpose, now);
        let (id, version) = (&interaction.id, interaction.version);
        Ok(match store.restart_interaction(id, version, &anew, now).await? {
            true => EmailStep::Again(anew.id),
            false => EmailStep::Next,
        })
    }
}
