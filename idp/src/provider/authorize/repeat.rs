//! The same answer once more. A double click, a lost answer, a reloaded page: a browser sends a
//! form twice, and the second answer is the one it looks at. For a short while after the end of an
//! interaction the same browser is led on as it was the first time: with the same code, which is
//! redeemed once.

use crate::account::interaction::{Ended, Interaction};
use crate::clock::Timestamp;
use crate::grant::Grant;
use crate::oauth::authorization_response::Response;
use crate::provider::answer::Seed;
use crate::provider::login::completion::Completed;
use crate::provider::login::loaded::Loaded;
use crate::provider::visitor::Visitor;
use crate::provider::{Fault, Provider};
use crate::secret::{self, Secret};

impl Provider {
    /// The end of a login once more, as long as its session lives and its code is not redeemed.
    pub(crate) async fn repeat_completion(
        &self,
        loaded: &Loaded,
        visitor: &Visitor,
    ) -> Result<Option<Completed>, Fault> {
        let interaction = &loaded.interaction;
        let completed = matches!(interaction.ended, Some((_, Ended::Completed)));
        if !completed || !loaded.may_repeat() {
            return Ok(None);
        }
        let seed = Seed { now: visitor.now, interaction: Some(&interaction.id) };
        let session: Secret<secret::Session> = self.answer_secret(seed);
        let Some((found, account)) =
            self.store.session_of_cookies(&[session.digest()], visitor.now).await?
        else {
            return Ok(None);
        };
        if found.ended_at.is_some() || account.disabled_at.is_some() {
            return Ok(None);
        }
        let response = match self.find_consent_after(interaction, visitor.now).await? {
            Some(asking) => Response::Redirect(format!("/interaction/{}", asking.id)),
            None => match self.repeat_grant(loaded).await? {
                Some(response) => response,
                None => return Ok(None),
            },
        };
        let remembered = self.repeat_mark(&account, visitor, seed).await?;
        let now = visitor.now;
        let known = visitor.known.with_account(&account.id, self.answer_bytes(seed), now);
        Ok(Some(Completed {
            response,
            known: known.cookie(),
            state: self.browser_state(&found.id),
            session,
            remembered,
        }))
    }

    /// The open interaction that asks for consent after this one.
    pub(crate) async fn find_consent_after(
        &self,
        interaction: &Interaction,
        now: Timestamp,
    ) -> Result<Option<Interaction>, Fault> {
        let id = self.successor_id(&interaction.id, "consent");
        self.find_open_after(interaction, &id, now).await
    }

    /// The open interaction that asks for the password after too many wrong addresses in this one.
    pub(crate) async fn find_restart_after(
        &self,
        interaction: &Interaction,
        now: Timestamp,
    ) -> Result<Option<Interaction>, Fault> {
        let id = self.successor_id(&interaction.id, "restart");
        self.find_open_after(interaction, &id, now).await
    }

    async fn find_open_after(
        &self,
        interaction: &Interaction,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<Interaction>, Fault> {
        let found = self.store.interaction(id, std::slice::from_ref(&interaction.browser)).await?;
        Ok(found.filter(|next| next.ended.is_none() && now < next.expires_at))
    }

    /// The response of an interaction once more, as long as its code is not redeemed.
    pub(crate) async fn repeat_grant(&self, loaded: &Loaded) -> Result<Option<Response>, Fault> {
        let Loaded { interaction, request, account: Some(account), now, .. } = loaded else {
            return Ok(None);
        };
        let seed = Seed { now: *now, interaction: Some(&interaction.id) };
        let asked = request.authorization.response_type;
        // An access token in a response is issued with it; the request once more gives another.
        if !loaded.may_repeat() || asked.has_token() {
            return Ok(None);
        }
        let Some(grant) = self.grant_of(interaction).await? else { return Ok(None) };
        if asked.has_code() && !is_unredeemed(&grant, *now) {
            return Ok(None);
        }
        let code = asked.has_code().then(|| self.answer_secret(seed));
        let response = self.response(request, (&grant, account), code, None, *now).await?;
        Ok(Some(response))
    }

    /// What an interaction that is complete granted.
    pub(crate) async fn grant_of(&self, interaction: &Interaction) -> Result<Option<Grant>, Fault> {
        let id = self.successor_id(&interaction.id, "grant");
        Ok(self.store.grant(&id).await?.filter(|grant| grant.revoked_at.is_none()))
    }

    /// The refusal that a cancelled interaction was answered with, once more.
    pub(crate) fn repeat_cancellation(&self, loaded: &Loaded) -> Result<Option<Response>, Fault> {
        let cancelled = matches!(loaded.interaction.ended, Some((_, Ended::Cancelled)));
        if !cancelled || !loaded.may_repeat() {
            return Ok(None);
        }
        let to = &loaded.request.destination;
        Ok(Some(self.error_response(to, &loaded.cancelled(), loaded.now)?))
    }

    /// The answer to a person who said yes, once more, in the session that they said it in.
    pub(crate) async fn repeat_consent(
        &self,
        loaded: &Loaded,
        visitor: &Visitor,
    ) -> Result<Option<Response>, Fault> {
        let completed = matches!(loaded.interaction.ended, Some((_, Ended::Completed)));
        if !completed || self.session_of(&loaded.interaction, visitor).await?.is_none() {
            return Ok(None);
        }
        self.repeat_grant(loaded).await
    }
}

/// Whether the code of a grant can still be redeemed.
pub(crate) fn is_unredeemed(grant: &Grant, now: Timestamp) -> bool {
    grant.code_used_at.is_none() && now < grant.code_expires_at
}
