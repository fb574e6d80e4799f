//! The machine that compares a token request with the code it wants to redeem: client, redirect
//! URI and PKCE ([RFC 7636 section 4.6](https://www.rfc-editor.org/rfc/rfc7636#section-4.6)).

use std::borrow::Cow;

use oxide_auth::code_grant::accesstoken::{self, AccessToken, Authorization, Input, Output};
use oxide_auth::code_grant::extensions::Pkce;
use oxide_auth::primitives::grant::{Extensions, Grant};
use oxide_auth::primitives::issuer::{IssuedToken, TokenType};

use crate::clock;
use crate::oauth::client::Client;
use crate::oauth::grant::issued_code::{IssuedCode, Request};

/// Runs the machine to its end and returns what it finds at fault.
pub(super) fn fault(
    request: &Request,
    client: &Client,
    code: &IssuedCode<'_>,
) -> Option<&'static str> {
    let pkce = if client.requires_pkce() { Pkce::required() } else { Pkce::optional() };
    let mut grant = bound(code, &pkce).map(Box::new);
    let mut machine = AccessToken::new(&Shown { request, client });
    let mut input = Input::None;
    loop {
        input = match machine.advance(input) {
            Output::Authenticate { .. } => Input::Authenticated,
            Output::Recover { .. } => Input::Recovered(grant.take()),
            Output::Extend { extensions } => {
                let verifier = request.code_verifier.as_ref().map(|text| text.expose().into());
                if pkce.verify(extensions.remove(&pkce), verifier).is_err() {
                    return Some("code_verifier does not fit code_challenge");
                }
                Input::Extended { access_extensions: Extensions::new() }
            }
            Output::Issue { .. } => Input::Issued(nothing_yet()),
            Output::Ok(_) => return None,
            Output::Err(_) => return Some("the request does not fit the code"),
        };
    }
}

/// The code as the machine knows it. It reads the time itself, so that it is given a code without
/// end: expiry was decided before, by our clock.
fn bound(code: &IssuedCode<'_>, pkce: &Pkce) -> Option<Grant> {
    let mut extensions = Extensions::new();
    if let Some(challenge) = code.code_challenge {
        let challenge = Some(challenge.as_str().into());
        extensions.set(pkce, pkce.challenge(Some("S256".into()), challenge).ok()??);
    }
    Some(Grant {
        owner_id: String::new(),
        client_id: code.client_id.to_string(),
        scope: code.scope.to_string().parse().ok()?,
        redirect_uri: code.redirect_uri.parse().ok()?,
        until: clock::end_of_time(),
        extensions,
    })
}

/// The machine ends with a token; ours are drawn by the caller when the code is marked as used.
fn nothing_yet() -> IssuedToken {
    IssuedToken {
        token: String::new(),
        refresh: None,
        until: clock::end_of_time(),
        token_type: TokenType::Bearer,
    }
}

/// The request as the machine sees it: of a client that has authenticated itself already.
struct Shown<'a> {
    request: &'a Request,
    client: &'a Client,
}

impl accesstoken::Request for Shown<'_> {
    fn valid(&self) -> bool {
        true
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.request.code.expose().into())
    }

    fn authorization(&self) -> Authorization<'_> {
        Authorization::Username(self.client.client_id().as_str().into())
    }

    fn client_id(&self) -> Option<Cow<'_, str>> {
        None
    }

    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        Some(self.request.redirect_uri.as_str().into())
    }

    fn grant_type(&self) -> Option<Cow<'_, str>> {
        Some("authorization_code".into())
    }

    fn extension(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::oauth::client::ClientId;
    use crate::oauth::client::tests::client;
    use crate::secret::Secret;

    #[test]
    fn the_oxide_auth_machine_refuses_another_client_and_another_redirect_uri() {
        let (client_id, scope) = (ClientId::parse("idep").unwrap(), "openid".parse().unwrap());
        let code = IssuedCode {
            client_id: &client_id,
            redirect_uri: "https://rp.example/cb",
            scope: &scope,
            code_challenge: None,
            dpop_jkt: None,
            issued_at: Timestamp(0),
            expires_at: Timestamp(60),
            used: false,
        };
        let request = |redirect_uri: &str| Request {
            code: Secret::new("SplxlOBeZQQYbYS6WxSbIA".to_owned()),
            redirect_uri: redirect_uri.to_owned(),
            code_verifier: None,
        };
        let excused = client(r#"{"require_pkce":false}"#);
        let other = client(r#"{"require_pkce":false,"client_id":"another"}"#);
        assert_eq!(fault(&request("https://rp.example/cb"), &excused, &code), None);
        for (redirect_uri, client) in [
            ("https://rp.example/cb", &other),
            ("https://rp.example/other", &excused),
            ("/cb", &excused),
        ] {
            let fault = fault(&request(redirect_uri), client, &code);
            assert_eq!(fault, Some("the request does not fit the code"), "{redirect_uri}");
        }
    }
}
