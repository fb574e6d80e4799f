//! The authorization response: all that a request is granted, drawn and signed before it is
//! committed, and the refusal.

use crate::account::assurance::Proofs;
use crate::account::grant::Grant;
use crate::account::user::Account;
use crate::oauth::authorization_response::{Destination, FrontChannelToken, Granted, Response};
use crate::oauth::client::Client;
use crate::oauth::error::Error;
use crate::oidc::id_token::Beside;
use crate::provider::issue::Issue;
use crate::provider::request::Request;
use crate::provider::{Fault, Provider};
use crate::secret::Secret;
use crate::store::{NewGrant, Tokens};

impl Provider {
    /// What a request is granted, for the store, and the response that brings it to the client
    /// ([OpenID Connect Core section 3.3.2.5](https://openid.net/specs/openid-connect-core-1_0.html#HybridAuthResponse)).
    pub(crate) async fn granted(
        &self,
        request: &Request,
        account: &Account,
        session_id: &str,
        proofs: Proofs,
    ) -> Result<(NewGrant, Response), Fault> {
        let asked = request.authorization.response_type;
        let grant = self.grant(request, account, session_id, proofs);
        let code = asked.has_code().then(|| self.entropy.secret());
        let front = match asked.has_token() {
            true => Some(self.front_channel_token(&request.client, &grant, account)?),
            false => None,
        };
        let (access_token, tokens) = front.unzip();
        let id_token = if asked.has_id_token() {
            let beside = Beside {
                access_token: access_token.as_ref().map(|token| &token.access_token),
                code: code.as_ref(),
                state: request.authorization.state.as_deref(),
            };
            Some(self.id_token(&request.client, &grant, account, beside).await?)
        } else {
            None
        };
        let new = NewGrant {
            grant,
            code: code.as_ref().map(Secret::digest),
            tokens,
            pushed_request: request.pushed.clone(),
        };
        let session_state = self.session_state(request, session_id);
        let granted = Granted { code, access_token, id_token, session_state };
        let keys = self.keys.current();
        let response = request.destination.granted(&granted, &keys, self.clock.now())?;
        Ok((new, response))
    }

    /// An access token that goes through the browser. It is bound to no key: there is no request of
    /// the client's own that could prove one.
    fn front_channel_token(
        &self,
        client: &Client,
        grant: &Grant,
        account: &Account,
    ) -> Result<(FrontChannelToken, Tokens), Fault> {
        let issue = Issue {
            client,
            grant,
            account: Some(account),
            scope: grant.facts.scope.parse().unwrap_or_default(),
            audience: grant.facts.resources.clone(),
            confirmation: None,
        };
        let (access_token, issued) = self.access_token(&issue)?;
        let access = (access_token.digest(), issued);
        let told = FrontChannelToken {
            expires_in: self.settings.access_token,
            scope: issue.scope,
            access_token,
        };
        Ok((told, Tokens { access, refresh: None }))
    }

    /// An error response
    /// ([OpenID Connect Core section 3.1.2.6](https://openid.net/specs/openid-connect-core-1_0.html#AuthError)).
    pub(crate) fn error_response(
        &self,
        to: &Destination,
        error: &Error,
    ) -> Result<Response, Fault> {
        Ok(to.refused(error, &self.keys.current(), self.clock.now())?)
    }
}
