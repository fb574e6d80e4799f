//! The pushed authorization request endpoint, and what becomes of its references.

use crate::account::interaction::{Ended, Interaction};
use crate::clock::Timestamp;
use crate::oauth::client::Client;
use crate::oauth::client_authentication::Credentials;
use crate::oauth::error::Error;
use crate::oauth::parameters::Parameters;
use crate::oauth::pushed_authorization::{self, Pushed, PushedResponse};
use crate::oauth::sender_constraint::Sender;
use crate::provider::client::client_authentication::Denied;
use crate::provider::client::own_client;
use crate::provider::intake::is_strangers;
use crate::provider::{Fault, Provider};
use crate::secret::{Digest, PushedRequest};

impl Provider {
    /// Takes a request over from its client, after every check that the authorization endpoint
    /// would make ([RFC 9126 section 2.1](https://www.rfc-editor.org/rfc/rfc9126#section-2.1)).
    ///
    /// # Errors
    /// The error of [RFC 9126 section 2.3](https://www.rfc-editor.org/rfc/rfc9126#section-2.3), or
    /// a fault.
    pub async fn push_request(
        &self,
        credentials: Credentials<'_>,
        sender: &Sender<'_>,
    ) -> Result<PushedResponse, Denied> {
        let client = self.authenticate_client(credentials).await?;
        let Credentials { network, now, .. } = credentials;
        let share = is_strangers(&client).then(|| self.share_of(network));
        if share.is_some() {
            self.admit_begin(network, now)?;
        }
        let proof = self.proof(sender, None, now).map_err(Denied::Refused)?;
        let id = client.client_id().clone();
        let given =
            pushed_authorization::request(credentials.form, &id).map_err(Denied::Refused)?;
        let parameters = self.resolve_request_object(&client, &given, network, now).await?;
        let parameters =
            pushed_authorization::bound(parameters, proof.as_ref()).map_err(Denied::Refused)?;
        let request = self
            .check_request(client, &parameters, None)
            .map_err(|refusal| Denied::Refused(refusal.into_error()))?;
        self.use_proof(proof.as_ref(), now).await?;
        let expires_in = self.settings.pushed_request;
        let pushed = Pushed {
            client_id: id.to_string(),
            parameters: request.parameters.to_query(),
            expires_at: now.plus(expires_in),
            used_at: None,
        };
        let handle = self.entropy.secret();
        self.store.push_request(&handle.digest(), &pushed, share.as_ref()).await?;
        let request_uri = pushed_authorization::request_uri(&handle);
        Ok(PushedResponse { request_uri, expires_in })
    }

    /// Whether requests of this client count only when they were pushed
    /// ([RFC 9126 sections 5 and 6](https://www.rfc-editor.org/rfc/rfc9126#section-5)).
    pub(crate) fn demands_pushed_requests(&self, client: &Client) -> bool {
        let own = client.client_id().as_str() == own_client::ID;
        !own && (self.settings.require_pushed_requests || client.requires_pushed_requests())
    }

    /// The request behind a reference. Looking at it changes nothing.
    pub(crate) async fn find_pushed_request(
        &self,
        client: &Client,
        digest: &Digest<PushedRequest>,
        now: Timestamp,
    ) -> Result<Result<Parameters, Error>, Fault> {
        let pushed = self.store.pushed_request(digest).await?;
        match pushed_authorization::open(pushed.as_ref(), client.client_id(), now) {
            Ok(pushed) => Ok(Ok(stored(&pushed.parameters)?)),
            Err(error) => Ok(Err(error)),
        }
    }

    /// Whether a login with this reference has completed; one that is forgotten had its time.
    pub(crate) async fn is_used(&self, digest: &Digest<PushedRequest>) -> Result<bool, Fault> {
        let pushed = self.store.pushed_request(digest).await?;
        Ok(pushed.is_none_or(|pushed| pushed.used_at.is_some()))
    }

    /// The interaction, over if another one with the same reference has completed: of several,
    /// one gets the code.
    pub(crate) async fn end_if_overtaken(
        &self,
        interaction: Interaction,
        now: Timestamp,
    ) -> Result<Interaction, Fault> {
        let overtaken = match &interaction.pushed_request {
            Some(digest) if interaction.ended.is_none() => self.is_used(digest).await?,
            _ => false,
        };
        let ended = (now, Ended::Superseded);
        Ok(if overtaken { Interaction { ended: Some(ended), ..interaction } } else { interaction })
    }
}

/// A request that was checked before it was stored.
pub(crate) fn stored(query: &str) -> Result<Parameters, Fault> {
    Parameters::parse_stored(query)
        .map_err(|_| Fault::Inconsistent("a stored authorization request cannot be read"))
}
