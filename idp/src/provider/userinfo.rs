//! The `UserInfo` endpoint: what the scope and the `claims` parameter of the grant release.

use crate::oauth::bearer;
use crate::oauth::error::Error;
use crate::oauth::parameters::Parameters;
use crate::oidc::userinfo;
use crate::provider::id_token::{kept_claims, subject};
use crate::provider::{Fault, Provider};
use crate::store::Access;

/// Why there are no claims.
#[derive(Debug)]
pub enum UserinfoError {
    /// No token came, or one that cannot be used
    /// ([RFC 6750 section 3](https://www.rfc-editor.org/rfc/rfc6750#section-3)); `None` when the
    /// request carries no token at all.
    Refused(Option<Error>),
    /// The provider is at fault.
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for UserinfoError {
    fn from(fault: E) -> Self {
        Self::Fault(fault.into())
    }
}

impl Provider {
    /// Answers a `UserInfo` request with a JSON document
    /// ([OpenID Connect Core section 5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo)).
    ///
    /// # Errors
    /// An error of RFC 6750, or a fault.
    pub async fn userinfo(
        &self,
        authorization: Option<&str>,
        form: Option<&Parameters>,
    ) -> Result<Vec<u8>, UserinfoError> {
        let token = bearer::access_token(authorization, form)
            .map_err(|error| UserinfoError::Refused(Some(error)))?
            .ok_or(UserinfoError::Refused(None))?;
        let now = self.clock.now();
        let found = self.store.grant_by_access_token(&token.digest(), now).await?;
        let Some(Access { grant, account: Some(account), token }) = found else {
            return Err(UserinfoError::Refused(Some(bearer::invalid_token())));
        };
        let claims = kept_claims(&grant.facts)?;
        let scope = token.scope;
        let asks = scope.contains("organisation") || claims.userinfo.contains_key("parties");
        let parties = if asks { self.store.parties_of(&account).await? } else { Vec::new() };
        let subject = subject(&account, &parties, &grant.facts);
        Ok(userinfo::response(&account.subject, subject.for_userinfo(&scope, &claims))
            .map_err(Fault::from)?)
    }
}
