//! What a stranger registers, at the registration endpoint
//! ([RFC 7591](https://www.rfc-editor.org/rfc/rfc7591),
//! [OpenID Connect Dynamic Client Registration](https://openid.net/specs/openid-connect-registration-1_0.html)).
//!
//! It has to satisfy all that every client must, and the terms below; and it may set the members of
//! the standards alone. Our own members are the operator's.

mod document;
mod members;
mod secret;
mod terms;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use crate::jose::Algorithm;
use crate::oauth::client::{Client, ClientId};
use crate::oauth::client_metadata::{ClientMetadata, TokenEndpointAuthMethod};
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::scope::Scope;
use crate::secret::{ClientSecret, Secret};

pub use document::Issued;
pub use terms::sector;

/// What the operator grants to strangers.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The least class of login for their users.
    pub required_acr: Option<String>,
    /// Whether those that authenticate must use PKCE, too.
    pub require_pkce: bool,
    /// Whether they may have tokens from the authorization endpoint.
    pub front_channel_tokens: bool,
    /// Whether there is a listener for client certificates.
    pub certificates: bool,
    /// Whether they may keep what we call on this machine, by http.
    pub this_machine: bool,
    /// The algorithms of our signing keys.
    pub algorithms: Vec<Algorithm>,
    /// The scope of this provider.
    pub scope: Scope,
}

/// A registration request, read but not yet judged.
#[derive(Clone, Debug)]
pub struct Submitted(Map<String, Value>);

impl Submitted {
    /// Reads a request. A member that is null is as good as left out
    /// ([RFC 7592 section 2.2](https://www.rfc-editor.org/rfc/rfc7592#section-2.2)).
    ///
    /// # Errors
    /// `invalid_client_metadata` when it is no JSON object, `unapproved_software_statement` for a
    /// statement, signed by anyone.
    pub fn parse(body: &[u8]) -> Result<Self, Error> {
        let Ok(mut members) = serde_json::from_slice::<Map<String, Value>>(body) else {
            return Err(Error::invalid_client_metadata("the body must be a JSON object"));
        };
        members.retain(|_, value| !value.is_null());
        if members.contains_key("software_statement") {
            return Err(Error::new(
                ErrorCode::UnapprovedSoftwareStatement,
                "this provider takes no software statements",
            ));
        }
        Ok(Self(members))
    }

    /// Whether a change of a registration is of that client, and holds nothing that only our
    /// answers hold ([RFC 7592 section 2.2](https://www.rfc-editor.org/rfc/rfc7592#section-2.2)).
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn is_of(&self, client: &Client) -> Result<(), Error> {
        if self.text("client_id") != Some(client.client_id().as_str()) {
            return Err(Error::invalid_request("client_id must be that of the registration"));
        }
        let ours = [
            "registration_access_token",
            "registration_client_uri",
            "client_secret_expires_at",
            "client_id_issued_at",
        ];
        if let Some(member) = ours.into_iter().find(|member| self.0.contains_key(*member)) {
            return Err(Error::invalid_request(format!("{member} must not be sent back")));
        }
        Ok(())
    }

    /// The secret that came along: a client may say its own, and cannot choose another.
    ///
    /// # Errors
    /// `invalid_client_metadata` when it is no text.
    pub fn secret(&self) -> Result<Option<Secret<ClientSecret>>, Error> {
        match self.0.get("client_secret") {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(Secret::new(text.clone()))),
            Some(_) => Err(other_secret()),
        }
    }

    /// Makes a client of that name. It gets the secret if its method uses one.
    ///
    /// # Errors
    /// `invalid_redirect_uri` or `invalid_client_metadata`, naming the member at fault
    /// ([RFC 7591 section 3.2.2](https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2)).
    pub fn client(
        &self,
        client_id: &ClientId,
        secret: &Secret<ClientSecret>,
        terms: &Terms,
    ) -> Result<Client, Error> {
        let mut metadata = members::read(&self.0, client_id)?;
        let method = metadata.token_endpoint_auth_method;
        metadata.client_secret = method.uses_secret().then(|| secret.clone());
        metadata.first_party = false;
        metadata.required_acr.clone_from(&terms.required_acr);
        metadata.require_pkce = terms.require_pkce || method == TokenEndpointAuthMethod::None;
        metadata.scope = metadata.scope.narrow(&terms.scope);
        terms::check(&metadata, terms)?;
        Ok(Client::register(metadata, &terms.scope)?.as_self_registered())
    }

    fn text(&self, member: &str) -> Option<&str> {
        self.0.get(member)?.as_str()
    }
}

/// What to answer to a secret that is not the client's
/// ([RFC 7592 section 2.2](https://www.rfc-editor.org/rfc/rfc7592#section-2.2)).
#[must_use]
pub fn other_secret() -> Error {
    Error::invalid_client_metadata(
        "client_secret is not that of the client, which cannot choose it",
    )
}

/// A check of metadata against the operator's terms.
type Check = fn(&ClientMetadata, &Terms) -> Result<(), Error>;
