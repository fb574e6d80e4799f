//! The authorization request with all that is known of it: what OAuth says, what OpenID Connect
//! adds, and what it demands of the login.

pub(super) mod pushed_authorization;
mod request_object;

use crate::account::assurance::{Class, Demand};
use crate::account::factor::Proofs;
use crate::account::interaction::Interaction;
use crate::clock::Timestamp;
use crate::oauth::authorization_request::{self, AuthorizationRequest, Refusal};
use crate::oauth::authorization_response::Destination;
use crate::oauth::client::Client;
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::parameters::Parameters;
use crate::oauth::pushed_authorization::handle;
use crate::oidc::claims::request::{AcrWish, ClaimsRequest};
use crate::oidc::id_token_hint::Hint;
use crate::oidc::prompt::Prompt;
use crate::provider::client::client_authentication::Denied;
use crate::provider::request::pushed_authorization::stored;
use crate::provider::visitor::Visitor;
use crate::provider::{Fault, Provider};
use crate::secret::{Digest, PushedRequest};

/// A request that passed every check, with what it asks of the login.
#[derive(Clone, Debug)]
pub struct Request {
    pub(crate) client: Client,
    pub(crate) authorization: AuthorizationRequest,
    pub(crate) destination: Destination,
    pub(crate) prompt: Prompt,
    pub(crate) demand: Demand,
    /// The claims that were asked for one by one and that the client may have.
    pub(crate) claims: ClaimsRequest,
    /// Whom the client expects to log in.
    pub(crate) hint: Option<Hint>,
    /// What all this was read from: the parameters that count, wherever they stood.
    pub(crate) parameters: Parameters,
    /// The reference it came by.
    pub(crate) pushed: Option<Digest<PushedRequest>>,
}

impl Request {
    /// Whether the client takes a login of this subject: by `id_token_hint`, or by the claim `sub`.
    pub(crate) fn accepts(&self, subject: &str) -> bool {
        self.hint.as_ref().is_none_or(|hint| hint.sub == subject)
            && self.claims.accepts_subject(subject)
    }

    /// Whether the password of a login is older at a time than the client takes: `max_age`
    /// ([OpenID Connect Core section 3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)).
    pub(crate) fn is_too_old(&self, proofs: &Proofs, at: Timestamp) -> bool {
        let age = at.since(proofs.authenticated_at()).max(0).unsigned_abs();
        self.authorization.max_age.is_some_and(|max_age| max_age == 0 || age > max_age)
    }
}

impl Provider {
    /// Checks a request at its arrival: opens a reference, reads an object, and then asks all that
    /// is asked of any request.
    pub(crate) async fn resolve_request(
        &self,
        outer: &Parameters,
        visitor: &Visitor,
    ) -> Result<Result<Request, Refusal>, Fault> {
        let client = match self.client_of(outer).await? {
            Ok(client) => client,
            Err(error) => return Ok(Err(Refusal::Page(error))),
        };
        if let Some(handle) = outer.get("request_uri").and_then(handle) {
            // What stands beside the reference is not looked at (RFC 9126 section 4).
            let digest = handle.digest();
            return Ok(match self.find_pushed_request(&client, &digest, visitor.now).await? {
                Ok(parameters) => self.check_request(client, &parameters, Some(digest)),
                Err(error) => Err(Refusal::Page(error)),
            });
        }
        let parameters = if self.demands_pushed_requests(&client) {
            let why = "this client must push its requests to the PAR endpoint";
            Err(Denied::Refused(Error::invalid_request(why)))
        } else {
            self.resolve_request_object(&client, outer, &visitor.network, visitor.now).await
        };
        Ok(match parameters {
            Ok(parameters) => self.check_request(client, &parameters, None),
            Err(Denied::Refused(error)) => {
                Err(AuthorizationRequest::refusal(outer, &client, &self.issuer, error))
            }
            Err(Denied::Fault(fault)) => return Err(fault),
        })
    }

