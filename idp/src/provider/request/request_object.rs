//! Request objects: found, verified with the client's keys, and read.

use std::borrow::Cow;

use url::Url;

use crate::clock::Timestamp;
use crate::fetch::{self, Purpose};
use crate::jose::signed_token::SignedToken;
use crate::oauth::client::Client;
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::parameters::Parameters;
use crate::oauth::request_object::{self, Form, invalid};
use crate::provider::client::client_authentication::Denied;
use crate::provider::client::client_keys::Unverified;
use crate::provider::intake::is_strangers;
use crate::provider::{Fault, Provider};
use crate::store::Unfetched;

/// The largest answer that can hold a request object, in bytes.
const LARGEST: usize = 20 * 1024;

/// What is asked for: the type of RFC 9101, or the general one that came before it.
const ACCEPT: &str = "application/oauth-authz-req+jwt, application/jwt";

impl Provider {
    /// The parameters of a request: those of its object if it has one, else itself
    /// ([RFC 9101 section 6.3](https://www.rfc-editor.org/rfc/rfc9101#section-6.3)).
    ///
    /// # Errors
    /// `invalid_request_object` or `invalid_request_uri`; `invalid_request` for a request without
    /// an object where the client must sign; or a fault, when its server cannot be asked now.
    pub(crate) async fn resolve_request_object(
        &self,
        client: &Client,
        given: &Parameters,
        network: &str,
        now: Timestamp,
    ) -> Result<Parameters, Denied> {
        let refused = Denied::Refused;
        let object = match request_object::form(given).map_err(refused)? {
            Form::Plain if client.requires_signed_requests() => {
                return Err(refused(Error::invalid_request(
                    "request is missing; this client must sign its requests",
                )));
            }
            Form::Plain => return Ok(given.clone()),
            Form::Value(object) => Cow::Borrowed(object),
            Form::Reference(uri) => {
                Cow::Owned(self.fetch_request_object(client, uri, network, now).await?)
            }
        };
        let token = SignedToken::parse(&object)
            .map_err(|refusal| refused(request_object::unreadable(refusal)))?;
        let algorithms = request_object::algorithms(client);
        let rules = request_object::rules(&algorithms);
        let claims = self.verify_by_client(client, &token, rules, network, now).await;
        let claims = claims.map_err(|fault| match fault {
            Unverified::Refused(refusal) => refused(invalid(refusal)),
            Unverified::NoKeys => {
                refused(invalid("the client has no keys, or they cannot be fetched"))
            }
            Unverified::Fault(fault) => Denied::Fault(fault),
        })?;
        request_object::parameters(claims, client, &self.issuer, now).map_err(refused)
    }

    /// The object at an address of the client's own
    /// ([RFC 9101 section 5.2.3](https://www.rfc-editor.org/rfc/rfc9101#section-5.2.3)), fetched for
    /// a network that may begin a login, and kept for a while: what follows the `#` tells versions
    /// apart ([OpenID Connect Core section 6.2](https://openid.net/specs/openid-connect-core-1_0.html#RequestUriParameter)).
    async fn fetch_request_object(
        &self,
        client: &Client,
        request_uri: &str,
        network: &str,
        now: Timestamp,
    ) -> Result<String, Denied> {
        let address = request_object::address(request_uri, client).map_err(Denied::Refused)?;
        let client_id = client.client_id().as_str();
        match self.store.request_object(client_id, request_uri, now) {
            Some(Ok(object)) => return Ok(object),
            Some(Err(Unfetched)) => return Err(refuse_fetch()),
            None => {}
        }
        self.admit_fetch(client, network, now)?;
        let fetched = self.fetch_from(client, &address).await;
        match &fetched {
            Ok(object) => self.store.keep_request_object(client_id, request_uri, Ok(object), now),
            Err(Denied::Refused(_)) => {
                self.store.keep_request_object(client_id, request_uri, Err(Unfetched), now);
            }
            Err(Denied::Fault(_)) => {}
        }
        fetched
    }

    /// That an object cannot be had is the client's fault: it says where it keeps it.
    async fn fetch_from(&self, client: &Client, address: &Url) -> Result<String, Denied> {
        let purpose = match is_strangers(client) {
            true => Purpose::DocumentsOfStrangers,
            false => Purpose::Documents,
        };
        let answer = self.fetch.get(purpose, address, ACCEPT, LARGEST).await;
        let answer = answer.map_err(|error| {
            let client_id = client.client_id().as_str();
            tracing::debug!(client_id, %error, "a request object was not fetched");
            match error {
                fetch::Error::Busy => Denied::Fault(Fault::Busy),
                _ => refuse_fetch(),
            }
        })?;
        let text = String::from_utf8(answer.body).ok().filter(|_| answer.status == 200);
        text.map(|text| text.trim().to_owned()).ok_or_else(refuse_fetch)
    }
}

fn refuse_fetch() -> Denied {
    let description = "the request object cannot be fetched";
    Denied::Refused(Error::new(ErrorCode::InvalidRequestUri, description))
}
