//! The rows of the table of checks that are no other file's.

use crate::oauth::authorization_request::{AuthorizationRequest, Thumbprint, unknown_client};
use crate::oauth::client::Client;
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::grant::negotiation_machine;
use crate::oauth::grant_type::GrantType;
use crate::oauth::parameters::Parameters;
use crate::oauth::pkce::CodeChallenge;
use crate::oauth::redirect_uri::Registered;
use crate::oauth::response_mode::ResponseMode;
use crate::oauth::response_type::ResponseType;
use crate::oauth::scope::Scope;

/// Always required, also of a client that has registered but one
/// ([OpenID Connect Core section 3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)).
pub(super) fn redirect_uri(parameters: &Parameters, client: &Client) -> Result<Registered, Error> {
    if parameters.get("client_id") != Some(client.client_id().as_str()) {
        return Err(unknown_client());
    }
    let requested = parameters
        .get("redirect_uri")
        .ok_or_else(|| Error::invalid_request("redirect_uri is missing"))?;
    Registered::matching(requested, client.metadata())
}

/// A parameter that would change the meaning of a request, and that this provider does not read
/// ([OpenID Connect Core section 3.1.2.6](https://openid.net/specs/openid-connect-core-1_0.html#AuthError)).
pub(super) fn unsupported(parameters: &Parameters) -> Result<(), Error> {
    if parameters.get("registration").is_none() {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::RegistrationNotSupported,
        "the parameter registration is not supported",
    ))
}

/// Anyone with a browser can begin a request, and each is stored.
pub(super) fn length(parameters: &Parameters) -> Result<(), Error> {
    let too_long = AuthorizationRequest::LONGEST_VALUES
        .iter()
        .find(|(name, longest)| parameters.get(name).is_some_and(|value| value.len() > *longest));
    if let Some((name, longest)) = too_long {
        return Err(Error::invalid_request(format!("{name} is longer than {longest} bytes")));
    }
    let longest = AuthorizationRequest::LONGEST;
    if AuthorizationRequest::counting(parameters).to_query().len() <= longest {
        return Ok(());
    }
    Err(Error::invalid_request(format!("the request is longer than {longest} bytes, encoded")))
}

/// [OAuth 2.0 Multiple Response Type Encoding Practices section 2.1](https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html#ResponseModes),
/// as far as the client takes it: a response that comes in a way it does not expect stays where
/// others may find it.
pub(super) fn response_mode(
    parameters: &Parameters,
    client: &Client,
) -> Result<ResponseMode, Error> {
    let (mode, kind) = (parameters.get("response_mode"), parameters.get("response_type"));
    let mode = ResponseMode::parse(mode, kind)?;
    let own = client.metadata().response_modes.as_ref();
    if own.is_none_or(|own| own.contains(&mode)) {
        return Ok(mode);
    }
    Err(Error::invalid_request("response_mode is not one that the client has registered"))
}

/// [OpenID Connect Core section 3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)
pub(super) fn max_age(parameters: &Parameters) -> Result<Option<u64>, Error> {
    let Some(max_age) = parameters.get("max_age") else {
        return Ok(None);
    };
    let digits = max_age.bytes().all(|byte| byte.is_ascii_digit());
    max_age
        .parse()
        .ok()
        .filter(|_| digits)
        .map(Some)
        .ok_or_else(|| Error::invalid_request("max_age must be a whole number of seconds"))
}

/// Required where an ID token comes from the authorization endpoint
/// ([OpenID Connect Core sections 3.2.2.1 and 3.3.2.11](https://openid.net/specs/openid-connect-core-1_0.html#ImplicitAuthRequest)).
pub(super) fn nonce(
    parameters: &Parameters,
    response_type: ResponseType,
) -> Result<Option<String>, Error> {
    let nonce = parameters.get("nonce").map(str::to_owned);
    if nonce.is_none() && response_type.has_id_token() {
        return Err(Error::invalid_request(
            "nonce is missing; a response_type with id_token needs it",
        ));
    }
    Ok(nonce)
}

/// Only a code can be bound to a challenge
/// ([RFC 7636 section 4.3](https://www.rfc-editor.org/rfc/rfc7636#section-4.3)).
pub(super) fn code_challenge(
    parameters: &Parameters,
    client: &Client,
    response_type: ResponseType,
) -> Result<Option<CodeChallenge>, Error> {
    if response_type.has_code() { CodeChallenge::requested(parameters, client) } else { Ok(None) }
}

/// [RFC 6749 section 3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3): what the client may
/// not have is left out, and so is offline access that cannot be or was not agreed to. Without
/// `openid` it is a request of plain OAuth, and leads to no ID token
/// ([OpenID Connect Core section 3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)).
pub(super) fn scope(
    parameters: &Parameters,
    client: &Client,
    redirect_uri: &Registered,
    response_type: ResponseType,
) -> Result<Scope, Error> {
    let negotiated = if response_type.has_code() {
        negotiation_machine::negotiate(parameters, client, redirect_uri)?
    } else {
        let requested: Scope = parameters.get("scope").unwrap_or_default().parse()?;
        requested.narrow(&client.metadata().scope)
    };
    let scope = if may_be_offline(parameters, client, response_type) {
        negotiated
    } else {
        negotiated.without(&[OFFLINE_ACCESS].into_iter().collect())
    };
    if scope.is_empty() || (response_type.has_id_token() && !scope.contains("openid")) {
        return Err(Error::new(
            ErrorCode::InvalidScope,
            "scope must contain something that the client may have, and openid for an ID token",
        ));
    }
    Ok(scope)
}

/// The scope of access that outlives its session.
const OFFLINE_ACCESS: &str = "offline_access";

/// Whether `offline_access` counts
/// ([OpenID Connect Core section 11](https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess)):
/// there must be a code and a grant to use it by, and the user is asked, unless the client belongs
/// to the house.
fn may_be_offline(parameters: &Parameters, client: &Client, response_type: ResponseType) -> bool {
    let prompts = parameters.get("prompt").unwrap_or_default();
    let asks = prompts.split_whitespace().any(|prompt| prompt == "consent");
    client.may_use(GrantType::RefreshToken)
        && response_type.has_code()
        && (asks || client.metadata().first_party)
}

/// Each must be one the client has registered, which says that it is an absolute URI
/// ([RFC 8707 section 2](https://www.rfc-editor.org/rfc/rfc8707#section-2)), or the issuer: who
/// asks for other resources may want UserInfo, too.
pub(super) fn resources(
    parameters: &Parameters,
    client: &Client,
    issuer: &str,
) -> Result<Vec<String>, Error> {
    let mut resources: Vec<String> = Vec::new();
    for resource in parameters.resources() {
        let is_registered = client.metadata().resources.iter().any(|own| own == resource);
        if !is_registered && resource != issuer {
            return Err(Error::new(
                ErrorCode::InvalidTarget,
                "a resource is not among those registered for this client",
            ));
        }
        if resources.iter().all(|known| known != resource) {
            resources.push(resource.to_owned());
        }
    }
    Ok(resources)
}

/// [RFC 9449 section 10](https://www.rfc-editor.org/rfc/rfc9449#section-10)
pub(super) fn dpop_jkt(parameters: &Parameters) -> Result<Option<Thumbprint>, Error> {
    let Some(text) = parameters.get("dpop_jkt") else { return Ok(None) };
    Thumbprint::parse(text).map(Some).ok_or_else(|| {
        Error::invalid_request(
            "dpop_jkt must be a SHA-256 thumbprint in 43 characters of base64url",
        )
    })
}
