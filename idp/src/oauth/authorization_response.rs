//! The answer of the authorization endpoint, on its way back to the client.

use std::fmt;

use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::jose::keyset::KeySet;
use crate::jose::{self, Algorithm};
use crate::oauth::client::{Client, ClientId};
use crate::oauth::error::Error;
use crate::oauth::redirect_uri::{Registered, with_fragment, with_query};
use crate::oauth::response_mode::{Carrier, ResponseMode};
use crate::oauth::scope::Scope;
use crate::secret::{AccessToken, AuthorizationCode, Secret};

/// How long a signed response can be used, in seconds: ten minutes at most
/// ([JARM section 2.1](https://openid.net/specs/oauth-v2-jarm-final.html#section-2.1)).
const SIGNED_LIFETIME: i64 = 300;

/// Where an authorization response goes, and what goes with each. Only a [`Registered`] URI makes
/// one, so an open redirect cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    redirect_uri: Registered,
    response_mode: ResponseMode,
    state: Option<String>,
    iss: String,
    aud: ClientId,
    algorithm: Algorithm,
    self_registered: bool,
}

/// What a browser is to bring to the client.
#[derive(Clone, PartialEq, Eq)]
pub enum Response {
    /// By going there.
    Redirect(String),
    /// By posting a form
    /// ([Form Post Response Mode section 2](https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html#FormPostResponseMode)).
    FormPost {
        /// The redirect URI.
        action: String,
        /// Its origin.
        origin: String,
        /// The parameters of the response.
        fields: Vec<(&'static str, String)>,
    },
}

/// What a response says beside `state` and `iss`.
type Parameters = Vec<(&'static str, String)>;

/// What a successful response holds
/// ([OpenID Connect Core section 3.3.2.5](https://openid.net/specs/openid-connect-core-1_0.html#HybridAuthResponse)):
/// what its response type names.
#[derive(Default)]
pub struct Granted {
    /// The authorization code.
    pub code: Option<Secret<AuthorizationCode>>,
    /// The access token.
    pub access_token: Option<FrontChannelToken>,
    /// The ID token.
    pub id_token: Option<String>,
    /// What the client's page shows the provider's frame
    /// ([Session Management section 2](https://openid.net/specs/openid-connect-session-1_0.html#CreatingUpdatingSessions)).
    pub session_state: Option<String>,
}

/// An access token from the authorization endpoint, with the parameters beside it
/// ([RFC 6749 section 4.2.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.2.2)).
pub struct FrontChannelToken {
    /// The token. Nothing proves who may use it but its possession.
    pub access_token: Secret<AccessToken>,
    /// How long it lives, in seconds.
    pub expires_in: i64,
    /// What it grants.
    pub scope: Scope,
}

impl Granted {
    fn parameters(&self) -> Parameters {
        let mut parameters = Parameters::new();
        parameters.extend(self.code.as_ref().map(|code| ("code", code.expose().to_owned())));
        if let Some(token) = &self.access_token {
            parameters.extend([
                ("access_token", token.access_token.expose().to_owned()),
                ("token_type", "Bearer".to_owned()),
                ("expires_in", token.expires_in.to_string()),
                ("scope", token.scope.to_string()),
            ]);
        }
        parameters.extend(self.id_token.clone().map(|token| ("id_token", token)));
        parameters.extend(self.session_state.clone().map(|state| ("session_state", state)));
        parameters
    }
}

impl Destination {
    /// Joins the redirect URI with the request's `state` and the issuer's own name.
    #[must_use]
    pub fn new(
        client: &Client,
        redirect_uri: Registered,
        response_mode: ResponseMode,
        state: Option<String>,
        iss: String,
    ) -> Self {
        let algorithm = client.metadata().authorization_signed_response_alg;
        Self {
            redirect_uri,
            response_mode,
            state,
            iss,
            aud: client.client_id().clone(),
            algorithm: algorithm.unwrap_or(Algorithm::RS256),
            self_registered: client.is_self_registered(),
        }
    }

    /// Whether nobody here has vouched for the address: its client registered itself.
    #[must_use]
    pub const fn is_self_registered(&self) -> bool {
        self.self_registered
    }

    /// The host it is on, to be shown to people.
    #[must_use]
    pub fn host(&self) -> String {
        self.redirect_uri.host()
    }

    /// A successful response.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn grant_response(
        &self,
        granted: &Granted,
        keys: &KeySet,
        now: Timestamp,
    ) -> Result<Response, jose::Error> {
        self.response(granted.parameters(), keys, now)
    }

    /// An error response
    /// ([RFC 6749 section 4.1.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1)).
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn error_response(
        &self,
        error: &Error,
        keys: &KeySet,
        now: Timestamp,
    ) -> Result<Response, jose::Error> {
        let description = ("error_description", error.description().to_owned());
        self.response(vec![("error", error.code.as_str().to_owned()), description], keys, now)
    }

    /// Adds `state`, as it was received, and `iss`, and signs the whole if the client asked so.
    fn response(
        &self,
        mut parameters: Parameters,
        keys: &KeySet,
        now: Timestamp,
    ) -> Result<Response, jose::Error> {
        parameters.extend(self.state.clone().map(|state| ("state", state)));
        if self.response_mode.is_signed() {
            parameters = vec![("response", self.signed(parameters, keys, now)?)];
        } else {
            // RFC 9207 section 2. In a signed response it is a claim.
            parameters.push(("iss", self.iss.clone()));
        }
        let pairs = parameters.iter().map(|(name, value)| (*name, value.as_str()));
        Ok(match self.response_mode.carrier() {
            Carrier::Query => Response::Redirect(with_query(self.redirect_uri.as_str(), pairs)),
            Carrier::Fragment => {
                Response::Redirect(with_fragment(self.redirect_uri.as_str(), pairs))
            }
            Carrier::FormPost => Response::FormPost {
                action: self.redirect_uri.as_str().to_owned(),
                origin: self.redirect_uri.origin(),
                fields: parameters,
            },
        })
    }

    /// [JARM section 2.1](https://openid.net/specs/oauth-v2-jarm-final.html#section-2.1): all
    /// parameters as claims, beside who signs, for whom, and until when.
    fn signed(
        &self,
        parameters: Parameters,
        keys: &KeySet,
        now: Timestamp,
    ) -> Result<String, jose::Error> {
        let mut claims: Map<String, Value> =
            parameters.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        claims.insert("iss".to_owned(), self.iss.as_str().into());
        claims.insert("aud".to_owned(), self.aud.as_str().into());
        claims.insert("exp".to_owned(), now.plus(SIGNED_LIFETIME).0.into());
        keys.sign(self.algorithm, None, Value::Object(claims).to_string().as_bytes())
    }
}

impl fmt::Debug for Response {
    /// Without what it brings.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Redirect(_) => "Redirect",
            Self::FormPost { .. } => "FormPost",
        })
    }
}

