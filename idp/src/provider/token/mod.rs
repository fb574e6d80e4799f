//! The token endpoint: one request for each grant, and the code grant itself. An authorization code
//! becomes tokens once.

pub(super) mod client_credentials;
pub(super) mod grant;
pub(super) mod id_token;
pub(super) mod issue;
pub(super) mod refresh_token;

use crate::account::event::{Circumstances, EventKind};
use crate::grant::Grant;
use crate::oauth::client::Client;
use crate::oauth::client_authentication::Credentials;
use crate::oauth::confirmation::Confirmation;
use crate::oauth::device as device_grant;
use crate::oauth::error::Error;
use crate::oauth::grant::authorization_code::{self, Verdict};
use crate::oauth::grant::issued_code;
use crate::oauth::grant::validity;
use crate::oauth::grant_type::GrantType;
use crate::oauth::parameters::Parameters;
use crate::oauth::resource;
use crate::oauth::sender_constraint::{self, Sender};
use crate::oauth::token::{TokenRequest, TokenResponse};
use crate::provider::client::client_authentication::Denied;
use crate::provider::events::acting_client;
use crate::provider::token::issue::Issue;
use crate::provider::{Fault, Provider};
use crate::secret::{RefreshToken, Secret};
use crate::store::Tokens;

/// Why there are no tokens.
#[derive(Debug)]
pub enum TokenError {
    /// The request or the code is at fault.
    Refused(Error),
    /// The provider is.
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for TokenError {
    fn from(fault: E) -> Self {
        Self::Fault(fault.into())
    }
}

impl From<Denied> for TokenError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Refused(error) => Self::Refused(error),
            Denied::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// A token request whose client is authenticated.
pub(crate) struct TokenCall<'a> {
    pub(crate) client: &'a Client,
    pub(crate) form: &'a Parameters,
    /// The key that its tokens are bound to.
    pub(crate) confirmation: Option<Confirmation>,
    /// When it was made, by whom and from where.
    pub(crate) by: Circumstances,
}

impl Provider {
    /// Answers a token request
    /// ([RFC 6749 section 3.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.2)).
    ///
    /// # Errors
    /// The error of RFC 6749 section 5.2, or a fault.
    pub async fn token(
        &self,
        credentials: Credentials<'_>,
        sender: &Sender<'_>,
    ) -> Result<TokenResponse, TokenError> {
        let refused = TokenError::Refused;
        let client = &self.authenticate_client(credentials).await?;
        let form = credentials.form;
        let request = TokenRequest::parse(form, client).map_err(refused)?;
        let proof = self.proof(sender, None, credentials.now).map_err(refused)?;
        let bound = sender_constraint::bind(client, proof.as_ref(), sender.certificate());
        let confirmation = bound.map_err(refused)?;
        let call =
            TokenCall { client, form, confirmation, by: acting_client(client, &credentials) };
        if proof.is_some() {
            self.admit_proof(client, credentials.network, credentials.now)?;
        }
        self.use_proof(proof.as_ref(), credentials.now).await?;
        let (name, answer) = match &request {
            TokenRequest::AuthorizationCode(request) => {
                ("authorization_code", self.redeem(request, &call).await)
            }
            TokenRequest::RefreshToken(request) => {
                ("refresh_token", self.refresh(request, &call).await)
            }
            TokenRequest::DeviceCode(request) => {
                ("device_code", self.redeem_device(request, &call).await)
            }
            TokenRequest::ClientCredentials => {
                self.admit_grant(client, credentials.now)?;
                ("client_credentials", self.client_credentials(&call).await)
            }
        };
        match &answer {
            Ok(_) => self.measures.token(name, "issued"),
            Err(TokenError::Refused(_)) => self.measures.token(name, "refused"),
            Err(TokenError::Fault(_)) => {}
        }
        answer
    }

