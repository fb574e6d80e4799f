//! How a client proves who it is: [RFC 6749 section 2.3](https://www.rfc-editor.org/rfc/rfc6749#section-2.3),
//! [RFC 7523 section 2.2](https://www.rfc-editor.org/rfc/rfc7523#section-2.2) and
//! [RFC 8705 section 2](https://www.rfc-editor.org/rfc/rfc8705#section-2).
//!
//! What is wrong with a request as it stands is said plainly. Whatever depends on the client has
//! one answer, the same for a client that is not known.

mod assertion;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::clock::Timestamp;
use crate::oauth::bearer::credentials;
use crate::oauth::client::{Client, ClientId};
use crate::oauth::client_metadata::TokenEndpointAuthMethod;
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::mutual_tls::{self, Certificate};
use crate::oauth::parameters::{Parameters, decode};
use crate::secret::{ClientSecret, Secret};

pub use assertion::{Audiences, ClientAssertion, JWT_BEARER, rules};

/// All of a request that may say and prove which client it is from.
#[derive(Clone, Copy, Debug)]
pub struct Credentials<'a> {
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    /// The form.
    pub form: &'a Parameters,
    /// The certificate of the connection.
    pub certificate: Option<&'a mutual_tls::Presented>,
    /// The network that it comes from, as what strangers cost is counted.
    pub network: &'a str,
    /// The id of the request.
    pub request_id: &'a str,
    /// When it was made.
    pub now: Timestamp,
}

/// The credentials of a request, by the one method it uses.
#[derive(Clone, Debug)]
pub struct Presented {
    /// Who the request says it is from: one name, or the two readings of one.
    client_ids: Vec<ClientId>,
    proof: Proof,
}

#[derive(Clone)]
enum Proof {
    /// Sent by Basic or in the form: one secret, or the two readings of one.
    Secret(TokenEndpointAuthMethod, Vec<Secret<ClientSecret>>),
    Assertion(Box<ClientAssertion>),
    /// A name: a public client, or one that the certificate of the connection proves.
    Name,
}