    /// Checks the request of an interaction again, as it was resolved at its arrival.
    pub(crate) async fn restore_request(
        &self,
        interaction: &Interaction,
    ) -> Result<Result<Request, Refusal>, Fault> {
        let parameters = stored(&interaction.request)?;
        Ok(match self.client_of(&parameters).await? {
            Ok(client) => {
                self.check_request(client, &parameters, interaction.pushed_request.clone())
            }
            Err(error) => Err(Refusal::Page(error)),
        })
    }

    async fn client_of(&self, parameters: &Parameters) -> Result<Result<Client, Error>, Fault> {
        let id = match AuthorizationRequest::client_id(parameters) {
            Ok(id) => id,
            Err(error) => return Ok(Err(error)),
        };
        let client = self.client(id.as_str()).await?;
        Ok(client.ok_or_else(authorization_request::unknown_client))
    }

    /// Checks the parameters of a request, wherever they stood. Those that do not count are
    /// dropped first: what is read here is what may be stored.
    pub(crate) fn check_request(
        &self,
        client: Client,
        parameters: &Parameters,
        pushed: Option<Digest<PushedRequest>>,
    ) -> Result<Request, Refusal> {
        let parameters = AuthorizationRequest::counting(parameters);
        let authorization = AuthorizationRequest::parse(
            &parameters,
            &client,
            &self.issuer,
            self.settings.response_types,
        )?;
        let to = authorization.destination(&client, &self.issuer);
        let request = self.read_openid_request(client, authorization, &to);
        let request = request.map_err(|error| Refusal::Redirect { to: Box::new(to), error })?;
        Ok(Request { parameters, pushed, ..request })
    }

    /// What OpenID Connect adds to the request.
    fn read_openid_request(
        &self,
        client: Client,
        authorization: AuthorizationRequest,
        destination: &Destination,
    ) -> Result<Request, Error> {
        let prompt = Prompt::parse(authorization.prompt.as_deref())?;
        let claims =
            ClaimsRequest::parse(authorization.claims.as_deref())?.narrow(&client.metadata().scope);
        let hint = authorization.id_token_hint.as_deref();
        let hint = hint.map(|hint| Hint::verify(hint, &self.keys.current(), &self.issuer));
        let hint = hint.transpose().map_err(|_| {
            Error::invalid_request("id_token_hint is not an ID token of this provider")
        })?;
        let demand = self.demand(&client, &authorization, &claims)?;
        Ok(Request {
            client,
            authorization,
            destination: destination.clone(),
            prompt,
            demand,
            claims,
            hint,
            parameters: Parameters::default(),
            pushed: None,
        })
    }

    /// What is asked of the login.
    fn demand(
        &self,
        client: &Client,
        authorization: &AuthorizationRequest,
        claims: &ClaimsRequest,
    ) -> Result<Demand, Error> {
        let metadata = client.metadata();
        let asked = authorization.acr_values.as_deref().unwrap_or_default();
        let mut preferred: Vec<_> = asked.split_whitespace().map(str::to_owned).collect();
        let essential = match claims.acr() {
            // When the request does not say, the client's default does (OpenID Connect Dynamic
            // Client Registration section 2).
            AcrWish::Any if preferred.is_empty() => {
                preferred.clone_from(&metadata.default_acr_values);
                None
            }
            AcrWish::Any => None,
            AcrWish::Preferred(values) => {
                preferred.extend(values);
                None
            }
            AcrWish::Demanded(values) => Some(values),
        };
        let minimum = Class::required(metadata.required_acr.as_deref());
        let preferred = preferred.iter().map(String::as_str);
        let demand = Demand::new(&self.issuer, minimum, preferred, essential.as_deref());
        demand.map_err(|_| {
            Error::new(
                ErrorCode::UnmetAuthenticationRequirements,
                "none of the essential acr values can be reached by this client",
            )
        })
    }
}
