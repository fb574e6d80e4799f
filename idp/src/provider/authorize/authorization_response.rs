//! The authorization response: all that a request is granted, drawn and signed before it is
//! committed, and the refusal.

use crate::account::factor::Proofs;
use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::grant::Grant;
use crate::oauth::authorization_response::{Destination, FrontChannelToken, Granted, Response};
use crate::oauth::client::Client;
use crate::oauth::error::Error;
use crate::oidc::id_token::Beside;
use crate::provider::answer::Seed;
use crate::provider::request::Request;
use crate::provider::token::issue::Issue;
use crate::provider::{Fault, Provider};
use crate::secret::{AuthorizationCode, Secret};
use crate::store::{NewGrant, Tokens};

impl Provider {
    /// What a request is granted, for the store, and the response that brings it to the client
    /// ([OpenID Connect Core section 3.3.2.5](https://openid.net/specs/openid-connect-core-1_0.html#HybridAuthResponse)).
    pub(crate) async fn prepare_grant(
        &self,
        request: &Request,
        account: &Account,
        session_id: &str,
        proofs: Proofs,
        seed: Seed<'_>,
    ) -> Result<(NewGrant, Response), Fault> {
        let asked = request.authorization.response_type;
        let grant = self.grant(request, account, session_id, proofs, seed);
        let code: Option<Secret<AuthorizationCode>> =
            asked.has_code().then(|| self.answer_secret(seed));
        let front = match asked.has_token() {
            true => Some(self.front_channel_token(&request.client, &grant, account, seed.now)?),
            false => None,
        };
        let (access_token, tokens) = front.unzip();
        let digest = code.as_ref().map(Secret::digest);
        let granted = (&grant, account);
        let response = self.response(request, granted, code, access_token, seed.now).await?;
        let pushed_request = request.pushed.clone();
        Ok((NewGrant { grant, code: digest, tokens, pushed_request }, response))
    }

    /// The response that brings what was granted to the client.
    pub(crate) async fn response(
        &self,
        request: &Request,
        (grant, account): (&Grant, &Account),
        code: Option<Secret<AuthorizationCode>>,
        access_token: Option<FrontChannelToken>,
        now: Timestamp,
    ) -> Result<Response, Fault> {
        let id_token = if request.authorization.response_type.has_id_token() {
            let beside = Beside {
                access_token: access_token.as_ref().map(|token| &token.access_token),
                code: code.as_ref(),
                state: request.authorization.state.as_deref(),
            };
            Some(self.id_token(&request.client, grant, account, beside, now).await?)
        } else {
            None
        };
        let session_id = grant.session_id.as_deref().unwrap_or_default();
        let session_state = self.session_state(request, session_id);
        let granted = Granted { code, access_token, id_token, session_state };
        Ok(request.destination.grant_response(&granted, &self.keys.current(), now)?)
    }

    /// An access token that goes through the browser. It is bound to no key: there is no request of
    /// the client's own that could prove one.
    fn front_channel_token(
        &self,
        client: &Client,
        grant: &Grant,
        account: &Account,
        now: Timestamp,
    ) -> Result<(FrontChannelToken, Tokens), Fault> {
        let issue = Issue {
            client,
            grant,
            account: Some(account),
            scope: grant.facts.scope.clone(),
            audience: grant.facts.resources.clone(),
            confirmation: None,
            now,
        };
        let (access_token, issued) = self.access_token(&issue)?;
        let access = (access_token.digest(), issued);
        let token = FrontChannelToken {
            expires_in: self.settings.access_token,
            scope: issue.scope,
            access_token,
        };
        Ok((token, Tokens { access, refresh: None }))
    }

    /// An error response
    /// ([OpenID Connect Core section 3.1.2.6](https://openid.net/specs/openid-connect-core-1_0.html#AuthError)).
    pub(crate) fn error_response(
        &self,
        to: &Destination,
        error: &Error,
        now: Timestamp,
    ) -> Result<Response, Fault> {
        Ok(to.error_response(error, &self.keys.current(), now)?)
    }
}
