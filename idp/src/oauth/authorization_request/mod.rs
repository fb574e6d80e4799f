//! The authorization request, [RFC 6749 section 4.1.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1)
//! with the parameters of [OpenID Connect Core section 3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest).

mod check;
#[cfg(test)]
mod tests;
mod thumbprint;

use crate::oauth::authorization_response::Destination;
use crate::oauth::client::{Client, ClientId};
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::parameters::Parameters;
use crate::oauth::pkce::CodeChallenge;
use crate::oauth::redirect_uri::Registered;
use crate::oauth::response_mode::ResponseMode;
use crate::oauth::response_type::{Offered, ResponseType};
use crate::oauth::scope::Scope;

pub use thumbprint::Thumbprint;

/// A request that passed every check of [`AuthorizationRequest::parse`]. While the user logs in its
/// parameters wait in the store, and every check is made again when they are read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationRequest {
    /// Who asks.
    pub client_id: ClientId,
    /// Where the answer goes.
    pub redirect_uri: Registered,
    /// What it asks for in return.
    pub response_type: ResponseType,
    /// How it travels.
    pub response_mode: ResponseMode,
    /// What is asked for, without what the client may not have.
    pub scope: Scope,
    /// Returned as it came.
    pub state: Option<String>,
    /// Goes into the ID token.
    pub nonce: Option<String>,
    /// What the code's redemption must prove.
    pub code_challenge: Option<CodeChallenge>,
    /// How old the login may be, in seconds: what was asked, else the client's default.
    pub max_age: Option<u64>,
    /// As it came; its meaning is OpenID Connect's.
    pub prompt: Option<String>,
    /// As it came.
    pub login_hint: Option<String>,
    /// As it came.
    pub ui_locales: Option<String>,
    /// As it came.
    pub acr_values: Option<String>,
    /// As it came: JSON.
    pub claims: Option<String>,
    /// As it came: a signed token, not yet verified.
    pub id_token_hint: Option<String>,
    /// The resources it wants access to
    /// ([RFC 8707 section 2.1](https://www.rfc-editor.org/rfc/rfc8707#section-2.1)).
    pub resources: Vec<String>,
    /// The key the code is bound to.
    pub dpop_jkt: Option<Thumbprint>,
}

/// Where the refusal of an authorization request may be shown. As long as the redirect URI is not
/// known to be the client's own, only a page of our own will do
/// ([RFC 6749 section 4.1.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// An error page, for the person in front of the browser.
    Page(Error),
    /// An error response, for the client.
    Redirect {
        /// Where it goes.
        to: Box<Destination>,
        /// What it says.
        error: Error,
    },
}

impl Refusal {
    /// What it says, wherever it goes.
    #[must_use]
    pub fn into_error(self) -> Error {
        match self {
            Self::Page(error) | Self::Redirect { error, .. } => error,
        }
    }
}

impl AuthorizationRequest {
    /// The longest request, in bytes as it is stored: encoded, and without what nobody reads.
    pub const LONGEST: usize = 8 * 1024;

    /// The longest value of each parameter, in bytes: more than any client needs, since anyone who has
    /// a browser can begin a request, and each is stored. `resource` must be a registered one.
    pub const LONGEST_VALUES: [(&str, usize); 15] = [
        ("redirect_uri", 2_048),
        ("response_type", 64),
        ("response_mode", 64),
        ("scope", 1_024),
        ("state", 2_048),
        ("nonce", 512),
        ("code_challenge", 128),
        ("code_challenge_method", 64),
        ("max_age", 32),
        ("prompt", 128),
        ("login_hint", 512),
        ("ui_locales", 256),
        ("acr_values", 1_024),
        ("claims", 4_096),
        ("id_token_hint", 4_096),
    ];

    /// The parameters that a request is read from. All others are ignored
    /// ([RFC 6749 section 3.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1)), and never
    /// stored: a stranger chooses them, and some are secrets that were put here by mistake.
    const PARAMETERS: [&str; 19] = [
        "client_id",
        "redirect_uri",
        "response_type",
        "response_mode",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "max_age",
        "prompt",
        "login_hint",
        "ui_locales",
        "acr_values",
        "claims",
        "id_token_hint",
        "resource",
        "dpop_jkt",
        "registration",
    ];