#[cfg(test)]
pub(in crate::oauth) mod tests {
    use serde_json::json;

    use super::*;
    use crate::jose::key::Key;
    use crate::jose::rotation::State;
    use crate::oauth::client::tests::client;
    use crate::oauth::error::ErrorCode;

    const NOW: Timestamp = Timestamp(1_795_438_800);
    const ISSUER: &str = "https://login.example.se";

    /// No key is needed where nothing is signed.
    pub(in crate::oauth) fn no_keys() -> KeySet {
        KeySet::new(&[]).unwrap()
    }

    /// The address of a redirect.
    pub(in crate::oauth) fn location(response: Result<Response, jose::Error>) -> String {
        let Response::Redirect(location) = response.unwrap() else { panic!("a form") };
        location
    }

    fn destination(mode: &str, state: Option<&str>) -> Destination {
        let client = client(
            r#"{"redirect_uris":["https://rp.example/cb?tenant=1"],"authorization_signed_response_alg":"ES256"}"#,
        );
        Destination::new(
            &client,
            Registered::matching("https://rp.example/cb?tenant=1", client.metadata()).unwrap(),
            ResponseMode::parse(Some(mode), Some("code")).unwrap(),
            state.map(str::to_owned),
            ISSUER.to_owned(),
        )
    }

    fn granted(to: &Destination) -> Response {
        let code = Some(Secret::new("Splx".to_owned()));
        to.grant_response(&Granted { code, ..Granted::default() }, &no_keys(), NOW).unwrap()
    }

    fn granted_location(mode: &str, state: &str) -> String {
        location(Ok(granted(&destination(mode, Some(state)))))
    }

    #[test]
    fn rfc_6749_section_4_1_2_code_and_state_are_appended_to_the_query_of_the_redirect_uri() {
        assert_eq!(
            granted_location("query", "a&b=c å"),
            "https://rp.example/cb?tenant=1&code=Splx&state=a%26b%3Dc%20%C3%A5\
             &iss=https%3A%2F%2Flogin.example.se"
        );
    }

    #[test]
    fn multiple_response_types_section_2_1_a_fragment_response_keeps_the_redirect_uri_query() {
        assert_eq!(
            granted_location("fragment", "a#b"),
            "https://rp.example/cb?tenant=1#code=Splx&state=a%23b\
             &iss=https%3A%2F%2Flogin.example.se"
        );
    }

