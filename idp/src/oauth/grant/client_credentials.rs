//! The client credentials grant
//! ([RFC 6749 section 4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4)): a client acts on
//! its own behalf. There is no person, so there is nothing about one to be had, and no refresh
//! token (section 4.4.3).

use crate::oauth::client::Client;
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::grant_type::GrantType;
use crate::oauth::parameters::Parameters;
use crate::oauth::scope::Scope;

/// What is granted to an authenticated client: of what it asks for, or else of all it registered,
/// that which is not `personal`. Where that is less than it asks for, the answer names it
/// ([RFC 6749 section 5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1)).
///
/// # Errors
/// `unauthorized_client` for a client that has not registered the grant, or does not authenticate;
/// `invalid_scope` for a malformed scope, and when nothing is left of what it asks for.
pub fn decide(form: &Parameters, client: &Client, personal: &Scope) -> Result<Scope, Error> {
    if client.is_public() || !client.may_use(GrantType::ClientCredentials) {
        return Err(Error::new(
            ErrorCode::UnauthorizedClient,
            "the client has not registered the grant client_credentials",
        ));
    }
    let own = client.metadata().scope.without(personal);
    let Some(asked) = form.get("scope") else { return Ok(own) };
    let granted = asked.parse::<Scope>()?.narrow(&own);
    if granted.is_empty() {
        // No answer could tell: an empty `scope` cannot be written (section 3.3).
        return Err(Error::new(
            ErrorCode::InvalidScope,
            "scope holds nothing that the client may have on its own behalf",
        ));
    }
    Ok(granted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::client::tests::client;

    #[test]
    fn section_4_4_a_client_credentials_grant_has_no_user_scopes() {
        let own = client(r#"{"grant_types":["client_credentials"],"redirect_uris":[]}"#);
        let personal = "openid profile".parse().unwrap();
        let decided = |form: &str| {
            decide(&Parameters::parse_query(form).unwrap(), &own, &personal).map(|s| s.to_string())
        };
        assert_eq!(decided(""), Ok("email".to_owned()));
        assert_eq!(decided("scope=openid+email+cosmos"), Ok("email".to_owned()));
        for nothing in ["scope=profile", "scope=openid+profile", "scope=cosmos", "scope=%22"] {
            assert_eq!(decided(nothing).unwrap_err().code, ErrorCode::InvalidScope, "{nothing}");
        }
        assert_eq!(decided("scope="), Ok("email".to_owned()), "an empty one is left out");
    }

    #[test]
    fn section_4_4_client_credentials_must_be_registered_for_the_client() {
        let error = decide(&Parameters::default(), &client("{}"), &Scope::default()).unwrap_err();
        assert_eq!(error.code, ErrorCode::UnauthorizedClient);
    }
}
