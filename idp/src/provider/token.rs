//! The token endpoint: an authorization code becomes an access token and an ID token, once.

use crate::account::grant::Grant;
use crate::oauth::client_authentication::Credentials;
use crate::oauth::error::Error;
use crate::oauth::grant::authorization_code::{self, IssuedCode, Verdict};
use crate::oauth::pkce::CodeChallenge;
use crate::oauth::token::{IssuedAccessToken, TokenRequest, TokenResponse, TokenType};
use crate::oidc::id_token::Beside;
use crate::provider::client_authentication::Denied;
use crate::provider::{Fault, Provider};
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

impl Provider {
    /// Answers a token request
    /// ([RFC 6749 section 4.1.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3)).
    ///
    /// # Errors
    /// The error of RFC 6749 section 5.2, or a fault.
    pub async fn token(&self, credentials: Credentials<'_>) -> Result<TokenResponse, TokenError> {
        let client = self.authenticate_client(credentials).await?;
        let TokenRequest::AuthorizationCode(request) =
            TokenRequest::parse(credentials.form).map_err(TokenError::Refused)?;
        let now = self.clock.now();
        let grant = self.store.grant_by_code(&request.code.digest()).await?;
        let facts = grant.as_ref().map(issued).transpose()?;
        let verdict = authorization_code::decide(&request, &client, facts.as_ref(), now);
        let (Verdict::Granted, Some(grant)) = (&verdict, grant.as_ref()) else {
            return Err(self.refuse(&verdict, grant.as_ref()).await?);
        };
        let access_token = self.entropy.secret();
        let account = match &grant.account_id {
            Some(id) => self.store.account_by_id(id).await?,
            None => None,
        };
        let issued = IssuedAccessToken {
            scope: grant.facts.scope.parse().unwrap_or_default(),
            audience: Vec::new(),
            confirmation: None,
            issued_at: now,
            expires_at: now.plus(self.settings.access_token),
        };
        let tokens = Tokens { access: (access_token.digest(), issued), refresh: None };
        let redeemed = self.store.redeem_code(&grant.id, &tokens, now).await?;
        let (true, Some(account)) = (redeemed, account) else {
            // Another request was faster, or the session ended: either way nothing may live on.
            return Err(self.refuse(&Verdict::Replayed, Some(grant)).await?);
        };
        let beside = Beside { access_token: Some(&access_token), ..Beside::default() };
        let id_token = self.id_token(&client, grant, &account, beside).await?;
        Ok(TokenResponse {
            access_token,
            token_type: TokenType::Bearer,
            expires_in: self.settings.access_token,
            scope: grant.facts.scope.parse().unwrap_or_default(),
            id_token: Some(id_token),
        })
    }

    /// The error to answer; a replayed code takes along what was issued for it
    /// ([RFC 6749 section 4.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2)).
    async fn refuse(&self, verdict: &Verdict, grant: Option<&Grant>) -> Result<TokenError, Fault> {
        if let (Verdict::Replayed, Some(grant)) = (verdict, grant) {
            self.store.revoke_grant(&grant.id, self.clock.now()).await?;
        }
        Ok(TokenError::Refused(verdict.error().unwrap_or_else(authorization_code::replayed)))
    }
}

fn issued(grant: &Grant) -> Result<IssuedCode, Fault> {
    let facts = &grant.facts;
    let unreadable = || Fault::Inconsistent("a stored grant cannot be read");
    let challenge = facts.code_challenge.as_deref().map(CodeChallenge::parse);
    Ok(IssuedCode {
        client_id: crate::oauth::client::ClientId::parse(&grant.client_id)
            .ok_or_else(unreadable)?,
        redirect_uri: facts.redirect_uri.clone().ok_or_else(unreadable)?,
        scope: facts.scope.parse().map_err(|_| unreadable())?,
        code_challenge: match challenge {
            Some(None) => return Err(unreadable()),
            Some(some) => some,
            None => None,
        },
        issued_at: grant.issued_at,
        expires_at: grant.code_expires_at,
        used: grant.code_used_at.is_some() || grant.revoked_at.is_some(),
    })
}
