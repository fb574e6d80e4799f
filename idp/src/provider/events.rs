//! The events of what the provider does.

use serde_json::{Map, Value};

use crate::account::event::{Actor, Circumstances, Event, EventKind};
use crate::account::interaction::Interaction;
use crate::account::user::Account;
use crate::grant::Grant;
use crate::oauth::client::Client;
use crate::oauth::client_authentication::Credentials;
use crate::provider::visitor::Visitor;
use crate::provider::{Fault, Provider};

impl Provider {
    /// An event of this kind.
    pub(crate) fn event(&self, kind: EventKind, by: &Circumstances) -> Event {
        Event::new(self.entropy.id(by.at), kind, by.clone())
    }

    /// An event of this kind that concerns an account, and was caused by its person.
    pub(crate) fn event_of(&self, kind: EventKind, account: &Account, visitor: &Visitor) -> Event {
        self.event(kind, &visitor.acting_as(account)).concerning(account)
    }

    /// The event of a login that did not come to its end.
    pub(crate) fn event_of_login(
        &self,
        kind: EventKind,
        interaction: &Interaction,
        visitor: &Visitor,
    ) -> Event {
        let event = self.event(kind, &visitor.acting());
        let event = event.interaction(&interaction.id).client(&interaction.client_id);
        event.account(interaction.purpose.account_id())
    }

    /// The event of the beginning of a login.
    pub(crate) fn login_begun(&self, interaction: &Interaction, visitor: &Visitor) -> Event {
        let event = self.event_of_login(EventKind::LoginBegun, interaction, visitor);
        let event = event.fact("reason", interaction.purpose.as_str());
        event.fact("begun", interaction.started_at.to_string())
    }

    /// The event of a code or of tokens that an application gets from a session.
    pub(crate) fn single_sign_on(
        &self,
        grant: &Grant,
        account: &Account,
        visitor: &Visitor,
    ) -> Event {
        let by = visitor.acting_as(account);
        let event = self.event_of_grant(EventKind::SingleSignOn, grant, &by).concerning(account);
        event.fact("class", self.class_of(grant))
    }

    /// An event of this kind that concerns a grant.
    pub(crate) fn event_of_grant(
        &self,
        kind: EventKind,
        grant: &Grant,
        by: &Circumstances,
    ) -> Event {
        let event = self.event(kind, by).client(grant.client_id.as_str()).grant(&grant.id);
        event.account(grant.account_id.as_deref()).session(grant.session_id.as_deref())
    }
}

impl Visitor {
    /// The circumstances of what this browser does, before anybody is known in it.
    pub(crate) fn acting(&self) -> Circumstances {
        Circumstances {
            at: self.now,
            actor: Actor::Visitor,
            request_id: Some(self.request_id.clone()),
            network: Some(self.network.clone()),
            agent: Some(self.agent.clone()),
        }
    }

    /// The circumstances of what the person of this account does in this browser.
    pub(crate) fn acting_as(&self, account: &Account) -> Circumstances {
        Circumstances { actor: Actor::User(account.id.clone()), ..self.acting() }
    }
}

impl Provider {
    /// Records that a node was started, with the settings in effect.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn record_start(&self, settings: Map<String, Value>) -> Result<(), Fault> {
        let by = Circumstances::of(Actor::Provider("node"), self.clock.now());
        let event = self.event(EventKind::NodeStarted, &by);
        let event = event.fact("version", env!("CARGO_PKG_VERSION")).fact("settings", settings);
        Ok(self.store.recording([event]).record().await?)
    }
}

/// The circumstances of what an authenticated client does with a request.
pub(crate) fn acting_client(client: &Client, credentials: &Credentials<'_>) -> Circumstances {
    let actor = Actor::Client(client.client_id().as_str().to_owned());
    Circumstances {
        request_id: Some(credentials.request_id.to_owned()),
        network: Some(credentials.network.to_owned()),
        ..Circumstances::of(actor, credentials.now)
    }
}