/// What is left to do with credentials that fit the client.
#[derive(Clone, Copy, Debug)]
pub enum Next<'a> {
    /// Nothing: it is proven.
    Proven,
    /// Verify the assertion with the client's keys, by [`rules`], and mark it as used.
    VerifyByKeys(&'a ClientAssertion),
    /// Verify the assertion with the secret that the client shares, and mark it as used.
    VerifyBySecret(&'a ClientAssertion),
    /// See whether the client's keys name this certificate
    /// ([RFC 8705 section 2.2](https://www.rfc-editor.org/rfc/rfc8705#section-2.2)).
    FindCertificate(&'a Certificate),
}

impl Presented {
    /// Finds the credentials in the `Authorization` header or in the form, and checks of an
    /// assertion what can be checked without knowing the client.
    ///
    /// # Errors
    /// `invalid_request` for two methods or two clients at once, `invalid_client` for credentials
    /// that are missing, cannot be read or are not for us.
    pub fn parse(
        credentials: Credentials<'_>,
        audiences: &Audiences,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let Credentials { authorization, form, .. } = credentials;
        let assertion = assertion_of(form)?;
        let ways = [authorization, assertion, form.get("client_secret")];
        if ways.into_iter().flatten().count() > 1 {
            return Err(Error::invalid_request("the client authenticates in two ways at once"));
        }
        match (authorization, assertion) {
            (Some(value), _) => Self::basic(value)?.also_named(form).ok_or_else(|| {
                Error::invalid_request(
                    "client_id in the form is not that of the Authorization header",
                )
            }),
            (None, Some(text)) => {
                let assertion = ClientAssertion::parse(text, audiences, now)?;
                let client_ids = vec![assertion.client_id().clone()];
                Self { client_ids, proof: Proof::Assertion(Box::new(assertion)) }
                    .also_named(form)
                    .ok_or_else(|| {
                        invalid_client("client_id in the form is not that of the client assertion")
                    })
            }
            (None, None) => Self::posted(form),
        }
    }

    /// [RFC 6749 section 2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1): name and
    /// secret are form-encoded, then joined, then base64-encoded. Many clients leave the first step
    /// out, as [RFC 7617](https://www.rfc-editor.org/rfc/rfc7617) does, which matters where there
    /// is a `+` or a `%`; so both readings count.
    fn basic(authorization: &str) -> Result<Self, Error> {
        let unreadable = || invalid_client("the Authorization header is not valid HTTP Basic");
        let encoded = credentials(authorization, "Basic").ok_or_else(unreadable)?;
        let joined = STANDARD.decode(encoded).map_err(|_| unreadable())?;
        let colon = joined.iter().position(|byte| *byte == b':').ok_or_else(unreadable)?;
        let names = readings(&joined[..colon]);
        let secrets = readings(&joined[colon + 1..]);
        if names.is_empty() || secrets.is_empty() {
            return Err(unreadable());
        }
        let client_ids: Vec<_> = names.iter().filter_map(|name| ClientId::parse(name)).collect();
        if client_ids.is_empty() {
            return Err(failed());
        }
        let method = TokenEndpointAuthMethod::ClientSecretBasic;
        let secrets = secrets.into_iter().map(Secret::new).collect();
        Ok(Self { client_ids, proof: Proof::Secret(method, secrets) })
    }

    fn posted(form: &Parameters) -> Result<Self, Error> {
        let client_id = form
            .get("client_id")
            .ok_or_else(|| invalid_client("the client does not say who it is"))?;
        let method = TokenEndpointAuthMethod::ClientSecretPost;
        Ok(Self {
            client_ids: vec![ClientId::parse(client_id).ok_or_else(failed)?],
            proof: form.get("client_secret").map_or(Proof::Name, |secret| {
                Proof::Secret(method, vec![Secret::new(secret.to_owned())])
            }),
        })
    }

    /// The same, unless the form names another client.
    fn also_named(self, form: &Parameters) -> Option<Self> {
        let is_named = |named: &str| self.client_ids.iter().any(|own| own.as_str() == named);
        form.get("client_id").is_none_or(is_named).then_some(self)
    }

    /// Who the request says it is from: the first of these names that a client has.
    #[must_use]
    pub fn client_ids(&self) -> &[ClientId] {
        &self.client_ids
    }

    /// Whether the credentials fit the method that `client` has registered, and what is left to
    /// verify. `None` stands for a client that is not known: the same error.
    ///
    /// # Errors
    /// `invalid_client`.
    pub fn next<'a>(
        &'a self,
        client: Option<&Client>,
        certificate: Option<&'a mutual_tls::Presented>,
    ) -> Result<Next<'a>, Error> {
        use TokenEndpointAuthMethod as Method;

        let digests: Vec<_> = match &self.proof {
            Proof::Secret(_, secrets) => secrets.iter().map(Secret::digest).collect(),
            _ => Vec::new(),
        };
        let is_named = |client: &&Client| self.client_ids.contains(client.client_id());
        let Some(client) = client.filter(is_named) else {
            return Err(failed());
        };
        // Digests are compared in constant time, and each of them.
        let own = client.secret();
        let is_secret = digests.iter().fold(false, |found, shown| found | (Some(shown) == own));
        match (&self.proof, client.metadata().token_endpoint_auth_method, certificate) {
            (Proof::Secret(method, _), registered, _) if *method == registered && is_secret => {
                Ok(Next::Proven)
            }
            (Proof::Assertion(assertion), registered, _)
                if assertion.method() == registered && assertion.is_allowed(client) =>
            {
                Ok(match registered {
                    Method::ClientSecretJwt => Next::VerifyBySecret(assertion),
                    _ => Next::VerifyByKeys(assertion),
                })
            }
            (Proof::Name, Method::None, _) => Ok(Next::Proven),
            (Proof::Name, Method::TlsClientAuth, Some(presented))
                if mutual_tls::is_named(client.metadata(), presented) =>
            {
                Ok(Next::Proven)
            }
            (Proof::Name, Method::SelfSignedTlsClientAuth, Some(presented)) => {
                Ok(Next::FindCertificate(&presented.certificate))
            }
            _ => Err(failed()),
        }
    }
}

/// What a name or secret in HTTP Basic may stand for: form-decoded, and as it is.
fn readings(sent: &[u8]) -> Vec<String> {
    let mut readings: Vec<String> = decode(sent).into_iter().collect();
    let plain = std::str::from_utf8(sent).ok().filter(|plain| !plain.contains('\0'));
    readings
        .extend(plain.filter(|plain| readings.iter().all(|own| own != plain)).map(str::to_owned));
    readings
}

impl fmt::Debug for Proof {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Secret(..) => "a secret",
            Self::Assertion(_) => "an assertion",
            Self::Name => "a name",
        })
    }
}

/// [RFC 7521 section 4.2](https://www.rfc-editor.org/rfc/rfc7521#section-4.2)
fn assertion_of(form: &Parameters) -> Result<Option<&str>, Error> {
    match (form.get("client_assertion_type"), form.get("client_assertion")) {
        (None, None) => Ok(None),
        (Some(JWT_BEARER), Some(assertion)) => Ok(Some(assertion)),
        (Some(_), Some(_)) => Err(invalid_client("client_assertion_type must be jwt-bearer")),
        _ => Err(Error::invalid_request(
            "client_assertion and client_assertion_type belong together",
        )),
    }
}

/// What to answer when the proof does not hold, or there is no such client.
#[must_use]
pub fn failed() -> Error {
    invalid_client(
        "the client is not known, its secret, assertion or certificate does not prove it, or it \
         has registered another token_endpoint_auth_method",
    )
}

/// What to answer while the key set of a client cannot be read from its `jwks_uri`: that is up to
/// the client.
#[must_use]
pub fn no_keys() -> Error {
    invalid_client("the key set of the client could not be fetched from its jwks_uri")
}

fn invalid_client(description: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorCode::InvalidClient, description)
}
