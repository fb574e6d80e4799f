//! What happened to an account, a client or a key, and who did it. Ids are internal, or the
//! client's; nothing here is a secret, a link, a name or a whole address.

mod actor;
mod kind;
#[cfg(test)]
mod table;

use serde::Serialize;
use serde_json::{Map, Value};

pub use actor::Actor;
pub use kind::{EventKind, Kept, Level, Outcome, Seen};

use crate::account::interaction::Agent;
use crate::account::user::Account;
use crate::clock::Timestamp;

/// The target of the log lines of events: each holds the JSON that is kept.
pub const TARGET: &str = "audit";

/// Who acted, when and from where: the same for everything that one request or one run does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circumstances {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// The id of the request, where there was one.
    pub request_id: Option<String>,
    /// The network it came from: an IPv4 /24 or an IPv6 /64.
    pub network: Option<String>,
    /// The browser it came from.
    pub agent: Option<Agent>,
}

impl Circumstances {
    /// Those of an actor that no request stands for: a command, or the provider itself.
    #[must_use]
    pub const fn of(actor: Actor, at: Timestamp) -> Self {
        Self { at, actor, request_id: None, network: None, agent: None }
    }
}

/// What happened, to whom or what, and under which circumstances.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its id.
    pub id: String,
    /// What happened.
    pub kind: EventKind,
    /// Who acted, when and from where.
    pub circumstances: Circumstances,
    /// The account.
    pub account: Option<String>,
    /// The number of its organisation.
    pub organisation: Option<String>,
    /// The `client_id`.
    pub client: Option<String>,
    /// The session.
    pub session: Option<String>,
    /// The interaction.
    pub interaction: Option<String>,
    /// The grant.
    pub grant: Option<String>,
    facts: Map<String, Value>,
}

/// An event as the record has it: the members in this order, those that are missing left out.
#[derive(Serialize)]
struct Recorded<'a> {
    id: &'a str,
    time: String,
    kind: &'static str,
    outcome: &'static str,
    actor: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interaction: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    browser: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<&'a str>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    facts: &'a Map<String, Value>,
}

impl Event {
    /// An event of this kind.
    #[must_use]
    pub fn new(id: String, kind: EventKind, circumstances: Circumstances) -> Self {
        Self {
            id,
            kind,
            circumstances,
            account: None,
            organisation: None,
            client: None,
            session: None,
            interaction: None,
            grant: None,
            facts: Map::new(),
        }
    }

    /// It concerns the account of this id, where there is one.
    #[must_use]
    pub fn account(self, id: Option<&str>) -> Self {
        Self { account: id.map(str::to_owned), ..self }
    }

    /// It concerns this account and its organisation.
    #[must_use]
    pub fn concerning(self, account: &Account) -> Self {
        let organisation = Some(account.organisation.clone());
        Self { account: Some(account.id.clone()), organisation, ..self }
    }

    /// It concerns this client.
    #[must_use]
    pub fn client(self, id: &str) -> Self {
        Self { client: Some(id.to_owned()), ..self }
    }

    /// It concerns the session of this id, where there is one.
    #[must_use]
    pub fn session(self, id: Option<&str>) -> Self {
        Self { session: id.map(str::to_owned), ..self }
    }

    /// It concerns this interaction.
    #[must_use]
    pub fn interaction(self, id: &str) -> Self {
        Self { interaction: Some(id.to_owned()), ..self }
    }

    /// It concerns this grant.
    #[must_use]
    pub fn grant(self, id: &str) -> Self {
        Self { grant: Some(id.to_owned()), ..self }
    }

    /// One more fact, one of those that its kind may have.
    #[must_use]
    pub fn fact(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        debug_assert!(self.kind.facts().contains(&name), "{:?} has no fact {name}", self.kind);
        self.facts.insert(name.to_owned(), value.into());
        self
    }

    /// The event as one JSON object, in the form in which it is kept, sealed, logged and exported.
    #[must_use]
    #[expect(clippy::expect_used, reason = "every member is a text or JSON already")]
    pub fn to_json(&self) -> String {
        let by = &self.circumstances;
        let agent = by.agent.as_ref();
        let said = |word: &&str| !word.is_empty();
        let recorded = Recorded {
            id: &self.id,
            time: by.at.to_string(),
            kind: self.kind.as_str(),
            outcome: self.kind.outcome().as_str(),
            actor: by.actor.to_json(),
            account: self.account.as_deref(),
            organisation: self.organisation.as_deref(),
            client: self.client.as_deref(),
            session: self.session.as_deref(),
            interaction: self.interaction.as_deref(),
            grant: self.grant.as_deref(),
            request_id: by.request_id.as_deref(),
            network: by.network.as_deref(),
            browser: agent.map(|agent| agent.browser.as_str()).filter(said),
            system: agent.map(|agent| agent.system.as_str()).filter(said),
            facts: &self.facts,
        };
        serde_json::to_string(&recorded).expect("texts and JSON values")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_json_object_with_its_members_in_order_and_none_empty() {
        let mut by = Circumstances::of(Actor::User("a1".to_owned()), Timestamp(1_795_438_800));
        by.agent = Some(Agent { browser: "Firefox".to_owned(), system: String::new() });
        by.request_id = Some("r1".to_owned());
        let event = Event::new("e1".to_owned(), EventKind::SessionEnded, by);
        let event = event.account(Some("a1")).session(Some("s1")).client("idep");
        assert_eq!(
            event.fact("how", "logout").to_json(),
            "{\"id\":\"e1\",\"time\":\"2026-11-23T13:00:00Z\",\"kind\":\"session_ended\",\
             \"outcome\":\"done\",\"actor\":{\"type\":\"user\",\"account\":\"a1\"},\
             \"account\":\"a1\",\"client\":\"idep\",\"session\":\"s1\",\"request_id\":\"r1\",\
             \"browser\":\"Firefox\",\"facts\":{\"how\":\"logout\"}}"
        );
    }
}
