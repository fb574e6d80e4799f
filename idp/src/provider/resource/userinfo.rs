//! The `UserInfo` endpoint: what the scope and the `claims` parameter of the grant release.

use std::sync::Arc;

use serde_json::Map;

use crate::clock::Timestamp;
use crate::grant::Access;
use crate::oauth::bearer::{self, Scheme};
use crate::oauth::client::Client;
use crate::oauth::dpop;
use crate::oauth::error::Error;
use crate::oauth::parameters::Parameters;
use crate::oauth::sender_constraint::{Sender, check_binding};
use crate::oidc::userinfo;
use crate::provider::client::client_authentication::Denied;
use crate::provider::token::id_token::subject;
use crate::provider::{Fault, Provider};
use crate::secret::{AccessToken, Secret};

/// Why there are no claims.
#[derive(Debug)]
pub enum UserinfoError {
    /// No token came, or one that cannot be used
    /// ([RFC 6750 section 3](https://www.rfc-editor.org/rfc/rfc6750#section-3)): how it was shown,
    /// and what is wrong. No error when the request carries no token at all.
    Refused(Option<Scheme>, Option<Error>),
    /// The provider is at fault.
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for UserinfoError {
    fn from(fault: E) -> Self {
        Self::Fault(fault.into())
    }
}

/// The answer.
#[derive(Clone, Debug)]
pub enum Userinfo {
    /// A JSON document.
    Json(Vec<u8>),
    /// A signed one, as the client has registered.
    Jwt(String),
}

impl Provider {
    /// Answers a `UserInfo` request
    /// ([OpenID Connect Core section 5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo)).
    /// A token without `openid` gets the name of its user and nothing more: it is good for a
    /// plain OAuth client to see that it works.
    ///
    /// # Errors
    /// An error of RFC 6750 or RFC 9449, or a fault.
    pub async fn userinfo(
        &self,
        authorization: Option<&str>,
        form: Option<&Parameters>,
        sender: &Sender<'_>,
        now: Timestamp,
    ) -> Result<Userinfo, UserinfoError> {
        let (scheme, token) = bearer::access_token(authorization, form)
            .map_err(|error| UserinfoError::Refused(None, Some(error)))?
            .ok_or(UserinfoError::Refused(None, None))?;
        let found = self.check_access(scheme, &token, sender, now).await?;
        let Access { grant, account, token } = &*found;
        let refused = |error| UserinfoError::Refused(Some(scheme), Some(error));
        let client = self.client(grant.client_id.as_str()).await?;
        let client = client.ok_or_else(|| refused(bearer::invalid_token()))?;
        let account = account.as_ref().ok_or_else(|| refused(bearer::insufficient_scope()))?;
        let left =
            self.remaining_of(&client, grant).map_err(|_| refused(bearer::invalid_token()))?;
        let scope = token.scope.narrow(&left.scope);
        let released = if scope.contains("openid") {
            let claims = grant.claims_for(&client);
            let wanted = claims.userinfo.contains_key("parties");
            let asks = scope.contains("organisation") || wanted;
            let parties = if asks { self.store.parties_of(account).await? } else { Vec::new() };
            subject(account, &parties, &grant.facts).for_userinfo(&scope, &claims)
        } else {
            Map::new()
        };
        let body = userinfo::response(&self.sub(&client, account), released);
        Ok(self.signed_for(&client, body.map_err(Fault::from)?)?)
    }

    /// What the token of a request stands for, if the sender may use it.
    async fn check_access(
        &self,
        scheme: Scheme,
        token: &Secret<AccessToken>,
        sender: &Sender<'_>,
        now: Timestamp,
    ) -> Result<Arc<Access>, UserinfoError> {
        let refused = |error| UserinfoError::Refused(Some(scheme), Some(error));
        let proof = match scheme {
            Scheme::Bearer => None,
            Scheme::Dpop => {
                let proof = self.proof(sender, Some(token), now).map_err(refused)?;
                Some(proof.ok_or_else(|| refused(dpop::missing()))?)
            }
        };
        let found = self.store.grant_by_access_token(&token.digest(), now).await?;
        // A resource server that was shown a token cannot use it here (RFC 9700 section 2.3).
        let found = found.filter(|found| found.token.is_for(&self.issuer));
        let found = found.ok_or_else(|| refused(bearer::invalid_token()))?;
        let bound_to = found.token.confirmation.as_ref();
        check_binding(bound_to, scheme, proof.as_ref(), sender.certificate()).map_err(refused)?;
        self.use_proof(proof.as_ref(), now).await.map_err(|denied| match denied {
            Denied::Refused(error) => refused(error),
            Denied::Fault(fault) => UserinfoError::Fault(fault),
        })?;
        Ok(found)
    }

    /// [OpenID Connect Core section 5.3.2](https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse):
    /// signed, if the client has registered an algorithm.
    fn signed_for(&self, client: &Client, body: Vec<u8>) -> Result<Userinfo, Fault> {
        let Some(algorithm) = client.metadata().userinfo_signed_response_alg else {
            return Ok(Userinfo::Json(body));
        };
        let payload = userinfo::payload(&self.issuer, client.client_id().as_str(), &body)?;
        Ok(Userinfo::Jwt(self.keys.current().sign(algorithm, None, &payload)?))
    }
}