    /// What of a request counts, wherever it stood: in the address, in a form or in an object.
    #[must_use]
    pub fn counting(parameters: &Parameters) -> Parameters {
        parameters.only(&Self::PARAMETERS)
    }

    /// Reads the client's name, so that the client can be loaded.
    ///
    /// # Errors
    /// `invalid_request` when it is missing, [`unknown_client`] when no client can have that name.
    pub fn client_id(parameters: &Parameters) -> Result<ClientId, Error> {
        let client_id = parameters
            .get("client_id")
            .ok_or_else(|| Error::invalid_request("client_id is missing"))?;
        ClientId::parse(client_id).ok_or_else(unknown_client)
    }

    /// Checks a request of `client`.
    ///
    /// # Errors
    /// A page as long as the redirect URI is in doubt, a redirect after that.
    pub fn parse(
        parameters: &Parameters,
        client: &Client,
        issuer: &str,
        offered: Offered,
    ) -> Result<Self, Refusal> {
        let redirect_uri = check::redirect_uri(parameters, client).map_err(Refusal::Page)?;
        Self::check_parameters(parameters, client, issuer, redirect_uri, offered)
            .map_err(|error| Self::refusal(parameters, client, issuer, error))
    }

    /// Where an error of this request goes: back to the client if the redirect URI of
    /// `parameters` is its own, else to a page.
    #[must_use]
    pub fn refusal(
        parameters: &Parameters,
        client: &Client,
        issuer: &str,
        error: Error,
    ) -> Refusal {
        let Ok(redirect_uri) = check::redirect_uri(parameters, client) else {
            return Refusal::Page(error);
        };
        let state = parameters.get("state").map(str::to_owned);
        // As the request asks, if that can be, else as if it had not asked.
        let mode = check::response_mode(parameters, client)
            .unwrap_or_else(|_| ResponseMode::default_for(parameters.get("response_type")));
        let to = Destination::new(client, redirect_uri, mode, state, issuer.to_owned());
        Refusal::Redirect { to: Box::new(to), error }
    }

    /// The table of checks that follow once the redirect URI is known, in this order.
    fn check_parameters(
        parameters: &Parameters,
        client: &Client,
        issuer: &str,
        redirect_uri: Registered,
        offered: Offered,
    ) -> Result<Self, Error> {
        check::unsupported(parameters)?;
        check::length(parameters)?;
        let response_type = ResponseType::parse(
            parameters.get("response_type"),
            &client.metadata().response_types,
            offered,
        )?;
        let response_mode = check::response_mode(parameters, client)?;
        let state = parameters.get("state").map(str::to_owned);
        let nonce = check::nonce(parameters, response_type)?;
        let max_age = check::max_age(parameters)?.or(client.metadata().default_max_age);
        let code_challenge = check::code_challenge(parameters, client, response_type)?;
        let scope = check::scope(parameters, client, &redirect_uri, response_type)?;

        let raw = |name| parameters.get(name).map(str::to_owned);
        Ok(Self {
            client_id: client.client_id().clone(),
            redirect_uri,
            response_type,
            response_mode,
            scope,
            state,
            nonce,
            code_challenge,
            max_age,
            prompt: raw("prompt"),
            login_hint: raw("login_hint"),
            ui_locales: raw("ui_locales"),
            acr_values: raw("acr_values"),
            claims: raw("claims"),
            id_token_hint: raw("id_token_hint"),
            resources: check::resources(parameters, client, issuer)?,
            dpop_jkt: check::dpop_jkt(parameters)?,
        })
    }

    /// Where the answer goes.
    #[must_use]
    pub fn destination(&self, client: &Client, issuer: &str) -> Destination {
        let (redirect_uri, state) = (self.redirect_uri.clone(), self.state.clone());
        Destination::new(client, redirect_uri, self.response_mode, state, issuer.to_owned())
    }
}

/// What to say on a page when no client has the `client_id` of a request.
#[must_use]
pub fn unknown_client() -> Error {
    Error::new(ErrorCode::InvalidClient, "no client is registered with this client_id")
}
