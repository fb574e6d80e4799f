//! Refreshing: an access token for a refresh token, and with some clients the next refresh token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::clock::Timestamp;
use crate::oauth::client::ClientId;
use crate::oauth::grant::refresh_token::{
    IssuedRefreshToken, Request, Verdict, decide, reused, unknown,
};
use crate::oauth::resource;
use crate::oauth::scope::Scope;
use crate::oauth::token::TokenResponse;
use crate::provider::issue::Issue;
use crate::provider::token::{TokenCall, TokenError};
use crate::provider::{Fault, Provider};
use crate::secret::{Digest, RefreshToken, Secret};
use crate::store::{Refresh, Refreshable};

/// How often a request is decided anew because another one of the same token came first.
const TRIES: usize = 5;

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
        let (scope, (refresh, successor)) = match verdict {
            Verdict::Refused(error) => return Err(TokenError::Refused(error)),
            Verdict::Reused => return Err(self.end_family(found).await?),
            Verdict::Keep(scope) => {
                (scope, (Refresh::Keep(self.idle_end(found.token.expires_at)), None))
            }
            Verdict::Rotate(scope) => (scope, self.successor(&digest, found, now, Rotation::First)),
            Verdict::Replace(scope) => {
                (scope, self.successor(&digest, found, now, Rotation::Another))
            }
            Verdict::Repeat(scope, at) => {
                (scope, self.successor(&digest, found, at, Rotation::Same))
            }
        };
        let change = Change { digest: &digest, refresh, successor, at: now };
        self.refreshed(found, scope, change, call).await
    }

    async fn refreshed(
        &self,
        found: &Refreshable,
        scope: Scope,
        change: Change<'_>,
        call: &TokenCall<'_>,
    ) -> Result<Option<TokenResponse>, TokenError> {
        let resources = &found.grant.facts.resources;
        let registered = &call.client.metadata().resources;
        let issue = Issue {
            client: call.client,
            grant: &found.grant,
            account: found.account.as_ref(),
            scope,
            audience: resource::audience(call.form, resources, registered, &self.issuer)
                .map_err(TokenError::Refused)?,
            confirmation: call.confirmation.clone(),
        };
        let (access_token, access) = self.access_token(&issue)?;
        let access = (access_token.digest(), access);
        let Change { digest, refresh, successor, at } = change;
        if !self.store.refresh(&found.grant.id, digest, &refresh, &access, at).await? {
            return Ok(None);
        }
        Ok(Some(self.token_response(&issue, access_token, successor).await?))
    }

    /// The successor of a token that was used at that time. It is derived, so that whoever repeats
    /// the request can be given the same one, although none is stored.
    fn successor(
        &self,
        digest: &Digest<RefreshToken>,
        found: &Refreshable,
        used_at: Timestamp,
        rotation: Rotation,
    ) -> (Refresh, Option<Secret<RefreshToken>>) {
        let parts = [digest.as_str(), &used_at.0.to_string()];
        let derived = self.master.derive("refresh-token", &parts);
        let successor = Secret::<RefreshToken>::new(URL_SAFE_NO_PAD.encode(derived));
        let issued = IssuedRefreshToken {
            issued_at: self.clock.now(),
            idle_expires_at: self.idle_end(found.token.expires_at),
            ..found.token.clone()
        };
        let next = (successor.digest(), issued);
        let refresh = match (rotation, &found.successor) {
            (Rotation::Another, Some(outdated)) => Refresh::Replace(outdated.clone(), next),
            (Rotation::Same, _) => Refresh::Repeat(next.0),
            (Rotation::First | Rotation::Another, _) => Refresh::Rotate(next),
        };
        (refresh, Some(successor))
    }

    /// One of two who use a token is a thief, and nobody knows which
    /// ([RFC 9700 section 4.14.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2)).
    async fn end_family(&self, found: &Refreshable) -> Result<TokenError, Fault> {
        let grant = &found.grant;
        self.store.revoke_grant(&grant.id, self.clock.now()).await?;
        self.measures.token("refresh_token", "reused");
        tracing::warn!(
            event = "refresh_token_reused",
            grant = grant.id,
            client = grant.client_id,
            account = grant.account_id,
            "a refresh token was used again; all that was granted with it is revoked"
        );
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

/// Which successor a used token leads to.
#[derive(Clone, Copy)]
enum Rotation {
    First,
    Same,
    Another,
}
