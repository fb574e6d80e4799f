//! The keys of clients: registered, or fetched from where a client keeps them.

use std::sync::Arc;

use serde_json::{Map, Value};
use url::Url;

use crate::clock::Timestamp;
use crate::fetch::{self, Purpose};
use crate::jose::jwks::{LONGEST, PublicKeys};
use crate::jose::signed_token::{Refusal, Rules, SignedToken};
use crate::oauth::client::Client;
use crate::oauth::client::keys::{KeySource, Known, Need, Step, next};
use crate::provider::intake::is_strangers;
use crate::provider::{Fault, Provider};

/// The media types of a key set
/// ([RFC 7517 section 8.5.2](https://www.rfc-editor.org/rfc/rfc7517#section-8.5.2)).
const KEY_SET: &str = "application/jwk-set+json, application/json";

/// Why a token is not known to be signed by a client.
#[derive(Debug)]
pub(crate) enum Unverified {
    /// The rules or the signature do not hold.
    Refused(Refusal),
    /// The client has no key set, or it cannot be fetched: the client's own fault.
    NoKeys,
    /// The provider cannot say.
    Fault(Fault),
}

impl From<Fault> for Unverified {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Provider {
    /// The claims of a token that the client has signed. When no key fits, a newer key set is
    /// asked for, as a client that changes its keys needs it.
    pub(crate) async fn verify_by_client<'a>(
        &self,
        client: &Client,
        token: &'a SignedToken,
        rules: Rules<'_>,
        network: &str,
        now: Timestamp,
    ) -> Result<&'a Map<String, Value>, Unverified> {
        let keys = self.client_keys(client, Need::Any, network, now).await?;
        let keys = keys.ok_or(Unverified::NoKeys)?;
        let refusal = match token.verify(&keys, rules) {
            Ok(claims) => return Ok(claims),
            Err(refusal) => refusal,
        };
        if refusal == Refusal::NoKey
            && let Some(newer) = self.client_keys(client, Need::Newer, network, now).await?
            && !Arc::ptr_eq(&keys, &newer)
        {
            return token.verify(&newer, rules).map_err(Unverified::Refused);
        }
        Err(Unverified::Refused(refusal))
    }

    /// The key set of a client. `None` when it has none, or none can be had. It is fetched for a
    /// network that may begin something, and never more often than [`next`] says.
    ///
    /// # Errors
    /// When its server cannot be asked now, or not for this network.
    pub(crate) async fn client_keys(
        &self,
        client: &Client,
        need: Need,
        network: &str,
        now: Timestamp,
    ) -> Result<Option<Arc<PublicKeys>>, Fault> {
        let metadata = client.metadata();
        let place = self.store.client_keys(client.client_id().as_str());
        let step = || next(place.known().as_ref(), metadata, need, now);
        if let Some(settled) = settle(step()) {
            return settled;
        }
        // One fetches; the others wait for it and look again.
        let _fetching = place.fetching.lock().await;
        if let Some(settled) = settle(step()) {
            return settled;
        }
        let Some(source) = KeySource::of(metadata) else { return Ok(None) };
        let read = match &source {
            KeySource::Registered(jwks) => Ok(PublicKeys::from_value(jwks).ok()),
            KeySource::At(uri) => {
                self.admit_fetch(client, network, now)?;
                let purpose = match is_strangers(client) {
                    true => Purpose::KeysOfStrangers,
                    false => Purpose::Keys,
                };
                self.fetch_keys(client, uri, purpose).await
            }
        };
        place.learn(match read {
            Ok(Some(keys)) => Known::read(source, Arc::new(keys), now),
            Ok(None) => Known::failed(source, place.known(), now),
            Err(Busy) => Known::busy(source, place.known(), now),
        });
        settle(step()).unwrap_or(Ok(None))
    }

    async fn fetch_keys(
        &self,
        client: &Client,
        uri: &str,
        purpose: Purpose,
    ) -> Result<Option<PublicKeys>, Busy> {
        let client_id = client.client_id().as_str();
        let Ok(url) = Url::parse(uri) else { return Ok(None) };
        let fetched = match self.fetch.get(purpose, &url, KEY_SET, LONGEST).await {
            Ok(fetched) => fetched,
            Err(error) => {
                tracing::warn!(client_id, %error, "the key set of a client was not fetched");
                return if error == fetch::Error::Busy { Err(Busy) } else { Ok(None) };
            }
        };
        let status = fetched.status;
        if status != 200 {
            tracing::warn!(client_id, status, "the key set of a client was not fetched");
            return Ok(None);
        }
        let keys = PublicKeys::parse(&fetched.body).inspect_err(|error| {
            tracing::warn!(client_id, %error, "the key set of a client cannot be used");
        });
        Ok(keys.ok())
    }
}

/// The attempt could not be made.
struct Busy;

/// What a step says, if it says something already.
fn settle(step: Step) -> Option<Result<Option<Arc<PublicKeys>>, Fault>> {
    match step {
        Step::Use(keys) => Some(Ok(Some(keys))),
        Step::GiveUp => Some(Ok(None)),
        Step::Later => Some(Err(Fault::Busy)),
        Step::Read => None,
    }
}
