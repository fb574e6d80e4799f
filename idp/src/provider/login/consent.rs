//! Consent: the login is complete, and the person says whether the application may have what it
//! asks for. An interaction of its own, in the session that the login made.

use crate::account::event::EventKind;
use crate::account::factor::Proofs;
use crate::account::interaction::Interaction;
use crate::account::interaction::purpose::{InSession, Proven, Purpose};
use crate::account::interaction::step::Step;
use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::oauth::authorization_response::Response;
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::scope::Scope;
use crate::oidc::consent::{is_needed, requested_scope};
use crate::provider::answer::Seed;
use crate::provider::login::loaded::Loaded;
use crate::provider::request::Request;
use crate::provider::visitor::Visitor;
use crate::provider::{Fault, Provider};

/// What the page of consent shows.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What the application asks for.
    pub scope: Scope,
    /// The user name; of a sole trader only its last digits.
    pub account: String,
    /// The host that the answer goes to; of a device of an application that registered itself, the
    /// host that it says it is at.
    pub host: String,
    /// Whether the application registered itself.
    pub self_registered: bool,
    /// What the application does with people's data; empty when it does not say.
    pub policy: String,
    /// Its terms; empty when it does not say.
    pub terms: String,
    /// Days it may go on when the person is away; 0 when it may not.
    pub offline_days: u32,
}

impl Provider {
    /// Whether the person must be asked before the client gets anything
    /// ([OpenID Connect Core section 3.1.2.4](https://openid.net/specs/openid-connect-core-1_0.html#Consent)).
    pub(crate) async fn must_ask(
        &self,
        request: &Request,
        account: &Account,
    ) -> Result<bool, Fault> {
        let first_party = request.client.metadata().first_party;
        if first_party && !request.prompt.asks_consent() {
            return Ok(false);
        }
        let asked = requested_scope(&request.authorization.scope, &request.claims);
        let given = self.store.consent(&account.id, request.client.client_id().as_str()).await?;
        Ok(is_needed(request.prompt, first_party, &asked, given.as_ref()))
    }

    /// The interaction that asks, in the place of the one that ends.
    pub(crate) fn ask_consent(
        &self,
        ended: &Interaction,
        account: &Account,
        (session_id, proofs): (&str, Proofs),
        now: Timestamp,
    ) -> Interaction {
        let id = self.successor_id(&ended.id, "consent");
        let proven = Proven { account_id: account.id.clone(), proofs };
        let login = InSession { session_id: session_id.to_owned(), proven };
        ended.successor(id, Purpose::Consent(login), now)
    }

    /// What the page of an interaction shows that asks.
    pub(crate) fn compose_question(&self, loaded: &Loaded) -> Asked {
        let request = &loaded.request;
        let metadata = request.client.metadata();
        let scope = requested_scope(&request.authorization.scope, &request.claims);
        let offline = scope.contains("offline_access");
        Asked {
            account: loaded.account.as_ref().map(Account::shown_username).unwrap_or_default(),
            host: request.authorization.redirect_uri.host(),
            self_registered: request.client.is_self_registered(),
            policy: metadata.policy_uri.clone().unwrap_or_default(),
            terms: metadata.tos_uri.clone().unwrap_or_default(),
            offline_days: if offline { self.settings.refresh_token_days } else { 0 },
            scope,
        }
    }

    /// The person says yes: the application gets what it asked for. `None` when the interaction
    /// does not ask, or not any more.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn allow(&self, id: &str, visitor: &Visitor) -> Result<Option<Response>, Fault> {
        let Some(loaded) = self.load(id, visitor).await? else { return Ok(None) };
        let now = visitor.now;
        if loaded.step(self.settings.remember_days) != Step::Consent {
            return self.repeat_consent(&loaded, visitor).await;
        }
        let Loaded { interaction, request, account, .. } = &loaded;
        let session = self.session_of(interaction, visitor).await?;
        let (Some(session), Some(account), Some(proven)) =
            (session, account, interaction.purpose.proven())
        else {
            return self.session_is_gone(&loaded, visitor).await;
        };
        let proofs = proven.proofs.clone().joined(&session.proofs);
        // A password that was given for this request does not age while the person reads.
        if proofs.authenticated_at() < interaction.started_at && request.is_too_old(&proofs, now) {
            return self.session_is_gone(&loaded, visitor).await;
        }
        let asked = requested_scope(&request.authorization.scope, &request.claims);
        let given = self.store.consent(&account.id, request.client.client_id().as_str()).await?;
        let allowed: Scope = asked.iter().chain(given.iter().flat_map(Scope::iter)).collect();
        let seed = Seed { now, interaction: Some(id) };
        let (new, response) =
            self.prepare_grant(request, account, &session.id, proofs, seed).await?;
        let version = interaction.version;
        let given = self.event_of(EventKind::ConsentGiven, account, visitor);
        let given = given.client(&interaction.client_id).interaction(id).session(Some(&session.id));
        let given = given.fact("scope", allowed.to_string());
        let used = self.single_sign_on(&new.grant, account, visitor);
        let store = self.store.recording([given, used]);
        if !store.allow((id, version), &account.id, &allowed, &new, now).await? {
            // Somebody else was faster: a second click, or another tab.
            return match self.load(id, visitor).await? {
                Some(loaded) => self.repeat_consent(&loaded, visitor).await,
                None => Ok(None),
            };
        }
        Ok(Some(response))
    }

    /// The session ended while the person was asked, or is too old by now: the application may
    /// begin again.
    async fn session_is_gone(
        &self,
        loaded: &Loaded,
        visitor: &Visitor,
    ) -> Result<Option<Response>, Fault> {
        let Loaded { interaction, request, now, .. } = loaded;
        let (id, version) = (&interaction.id, interaction.version);
        let event = self
            .event_of_login(EventKind::LoginRefused, interaction, visitor)
            .fact("reason", "session_ended");
        if !self.store.recording([event]).cancel_interaction(id, version, *now).await? {
            return Ok(None);
        }
        let error =
            Error::new(ErrorCode::LoginRequired, "the session has just ended, or is too old");
        Ok(Some(self.error_response(&request.destination, &error, *now)?))
    }
}
