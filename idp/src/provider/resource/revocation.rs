//! Token revocation: a client gives back what it no longer needs.

use crate::account::event::{Event, EventKind};
use crate::grant::Grant;
use crate::oauth::client::{Client, ClientId};
use crate::oauth::client_authentication::Credentials;
use crate::oauth::error::Error;
use crate::provider::Provider;
use crate::provider::events::acting_client;
use crate::provider::token::TokenError;
use crate::secret::{AccessToken, RefreshToken, Secret};

impl Provider {
    /// Answers a revocation request
    /// ([RFC 7009 section 2](https://www.rfc-editor.org/rfc/rfc7009#section-2)): of an access token
    /// that one ends, with a refresh token everything that was granted with it. A token that is not
    /// known is revoked already.
    ///
    /// # Errors
    /// `invalid_client`; `invalid_request` without a token; `invalid_grant` for a token of another
    /// client, which is left alone (section 2.1); or a fault.
    pub async fn revoke(&self, credentials: Credentials<'_>) -> Result<(), TokenError> {
        let client = self.authenticate_client(credentials).await?;
        let token = credentials.form.get("token");
        let token =
            token.ok_or_else(|| TokenError::Refused(Error::invalid_request("token is missing")))?;
        let now = credentials.now;
        let access = Secret::<AccessToken>::new(token.to_owned()).digest();
        if let Some(found) = self.store.grant_by_access_token(&access, now).await? {
            own(&client, &found.grant.client_id)?;
            let event = self.revocation(&client, &credentials, "access_token", &found.grant);
            self.store.recording([event]).revoke_access_token(&access).await?;
            return Ok(());
        }
        let refresh = Secret::<RefreshToken>::new(token.to_owned()).digest();
        if let Some(found) = self.store.refresh_token(&refresh).await? {
            own(&client, &found.grant.client_id)?;
            let event = self.revocation(&client, &credentials, "refresh_token", &found.grant);
            self.store.recording([event]).revoke_grant(&found.grant.id, now).await?;
        }
        Ok(())
    }

    /// The event of a revocation, which is counted.
    fn revocation(
        &self,
        client: &Client,
        credentials: &Credentials<'_>,
        token: &'static str,
        grant: &Grant,
    ) -> Event {
        self.measures.revocation(token);
        let by = acting_client(client, credentials);
        self.event_of_grant(EventKind::TokenRevoked, grant, &by).fact("token", token)
    }
}

fn own(client: &Client, client_id: &ClientId) -> Result<(), TokenError> {
    if client.client_id() == client_id {
        return Ok(());
    }
    Err(TokenError::Refused(Error::invalid_grant("the token was issued to another client")))
}
