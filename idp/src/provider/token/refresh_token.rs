//! Refreshing: an access token for a refresh token, and with some clients the next refresh token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::account::event::{Circumstances, EventKind};
use crate::clock::Timestamp;
use crate::oauth::grant::refresh_token::{
    IssuedRefreshToken, Refusal, Request, Use, decide, reused, unknown,
};
use crate::oauth::resource;
use crate::oauth::scope::Scope;
use crate::oauth::token::TokenResponse;
use crate::provider::token::issue::Issue;
use crate::provider::token::{TokenCall, TokenError};
use crate::provider::{Fault, Provider};
use crate::secret::{Digest, RefreshToken, Secret};
use crate::store::{Refresh, Refreshable};

/// How often a request is decided again because another one of the same token came first.
const TRIES: usize = 5;

/// How many uses of one family are followed to its newest token. All of them lie within the seconds
/// in which a used token is taken again.
const LONGEST_CHAIN: usize = 16;

impl Provider {
    /// Answers a request to refresh
    /// ([RFC 6749 section 6](https://www.rfc-editor.org/rfc/rfc6749#section-6)).
    pub(crate) async fn refresh(
        &self,
        request: &Request,
        call: &TokenCall<'_>,
    ) -> Result<TokenResponse, TokenError> {
        for _ in 0..TRIES {
            if let Some(response) = self.refresh_once(request, call).await? {
                return Ok(response);
            }
        }
        Err(TokenError::Refused(unknown()))
    }

    /// `None` when what was decided on has changed meanwhile.
    async fn refresh_once(
        &self,
        request: &Request,
        call: &TokenCall<'_>,
    ) -> Result<Option<TokenResponse>, TokenError> {
        let digest = request.refresh_token.digest();
        let found = self.store.refresh_token(&digest).await?;
        let known = found.as_ref().map(|found| (&found.grant.client_id, &found.token));
        let decided = decide(request, call.client, known, call.confirmation.as_ref(), call.by.at);
        let Some(mut found) = found else { return Err(TokenError::Refused(unknown())) };
        let scope = match decided {
            Ok(scope) => scope,
            Err(Refusal::Error(error)) => return Err(TokenError::Refused(error)),
            Err(Refusal::Reused) => return Err(self.end_family(&found, &call.by).await?),
        };
        // It belongs to the authentication, and stays out of further ID tokens (OpenID Connect
        // Core section 12.2).
        found.grant.facts.nonce = None;
        let (refresh, token) = match &found.token.used {
            Some(used) => {
                let newest = self.find_newest(&digest, used, call).await?;
                let newest = newest.ok_or_else(|| TokenError::Refused(unknown()))?;
                (Refresh::Repeat(newest.digest()), Some(newest))
            }
            None if call.client.rotates_refresh_tokens() => {
                let (refresh, successor) = self.rotate_token(digest, &found.token, call);
                (refresh, Some(successor))
            }
            None => {
                (Refresh::Keep(digest, self.idle_end(found.token.expires_at, call.by.at)), None)
            }
        };
        self.issue_refreshed(&found, scope, (refresh, token), call).await
    }

    async fn issue_refreshed(
        &self,
        found: &Refreshable,
        scope: Scope,
        (refresh, token): (Refresh, Option<Secret<RefreshToken>>),
        call: &TokenCall<'_>,
    ) -> Result<Option<TokenResponse>, TokenError> {
        let account = found.account.as_ref();
        let resources = self.check_grant(call.client, &found.grant, account).await?.resources;
        let registered = &call.client.metadata().resources;
        let issue = Issue {
            client: call.client,
            grant: &found.grant,
            account,
            scope,
            audience: resource::audience(call.form, &resources, registered, &self.issuer)
                .map_err(TokenError::Refused)?,
            confirmation: call.confirmation.clone(),
            now: call.by.at,
        };
        let (access_token, access) = self.access_token(&issue)?;
        let access = (access_token.digest(), access);
        let repeated = matches!(refresh, Refresh::Repeat(_));
        let event = repeated
            .then(|| self.event_of_grant(EventKind::RefreshTokenRepeated, &found.grant, &call.by));
        let store = self.store.recording(event);
        if !store.refresh(&found.grant.id, &refresh, &access, call.by.at).await? {
            return Ok(None);
        }
        Ok(Some(self.token_response(&issue, access_token, token).await?))
    }

    /// The use of a token, and its successor. Of a client that does not authenticate, the successor
    /// is bound to the key that the request shows, where the token was bound to none
    /// ([RFC 9449 section 5](https://www.rfc-editor.org/rfc/rfc9449#section-5)).
    fn rotate_token(
        &self,
        digest: Digest<RefreshToken>,
        token: &IssuedRefreshToken,
        call: &TokenCall<'_>,
    ) -> (Refresh, Secret<RefreshToken>) {
        let successor = self.derive_successor(&digest, call.by.at);
        let shown = call.confirmation.as_ref().filter(|_| call.client.is_public());
        let issued = IssuedRefreshToken {
            issued_at: call.by.at,
            idle_expires_at: self.idle_end(token.expires_at, call.by.at),
            confirmation: token.confirmation.as_ref().or(shown).cloned(),
            ..token.clone()
        };
        let used = Use { at: call.by.at, successor: successor.digest() };
        (Refresh::Rotate(digest, used, issued), successor)
    }

    /// The successor of a token that was used at that time. It is derived, so that a repeated
    /// request can be given the same one, although none is stored.
    fn derive_successor(
        &self,
        of: &Digest<RefreshToken>,
        used_at: Timestamp,
    ) -> Secret<RefreshToken> {
        let parts = [of.as_str(), &used_at.0.to_string()];
        Secret::new(URL_SAFE_NO_PAD.encode(self.master.derive("refresh-token", &parts)))
    }

    /// The unused token that a used one led to, over all that were used between them; `None` when it
    /// cannot be derived again, or is bound to another key than the request shows.
    async fn find_newest(
        &self,
        digest: &Digest<RefreshToken>,
        used: &Use,
        call: &TokenCall<'_>,
    ) -> Result<Option<Secret<RefreshToken>>, Fault> {
        let (mut of, mut used) = (digest.clone(), used.clone());
        for _ in 0..LONGEST_CHAIN {
            let token = self.derive_successor(&of, used.at);
            let Some(next) = self.store.refresh_token(&used.successor).await? else { break };
            let Some(next_use) = next.token.used else {
                let bound_to = next.token.confirmation.as_ref();
                let fits = bound_to.is_none() || bound_to == call.confirmation.as_ref();
                return Ok(Some(token).filter(|token| fits && token.digest() == used.successor));
            };
            (of, used) = (used.successor, next_use);
        }
        Ok(None)
    }

    /// One of two who use a token is a thief, and nobody knows which
    /// ([RFC 9700 section 4.14.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2)).
    async fn end_family(
        &self,
        found: &Refreshable,
        by: &Circumstances,
    ) -> Result<TokenError, Fault> {
        let event = self.event_of_grant(EventKind::RefreshTokenReused, &found.grant, by);
        self.store.recording([event]).revoke_grant(&found.grant.id, by.at).await?;
        self.measures.token("refresh_token", "reused");
        Ok(TokenError::Refused(reused()))
    }
}