    #[test]
    fn core_section_3_3_2_5_a_hybrid_response_contains_code_access_token_and_id_token() {
        let granted = Granted {
            code: Some(Secret::new("Splx".to_owned())),
            access_token: Some(FrontChannelToken {
                access_token: Secret::new("jHkW".to_owned()),
                expires_in: 600,
                scope: "openid email".parse().unwrap(),
            }),
            id_token: Some("a.b.c".to_owned()),
            session_state: None,
        };
        let to = destination("fragment", Some("x"));
        assert_eq!(
            location(to.grant_response(&granted, &no_keys(), NOW)),
            "https://rp.example/cb?tenant=1#code=Splx&access_token=jHkW&token_type=Bearer\
             &expires_in=600&scope=openid%20email&id_token=a.b.c&state=x\
             &iss=https%3A%2F%2Flogin.example.se"
        );
    }

    #[test]
    fn form_post_section_2_parameters_are_form_fields_and_the_redirect_uri_is_unchanged() {
        let expected = Response::FormPost {
            action: "https://rp.example/cb?tenant=1".to_owned(),
            origin: "https://rp.example".to_owned(),
            fields: vec![
                ("code", "Splx".to_owned()),
                ("state", "\"><script>".to_owned()),
                ("iss", ISSUER.to_owned()),
            ],
        };
        let response = granted(&destination("form_post", Some("\"><script>")));
        assert!(response == expected);
        assert_eq!(format!("{response:?}"), "FormPost", "it is not written to a log");
    }

    #[test]
    fn rfc_6749_section_4_1_2_1_an_error_carries_state_only_if_the_request_did() {
        let error = Error::new(ErrorCode::AccessDenied, "the user said no");
        let refused =
            |state| location(destination("query", state).error_response(&error, &no_keys(), NOW));
        assert_eq!(
            refused(None),
            "https://rp.example/cb?tenant=1&error=access_denied\
             &error_description=the%20user%20said%20no&iss=https%3A%2F%2Flogin.example.se"
        );
        assert!(refused(Some("x")).contains("&state=x&iss="));
    }

    #[test]
    fn jarm_section_2_1_a_signed_response_has_response_as_its_only_parameter() {
        let keys = Key::generate_each(&[Algorithm::ES256, Algorithm::RS256], 2_048).unwrap();
        let keys: Vec<_> = keys.into_iter().map(|key| (key, State::Active)).collect();
        let keys = KeySet::new(&keys).unwrap();
        let error = Error::new(ErrorCode::AccessDenied, "the user said no");
        for (mode, before) in [
            ("query.jwt", "https://rp.example/cb?tenant=1&response="),
            ("fragment.jwt", "https://rp.example/cb?tenant=1#response="),
            ("jwt", "https://rp.example/cb?tenant=1&response="),
        ] {
            let location =
                location(destination(mode, Some("x y")).error_response(&error, &keys, NOW));
            let token = location.strip_prefix(before).unwrap();
            let header = token.split('.').next().unwrap();
            let header = data_encoding::BASE64URL_NOPAD.decode(header.as_bytes()).unwrap();
            let header: Value = serde_json::from_slice(&header).unwrap();
            assert_eq!(header["alg"], "ES256", "{mode}");
            let claims = keys.verify(token, None, ISSUER).unwrap();
            let expected = json!({
                "iss": ISSUER, "aud": "idep", "exp": NOW.plus(300).0, "state": "x y",
                "error": "access_denied", "error_description": "the user said no",
            });
            assert_eq!(Value::Object(claims), expected, "{mode}");
        }
        let form = destination("form_post.jwt", None).error_response(&error, &keys, NOW).unwrap();
        let Response::FormPost { fields, .. } = form else { panic!("a redirect") };
        assert_eq!(fields.iter().map(|field| field.0).collect::<Vec<_>>(), ["response"]);
        let unsigned = destination("jwt", None).error_response(&error, &no_keys(), NOW);
        assert!(unsigned.is_err(), "without a key there is a fault, never an unsigned answer");
    }

    #[test]
    fn state_is_encoded_so_that_no_parameter_header_or_fragment_can_be_injected() {
        for state in ["\r\nSet-Cookie: a=b", "#frag", "x&code=stolen", "\u{0}"] {
            for (mode, hashes) in [("query", 0), ("fragment", 1)] {
                let location = granted_location(mode, state);
                assert!(location.bytes().all(|byte| byte.is_ascii_graphic()), "{location}");
                assert_eq!(location.matches("code=").count(), 1);
                assert_eq!(location.matches('#').count(), hashes, "{location}");
            }
        }
    }
}
