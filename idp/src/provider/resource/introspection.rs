//! Token introspection: what a resource server may know of a token that it was shown.

use serde_json::{Map, Value};

use crate::account::user::Account;
use crate::clock::Timestamp;
use crate::grant::{Access, Grant};
use crate::oauth::client::Client;
use crate::oauth::client_authentication::{Credentials, failed};
use crate::oauth::error::Error;
use crate::oauth::introspection::{Active, inactive, may_see, signed_claims};
use crate::oauth::token::{IssuedAccessToken, TokenType};
use crate::provider::token::TokenError;
use crate::provider::{Fault, Provider};
use crate::secret::{AccessToken, RefreshToken, Secret};
use crate::store::Refreshable;

/// The answer.
#[derive(Clone, Debug)]
pub enum Introspection {
    /// A JSON document.
    Json(Vec<u8>),
    /// A signed one
    /// ([RFC 9701 section 5](https://www.rfc-editor.org/rfc/rfc9701#section-5)).
    Jwt(String),
}

impl Provider {
    /// Answers an introspection request
    /// ([RFC 7662 section 2](https://www.rfc-editor.org/rfc/rfc7662#section-2)). `signed` says
    /// that a signed answer is asked for; a client may also have registered that.
    ///
    /// # Errors
    /// `invalid_client`, also for a client that does not authenticate; `invalid_request` without a
    /// token; or a fault. A token that is worthless is no error.
    pub async fn introspect(
        &self,
        credentials: Credentials<'_>,
        signed: bool,
    ) -> Result<Introspection, TokenError> {
        let client = self.authenticate_client(credentials).await?;
        if client.is_public() {
            return Err(TokenError::Refused(failed()));
        }
        let token = credentials.form.get("token");
        let token =
            token.ok_or_else(|| TokenError::Refused(Error::invalid_request("token is missing")))?;
        let members = self.describe_token(token, &client, credentials.now).await?;
        let outcome = if members.is_some() { "active" } else { "inactive" };
        self.measures.introspection(outcome);
        let members = members.unwrap_or_else(inactive);
        if !signed && client.metadata().introspection_signed_response_alg.is_none() {
            return Ok(Introspection::Json(Value::Object(members).to_string().into_bytes()));
        }
        let claims = signed_claims(&self.issuer, client.client_id(), &members, credentials.now);
        let algorithm = client.introspection_algorithm();
        let typ = Some("token-introspection+jwt");
        let text = self.keys.current().sign(algorithm, typ, claims.to_string().as_bytes());
        Ok(Introspection::Jwt(text.map_err(Fault::from)?))
    }

    /// Whatever kind of token it is: `token_type_hint` only says where to look first (section 2.1).
    async fn describe_token(
        &self,
        token: &str,
        asker: &Client,
        now: Timestamp,
    ) -> Result<Option<Map<String, Value>>, Fault> {
        let access = Secret::<AccessToken>::new(token.to_owned()).digest();
        if let Some(found) = self.store.grant_by_access_token(&access, now).await? {
            let Access { grant, account, token } = &*found;
            if !may_see(asker, grant.client_id.as_str(), &token.audience) {
                return Ok(None);
            }
            let kind = TokenType::of(token.confirmation.as_ref());
            return self.describe_active(grant, account.as_ref(), token, Some(kind)).await;
        }
        let refresh = Secret::<RefreshToken>::new(token.to_owned()).digest();
        let Some(found) = self.store.refresh_token(&refresh).await? else { return Ok(None) };
        let own = found.grant.client_id == *asker.client_id();
        if !own || !found.token.is_live(now) {
            return Ok(None);
        }
        let Refreshable { grant, account, token } = found;
        let token = IssuedAccessToken {
            scope: token.scope,
            audience: grant.facts.resources.clone(),
            confirmation: token.confirmation,
            issued_at: token.issued_at,
            expires_at: token.idle_expires_at,
        };
        self.describe_active(&grant, account.as_ref(), &token, None).await
    }

    async fn describe_active(
        &self,
        grant: &Grant,
        account: Option<&Account>,
        token: &IssuedAccessToken,
        token_type: Option<TokenType>,
    ) -> Result<Option<Map<String, Value>>, Fault> {
        // The End-User is named as the client knows them that the token was issued to.
        let Some(client) = self.client(grant.client_id.as_str()).await? else { return Ok(None) };
        let Ok(left) = self.remaining_of(&client, grant) else { return Ok(None) };
        let sub = account.map(|account| self.sub(&client, account));
        let active = Active {
            iss: &self.issuer,
            client_id: grant.client_id.as_str(),
            sub: sub.as_deref().unwrap_or(grant.client_id.as_str()),
            scope: &token.scope.narrow(&left.scope),
            aud: &token.audience,
            token_type,
            iat: token.issued_at,
            exp: token.expires_at,
            confirmation: token.confirmation.as_ref(),
            login: self.login(grant),
        };
        Ok(Some(active.members()))
    }
}
