//! Refreshing: an access token for a refresh token, and with some clients the next refresh token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::account::event::{Actor, Event, EventKind};
use crate::clock::Timestamp;
use crate::oauth::client::ClientId;
use crate::oauth::grant::refresh_token::{
    IssuedRefreshToken, Request, Use, Verdict, decide, reused, unknown,
};
use crate::oauth::resource;
use crate::oauth::scope::Scope;
use crate::oauth::token::TokenResponse;
use crate::provider::events::record;
use crate::provider::token::issue::Issue;
use crate::provider::token::{TokenCall, TokenError};
use crate::provider::{Fault, Provider};
use crate::secret::{Digest, RefreshToken, Secret};
use crate::store::{Refresh, Refreshable};

/// How often a request is decided anew because another one of the same token came first.
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
        let (digest, now) = (request.refresh_token.digest(), self.clock.now());
        let mut found = self.store.refresh_token(&digest).await?;
        if let Some(found) = &mut found {
            // It belongs to the authentication, and stays out of further ID tokens (OpenID Connect
            // Core section 12.2).
            found.grant.facts.nonce = None;
        }
        let owner = found.as_ref().and_then(|found| ClientId::parse(&found.grant.client_id));
        let known = owner.as_ref().zip(found.as_ref());
        let known = known.map(|(owner, found)| (owner, &found.token, found.became));
        let verdict = decide(request, call.client, known, call.confirmation.as_ref(), now);
        let Some(found) = &found else { return Err(TokenError::Refused(unknown())) };
        let (scope, change) = match verdict {
            Verdict::Refused(error) => return Err(TokenError::Refused(error)),
            Verdict::Reused => return Err(self.end_family(found).await?),
            Verdict::Keep(scope) => {
                let keep = Refresh::Keep(self.idle_end(found.token.expires_at));
                (scope, Change { digest: &digest, refresh: keep, successor: None, at: now })
            }
            Verdict::Rotate(scope) => (scope, self.rotate_token(&digest, found, call, now)),
            Verdict::Repeat(scope) => {
                let newest = self.find_newest(&digest, found, call).await?;
                let newest = newest.ok_or_else(|| TokenError::Refused(unknown()))?;
                let refresh = Refresh::Repeat(newest.digest());
                (scope, Change { digest: &digest, refresh, successor: Some(newest), at: now })
            }
        };
        self.issue_refreshed(found, scope, change, call).await
    }

    async fn issue_refreshed(
        &self,
        found: &Refreshable,
        scope: Scope,
        change: Change<'_>,
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
        };
        let (access_token, access) = self.access_token(&issue)?;
        let access = (access_token.digest(), access);
        let Change { digest, refresh, successor, at } = change;
        if !self.store.refresh(&found.grant.id, digest, &refresh, &access, at).await? {
            return Ok(None);
        }
        if let Refresh::Repeat(_) = refresh {
            let event = Event::new(EventKind::RefreshTokenRepeated).grant(&found.grant.id);
            let client = &found.grant.client_id;
            record(&event.client(client), &Actor::Client(client.clone()));
        }
        Ok(Some(self.token_response(&issue, access_token, successor).await?))
    }

    /// The use of a token, and its successor. Of a client that does not authenticate, the successor
    /// is bound to the key that the request shows, where the token was bound to none
    /// ([RFC 9449 section 5](https://www.rfc-editor.org/rfc/rfc9449#section-5)).
    fn rotate_token<'a>(
        &self,
        digest: &'a Digest<RefreshToken>,
        found: &Refreshable,
        call: &TokenCall<'_>,
        now: Timestamp,
    ) -> Change<'a> {
        let successor = self.derive_successor(digest, now);
        let shown = call.confirmation.as_ref().filter(|_| call.client.is_public());
        let issued = IssuedRefreshToken {
            issued_at: now,
            idle_expires_at: self.idle_end(found.token.expires_at),
            confirmation: found.token.confirmation.as_ref().or(shown).cloned(),
            ..found.token.clone()
        };
        let refresh = Refresh::Rotate((successor.digest(), issued));
        Change { digest, refresh, successor: Some(successor), at: now }
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

    /// The unused token that a used one led to, whatever was used between them; `None` when it
    /// cannot be derived again, or is bound to another key than the request shows.
    async fn find_newest(
        &self,
        digest: &Digest<RefreshToken>,
        found: &Refreshable,
        call: &TokenCall<'_>,
    ) -> Result<Option<Secret<RefreshToken>>, Fault> {
        let mut of = digest.clone();
        let (mut became, mut successor) = (found.became, found.successor.clone());
        for _ in 0..LONGEST_CHAIN {
            let (Use::Used(at), Some(next)) = (became, successor) else { return Ok(None) };
            let token = self.derive_successor(&of, at);
            let Some(after) = self.store.refresh_token(&next).await? else { return Ok(None) };
            if after.became == Use::Unused {
                let bound_to = after.token.confirmation.as_ref();
                let fits = bound_to.is_none() || bound_to == call.confirmation.as_ref();
                return Ok(Some(token).filter(|token| fits && token.digest() == next));
            }
            (of, became, successor) = (next, after.became, after.successor);
        }
        Ok(None)
    }

    /// One of two who use a token is a thief, and nobody knows which
    /// ([RFC 9700 section 4.14.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2)).
    async fn end_family(&self, found: &Refreshable) -> Result<TokenError, Fault> {
        let grant = &found.grant;
        self.store.revoke_grant(&grant.id, self.clock.now()).await?;
        self.measures.token("refresh_token", "reused");
        let event = Event {
            account: grant.account_id.clone(),
            ..Event::new(EventKind::RefreshTokenReused)
        };
        let event = event.grant(&grant.id).client(&grant.client_id);
        record(&event, &Actor::Client(grant.client_id.clone()));
        Ok(TokenError::Refused(reused()))
    }
}

/// What to commit, and the refresh token to hand out with it.
struct Change<'a> {
    digest: &'a Digest<RefreshToken>,
    refresh: Refresh,
    successor: Option<Secret<RefreshToken>>,
    /// The time that the successor was derived from: a later reading of the clock would store
    /// another, from which nobody could derive it again.
    at: Timestamp,
}
