//! Request objects: found, verified with the client's keys, and read.

use std::borrow::Cow;

use crate::jose::signed_token::SignedToken;
use crate::oauth::client::Client;
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::parameters::Parameters;
use crate::oauth::request_object::{self, Form, invalid};
use crate::provider::Provider;
use crate::provider::client_keys::Unverified;

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
    /// an object where the client must sign.
    pub(crate) async fn unpacked(
        &self,
        client: &Client,
        given: &Parameters,
    ) -> Result<Parameters, Error> {
        let object = match request_object::form(given)? {
            Form::Plain if client.requires_signed_requests() => {
                return Err(Error::invalid_request(
                    "request is missing; this client must sign its requests",
                ));
            }
            Form::Plain => return Ok(given.clone()),
            Form::Value(object) => Cow::Borrowed(object),
            Form::Reference(uri) => Cow::Owned(self.fetched(client, uri).await?),
        };
        let token = SignedToken::parse(&object).map_err(invalid)?;
        let algorithms = request_object::algorithms(client);
        let rules = request_object::rules(&algorithms);
        let claims = self.verified_by_client(client, &token, rules).await;
        let claims = claims.map_err(|fault| match fault {
            Unverified::Refused(refusal) => invalid(refusal),
            Unverified::NoKeys => invalid("the client has no keys, or they cannot be fetched"),
        })?;
        request_object::parameters(claims, client, &self.issuer, self.clock.now())
    }

    /// The object at an address of the client's own
    /// ([RFC 9101 section 5.2.3](https://www.rfc-editor.org/rfc/rfc9101#section-5.2.3)). That it
    /// cannot be had is the client's fault: it says where it keeps it.
    async fn fetched(&self, client: &Client, request_uri: &str) -> Result<String, Error> {
        let address = request_object::address(request_uri, client)?;
        let answer = self.fetch.get(&address, ACCEPT, LARGEST).await.map_err(|fault| {
            let client_id = client.client_id().as_str();
            tracing::debug!(client_id, %fault, "a request object was not fetched");
            refused()
        })?;
        let text = String::from_utf8(answer.body).ok().filter(|_| answer.status == 200);
        text.map(|text| text.trim().to_owned()).ok_or_else(refused)
    }
}

fn refused() -> Error {
    Error::new(ErrorCode::InvalidRequestUri, "the request object cannot be fetched")
}