    /// [RFC 6749 section 4.1.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3)
    async fn redeem(
        &self,
        request: &issued_code::Request,
        call: &TokenCall<'_>,
    ) -> Result<TokenResponse, TokenError> {
        let (TokenCall { client, confirmation, by, .. }, now) = (call, call.by.at);
        let grant = self.store.grant_by_code(&request.code.digest(), now).await?;
        let code = grant.as_ref().and_then(Grant::issued_code);
        let verdict =
            authorization_code::decide(request, client, code.as_ref(), confirmation.as_ref(), now);
        let (Verdict::Granted, Some(grant)) = (&verdict, grant.as_ref()) else {
            return Err(self.refuse(&verdict, grant.as_ref(), by).await?);
        };
        self.hand_out(grant, call).await
    }

    /// The tokens of a grant, once.
    async fn hand_out(
        &self,
        grant: &Grant,
        call: &TokenCall<'_>,
    ) -> Result<TokenResponse, TokenError> {
        let (TokenCall { client, form, confirmation, by }, now) = (call, call.by.at);
        let account = match &grant.account_id {
            Some(id) => self.store.account_by_id(id, now).await?,
            None => None,
        };
        let Some(account) = &account else {
            return Err(self.refuse(&Verdict::Replayed, Some(grant), by).await?);
        };
        if let Some(uri) = &grant.facts.redirect_uri {
            validity::registered(uri, client).map_err(TokenError::Refused)?;
        }
        let left = self.check_grant(client, grant, Some(account)).await?;
        let registered = &client.metadata().resources;
        // Access that may no longer outlive its session must not.
        let may_refresh = client.may_use(GrantType::RefreshToken)
            && (!grant.offline || left.scope.contains("offline_access"));
        let issue = Issue {
            client,
            grant,
            account: Some(account),
            audience: resource::audience(form, &left.resources, registered, &self.issuer)
                .map_err(TokenError::Refused)?,
            scope: left.scope,
            confirmation: confirmation.clone(),
            now,
        };
        let (access_token, access) = self.access_token(&issue)?;
        let refresh_token: Option<Secret<RefreshToken>> =
            may_refresh.then(|| self.entropy.secret());
        let refresh = refresh_token.as_ref().map(Secret::digest);
        let tokens = Tokens {
            access: (access_token.digest(), access),
            refresh: refresh.map(|digest| (digest, self.refresh_token_of(&issue))),
        };
        if !self.store.redeem_code((grant, account), &tokens, now).await? {
            // Another request was faster, or the session ended: either way nothing may live on.
            return Err(self.refuse(&Verdict::Replayed, Some(grant), by).await?);
        }
        Ok(self.token_response(&issue, access_token, refresh_token).await?)
    }

    /// [RFC 8628 section 3.4](https://www.rfc-editor.org/rfc/rfc8628#section-3.4)
    async fn redeem_device(
        &self,
        request: &device_grant::Request,
        call: &TokenCall<'_>,
    ) -> Result<TokenResponse, TokenError> {
        let (client_id, now) = (call.client.client_id(), call.by.at);
        let digest = request.device_code.digest();
        let waiting = self.store.poll_device(&digest, client_id.as_str(), now).await?;
        let grant =
            device_grant::decide(waiting.as_ref(), client_id, now).map_err(TokenError::Refused)?;
        let Some(grant) = self.store.grant(&grant).await? else {
            return Err(TokenError::Refused(authorization_code::replayed()));
        };
        self.hand_out(&grant, call).await
    }

    /// The error to answer; a replayed code takes along what was issued for it
    /// ([RFC 6749 section 4.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2)).
    async fn refuse(
        &self,
        verdict: &Verdict,
        grant: Option<&Grant>,
        by: &Circumstances,
    ) -> Result<TokenError, Fault> {
        if let (Verdict::Replayed, Some(grant)) = (verdict, grant) {
            let event = self.event_of_grant(EventKind::CodeReused, grant, by);
            self.store.recording([event]).revoke_grant(&grant.id, by.at).await?;
        }
        Ok(TokenError::Refused(verdict.error().unwrap_or_else(authorization_code::replayed)))
    }
}
