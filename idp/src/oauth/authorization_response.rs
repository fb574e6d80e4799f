//! The answer of the authorization endpoint, on its way back to the client.

use crate::oauth::error::Error;
use crate::oauth::redirect_uri::{Registered, with_query};
use crate::oauth::response_mode::ResponseMode;
use crate::secret::{AuthorizationCode, Secret};

/// Where an authorization response goes, and what goes with each. Only a [`Registered`] URI makes
/// one, so an open redirect cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    redirect_uri: Registered,
    response_mode: ResponseMode,
    state: Option<String>,
    iss: String,
}

impl Destination {
    /// Joins the redirect URI with the request's `state` and the issuer's own name.
    #[must_use]
    pub const fn new(
        redirect_uri: Registered,
        response_mode: ResponseMode,
        state: Option<String>,
        iss: String,
    ) -> Self {
        Self { redirect_uri, response_mode, state, iss }
    }

    /// The location of a successful response
    /// ([RFC 6749 section 4.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2)).
    #[must_use]
    pub fn granted(&self, code: &Secret<AuthorizationCode>) -> String {
        self.location(&[("code", code.expose())])
    }

    /// The location of an error response
    /// ([RFC 6749 section 4.1.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1)).
    #[must_use]
    pub fn refused(&self, error: &Error) -> String {
        self.location(&[("error", error.code.as_str()), ("error_description", error.description())])
    }

    /// Adds `state`, as it was received, and `iss`
    /// ([RFC 9207 section 2](https://www.rfc-editor.org/rfc/rfc9207#section-2)).
    fn location(&self, pairs: &[(&str, &str)]) -> String {
        let state = self.state.as_deref().map(|state| ("state", state));
        let pairs = pairs.iter().copied().chain(state).chain([("iss", self.iss.as_str())]);
        match self.response_mode {
            ResponseMode::Query => with_query(self.redirect_uri.as_str(), pairs),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::client::tests::client;
    use crate::oauth::error::ErrorCode;

    fn destination(state: Option<&str>) -> Destination {
        let client = client(r#"{"redirect_uris":["https://rp.example/cb?tenant=1"]}"#);
        Destination::new(
            Registered::matching("https://rp.example/cb?tenant=1", &client).unwrap(),
            ResponseMode::Query,
            state.map(str::to_owned),
            "https://login.example.se".to_owned(),
        )
    }

    #[test]
    fn rfc_6749_section_4_1_2_code_and_state_follow_the_uri_s_own_query() {
        assert_eq!(
            destination(Some("a&b=c å")).granted(&Secret::new("Splx".to_owned())),
            "https://rp.example/cb?tenant=1&code=Splx&state=a%26b%3Dc%20%C3%A5\
             &iss=https%3A%2F%2Flogin.example.se"
        );
    }

    #[test]
    fn rfc_6749_section_4_1_2_1_an_error_carries_state_only_if_the_request_did() {
        let error = Error::new(ErrorCode::AccessDenied, "the user said no");
        assert_eq!(
            destination(None).refused(&error),
            "https://rp.example/cb?tenant=1&error=access_denied\
             &error_description=the%20user%20said%20no&iss=https%3A%2F%2Flogin.example.se"
        );
        assert!(destination(Some("x")).refused(&error).contains("&state=x&iss="));
    }

    #[test]
    fn a_state_cannot_break_out_of_its_parameter() {
        for state in ["\r\nSet-Cookie: a=b", "#frag", "x&code=stolen", "\u{0}"] {
            let location = destination(Some(state)).granted(&Secret::new("c".to_owned()));
            assert!(location.bytes().all(|byte| byte.is_ascii_graphic()), "{location}");
            assert_eq!(location.matches("code=").count(), 1);
            assert!(!location.contains('#'));
        }
    }
}
