//! Tokens for a client that acts on its own behalf.

use crate::account::event::EventKind;
use crate::grant::{Facts, Grant};
use crate::oauth::grant::client_credentials;
use crate::oauth::resource;
use crate::oauth::scope::Scope;
use crate::oauth::token::TokenResponse;
use crate::oidc::claims;
use crate::provider::Provider;
use crate::provider::token::issue::Issue;
use crate::provider::token::{TokenCall, TokenError};
use crate::store::Tokens;

impl Provider {
    /// Answers a request by the client credentials grant
    /// ([RFC 6749 section 4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4)).
    pub(crate) async fn client_credentials(
        &self,
        call: &TokenCall<'_>,
    ) -> Result<TokenResponse, TokenError> {
        let (TokenCall { client, form, confirmation, by }, now) = (call, call.by.at);
        let personal: Scope = claims::SCOPES.into_iter().collect();
        let scope = client_credentials::decide(form, client, &personal);
        let scope = scope.map_err(TokenError::Refused)?;
        let audience = resource::audience(form, &[], &client.metadata().resources, &self.issuer);
        let audience = audience.map_err(TokenError::Refused)?;
        let grant = Grant {
            id: self.entropy.id(now),
            client_id: client.client_id().clone(),
            account_id: None,
            session_id: None,
            offline: true,
            facts: Facts { scope: scope.clone(), ..Facts::default() },
            issued_at: now,
            code_expires_at: now,
            code_used_at: None,
            revoked_at: None,
        };
        let confirmation = confirmation.clone();
        let issue =
            Issue { client, grant: &grant, account: None, scope, audience, confirmation, now };
        let (access_token, access) = self.access_token(&issue)?;
        let tokens = Tokens { access: (access_token.digest(), access), refresh: None };
        let event = self.event_of_grant(EventKind::ClientTokenIssued, &grant, by);
        self.store.recording([event]).grant_tokens(&grant, &tokens).await?;
        Ok(self.token_response(&issue, access_token, None).await?)
    }
}
