//! The authorization endpoint's side of the code grant, alone or as a part of the hybrid flow
//! ([RFC 6749 section 4.1.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1)): what a client
//! asks for is bound to its redirect URI and challenge, and narrowed to what it may have.

use std::borrow::Cow;

use oxide_auth::code_grant::authorization::{Authorization, Input, Output, Request};
use oxide_auth::code_grant::extensions::Pkce;
use oxide_auth::primitives::grant::Extensions;
use oxide_auth::primitives::registrar::{BoundClient, ExactUrl, PreGrant, RegisteredUrl};

use crate::oauth::client::Client;
use crate::oauth::error::Error;
use crate::oauth::parameters::Parameters;
use crate::oauth::redirect_uri::Registered;
use crate::oauth::scope::Scope;

/// Runs the machine to its end and returns the scope that may be granted, in the order in which it
/// was asked for.
///
/// # Errors
/// `invalid_scope` for a malformed scope; `invalid_request` for what the machine refuses. The
/// table of the authorization request has better words for most of that, and comes first.
pub(in crate::oauth) fn negotiate(
    parameters: &Parameters,
    client: &Client,
    redirect_uri: &Registered,
) -> Result<Scope, Error> {
    let requested: Scope = parameters.get("scope").unwrap_or_default().parse()?;
    let scope = requested.narrow(&client.metadata().scope);
    let bound = registered(redirect_uri)?;
    let request = CodePart(parameters);
    let mut machine = Authorization::new(&request);
    let mut input = Input::None;
    loop {
        input = match machine.advance(input) {
            Output::Bind { client_id, .. } if client_id != client.client_id().as_str() => {
                return Err(unfit());
            }
            Output::Bind { client_id, .. } => Input::Bound {
                request: &request,
                bound_client: BoundClient {
                    client_id: Cow::Owned(client_id),
                    redirect_uri: Cow::Owned(bound.clone()),
                },
            },
            Output::Extend => Input::Extended(challenge(parameters, client)?),
            Output::Negotiate { .. } => Input::Negotiated {
                pre_grant: PreGrant {
                    client_id: client.client_id().to_string(),
                    redirect_uri: bound.clone(),
                    scope: scope.to_string().parse().map_err(|_| unfit())?,
                },
                state: None,
            },
            Output::Ok { .. } => return Ok(scope),
            Output::Err(_) => return Err(unfit()),
        };
    }
}

/// What the machine sees of a request: of a response type with a code, the code.
struct CodePart<'a>(&'a Parameters);

impl Request for CodePart<'_> {
    fn valid(&self) -> bool {
        true
    }

    fn client_id(&self) -> Option<Cow<'_, str>> {
        self.extension("client_id")
    }

    fn scope(&self) -> Option<Cow<'_, str>> {
        self.extension("scope")
    }

    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        self.extension("redirect_uri")
    }

    fn state(&self) -> Option<Cow<'_, str>> {
        self.extension("state")
    }

    fn response_type(&self) -> Option<Cow<'_, str>> {
        let response_type = self.0.get("response_type")?;
        let code = response_type.split(' ').find(|word| *word == "code");
        Some(Cow::Borrowed(code.unwrap_or(response_type)))
    }

    fn extension(&self, key: &str) -> Option<Cow<'_, str>> {
        self.0.get(key).map(Cow::Borrowed)
    }
}

fn registered(redirect_uri: &Registered) -> Result<RegisteredUrl, Error> {
    let exact: ExactUrl = redirect_uri.as_str().parse().map_err(|_| unfit())?;
    Ok(RegisteredUrl::Exact(exact))
}

/// [RFC 7636 section 4.4](https://www.rfc-editor.org/rfc/rfc7636#section-4.4)
fn challenge(parameters: &Parameters, client: &Client) -> Result<Extensions, Error> {
    let pkce = if client.requires_pkce() { Pkce::required() } else { Pkce::optional() };
    let [method, challenge] = ["code_challenge_method", "code_challenge"]
        .map(|name| parameters.get(name).map(Cow::Borrowed));
    let mut extensions = Extensions::new();
    if let Some(value) = pkce.challenge(method, challenge).map_err(|()| unfit())? {
        extensions.set(&pkce, value);
    }
    Ok(extensions)
}

fn unfit() -> Error {
    Error::invalid_request("the request does not fit the authorization code grant")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::client::tests::client;

    const GOOD: &str = "client_id=idep&redirect_uri=https://rp.example/cb&response_type=code\
        &scope=phone+email+openid&code_challenge_method=S256\
        &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn negotiated(client: &Client, query: &str) -> Result<Scope, Error> {
        let redirect_uri =
            Registered::matching("https://rp.example/cb", client.metadata()).unwrap();
        negotiate(&Parameters::parse_query(query).unwrap(), client, &redirect_uri)
    }

    #[test]
    fn section_3_3_the_scope_is_narrowed_to_the_client_in_the_requested_order() {
        assert_eq!(negotiated(&client("{}"), GOOD).unwrap().to_string(), "email openid");
        let narrow = client(r#"{"scope":"openid"}"#);
        assert_eq!(negotiated(&narrow, GOOD).unwrap().to_string(), "openid");
    }

    #[test]
    fn core_section_3_3_hybrid_response_types_are_negotiated_like_code() {
        for hybrid in ["id_token+code", "code+token", "code+id_token+token"] {
            let query = GOOD.replace("response_type=code", &format!("response_type={hybrid}"));
            assert_eq!(negotiated(&client("{}"), &query).unwrap().to_string(), "email openid");
        }
    }

    #[test]
    fn the_oxide_auth_machine_refuses_requests_that_earlier_validation_should_reject() {
        for (from, to) in [
            ("client_id=idep", "client_id=another"),
            ("client_id=idep", ""),
            ("response_type=code", "response_type=token"),
            ("response_type=code", ""),
            ("redirect_uri=https://rp.example/cb", "redirect_uri=cb"),
            ("code_challenge_method=S256", "code_challenge_method=plain"),
            ("code_challenge_method=S256", ""),
            ("code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", ""),
        ] {
            let query = GOOD.replace(from, to);
            assert_ne!(query, GOOD);
            assert_eq!(negotiated(&client("{}"), &query), Err(unfit()), "{query}");
        }
    }

    #[test]
    fn rfc_7636_section_4_4_code_challenge_may_be_omitted_if_pkce_is_not_required() {
        let query = GOOD.split("&code_challenge").next().unwrap();
        assert!(negotiated(&client(r#"{"require_pkce":false}"#), query).is_ok());
        assert!(negotiated(&client("{}"), query).is_err());
    }
}
