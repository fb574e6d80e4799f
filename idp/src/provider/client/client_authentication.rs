//! Client authentication, for every endpoint that programs call.

use crate::oauth::client::keys::Need;
use crate::oauth::client::{Client, ClientId};
use crate::oauth::client_authentication::{
    ClientAssertion, Credentials, Next, Presented, failed, no_keys, rules,
};
use crate::oauth::error::Error;
use crate::oauth::mutual_tls::Certificate;
use crate::provider::client::client_keys::Unverified;
use crate::provider::{Fault, Provider};

/// Why a client is not authenticated.
#[derive(Debug)]
pub enum Denied {
    /// It did not prove who it is: `invalid_client`, or `invalid_request`.
    Refused(Error),
    /// The provider is at fault.
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for Denied {
    fn from(fault: E) -> Self {
        Self::Fault(fault.into())
    }
}

impl Provider {
    /// The client that a request is from, proven by the method it has registered
    /// ([RFC 6749 section 3.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.2.1)). A public
    /// client is believed its name.
    ///
    /// # Errors
    /// `invalid_client` or `invalid_request`, or a fault.
    pub async fn authenticate_client(
        &self,
        credentials: Credentials<'_>,
    ) -> Result<Client, Denied> {
        let presented = Presented::parse(credentials, &self.audiences, credentials.now)
            .map_err(Denied::Refused)?;
        let client = self.find_client(presented.client_ids()).await?;
        let next =
            presented.next(client.as_ref(), credentials.certificate).map_err(Denied::Refused)?;
        let Some(client) = client else { return Err(Denied::Refused(failed())) };
        match next {
            Next::Proven => {}
            Next::VerifyByKeys(assertion) => {
                self.verify_by_keys(&client, assertion, credentials).await?;
                self.use_assertion(&client, assertion, credentials).await?;
            }
            Next::VerifyBySecret(assertion) => {
                let secret = client.shared_secret(&self.master)?;
                if !secret.is_some_and(|secret| assertion.is_made_with(&secret)) {
                    return Err(Denied::Refused(failed()));
                }
                self.use_assertion(&client, assertion, credentials).await?;
            }
            Next::FindCertificate(certificate) => {
                self.find_certificate(&client, certificate, credentials).await?;
            }
        }
        Ok(client)
    }

    /// The client of the first of these names that exists.
    async fn find_client(&self, client_ids: &[ClientId]) -> Result<Option<Client>, Fault> {
        for client_id in client_ids {
            if let Some(client) = self.client(client_id.as_str()).await? {
                return Ok(Some(client));
            }
        }
        Ok(None)
    }

    async fn verify_by_keys(
        &self,
        client: &Client,
        assertion: &ClientAssertion,
        Credentials { network, now, .. }: Credentials<'_>,
    ) -> Result<(), Denied> {
        let rules = rules(client.metadata());
        match self.verify_by_client(client, assertion.token(), rules, network, now).await {
            Ok(_) => Ok(()),
            Err(Unverified::Fault(fault)) => Err(Denied::Fault(fault)),
            Err(Unverified::NoKeys) => Err(Denied::Refused(no_keys())),
            Err(Unverified::Refused(refusal)) => {
                let client_id = client.client_id().as_str();
                tracing::debug!(client_id, %refusal, "a client assertion was refused");
                Err(Denied::Refused(failed()))
            }
        }
    }

    /// An assertion counts once, on all nodes
    /// ([RFC 7523 section 3](https://www.rfc-editor.org/rfc/rfc7523#section-3), rule 7). It was
    /// verified before: nothing is kept for callers who only pretend to be a client.
    async fn use_assertion(
        &self,
        client: &Client,
        assertion: &ClientAssertion,
        Credentials { network, now, .. }: Credentials<'_>,
    ) -> Result<(), Denied> {
        self.admit_proof(client, network, now)?;
        let (key, until) = (assertion.use_key(), assertion.used_until());
        if self.store.use_once(&key, until, now).await? {
            Ok(())
        } else {
            Err(Denied::Refused(failed()))
        }
    }

    /// [RFC 8705 section 2.2](https://www.rfc-editor.org/rfc/rfc8705#section-2.2)
    async fn find_certificate(
        &self,
        client: &Client,
        certificate: &Certificate,
        Credentials { network, now, .. }: Credentials<'_>,
    ) -> Result<(), Denied> {
        let keys = self.client_keys(client, Need::Any, network, now).await?;
        let keys = keys.ok_or_else(|| Denied::Refused(no_keys()))?;
        if keys.names_certificate(certificate) {
            return Ok(());
        }
        let newer = self.client_keys(client, Need::Newer, network, now).await?;
        match newer.is_some_and(|newer| newer.names_certificate(certificate)) {
            true => Ok(()),
            false => Err(Denied::Refused(failed())),
        }
    }
}
