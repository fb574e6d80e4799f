//! A client that proves itself by a signed statement
//! ([RFC 7523 section 3](https://www.rfc-editor.org/rfc/rfc7523#section-3),
//! [OpenID Connect Core section 9](https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication)).

use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::jose::signed_token::{HMAC, Rules, SignedToken, Types};
use crate::jose::times::TimeRules;
use crate::oauth::client::{Client, ClientId};
use crate::oauth::client_metadata::{ClientMetadata, TokenEndpointAuthMethod};
use crate::oauth::error::Error;
use crate::secret::{ClientSecret, Secret, fingerprint};

use super::{failed, invalid_client};

/// The value of `client_assertion_type`
/// ([RFC 7523 section 2.2](https://www.rfc-editor.org/rfc/rfc7523#section-2.2)).
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Other kinds of token must not pass for an assertion.
const TYPES: Types<'_> = Types::Optional(&["JWT", "client-authentication+jwt"]);

/// Clocks of clients are off by seconds: `nbf` and `iat` may lie ten seconds ahead, never a minute
/// ([FAPI 2.0 Security Profile section 5.3.2.1](https://openid.net/specs/fapi-security-profile-2_0-final.html#section-5.3.2.1)).
const TIMES: TimeRules = TimeRules {
    skew: 30,
    expires_within: Some(3_600),
    issued_within: None,
    not_before_within: None,
};

/// Claims of a request object, which says nothing about who sends it: it is signed by the same
/// keys, for the same audience, and passes through browsers
/// ([RFC 9101 section 10.8](https://www.rfc-editor.org/rfc/rfc9101#section-10.8)).
const OF_A_REQUEST: [&str; 6] =
    ["response_type", "response_mode", "redirect_uri", "code_challenge", "state", "nonce"];

/// The longest `jti`.
const LONGEST_ID: usize = 512;

/// For whom an assertion may be made: the names of this provider.
#[derive(Clone, Debug)]
pub struct Audiences {
    issuer: String,
    endpoints: Vec<String>,
}

impl Audiences {
    /// The issuer, and the token and the pushed authorization request endpoint
    /// ([RFC 7523 section 3](https://www.rfc-editor.org/rfc/rfc7523#section-3), rule 3,
    /// [RFC 9126 section 2](https://www.rfc-editor.org/rfc/rfc9126#section-2)) at each base.
    #[must_use]
    pub fn new(issuer: &str, bases: &[&str]) -> Self {
        let at = |base: &&str| {
            let base = base.trim_end_matches('/');
            [format!("{base}/token"), format!("{base}/par")]
        };
        Self { issuer: issuer.to_owned(), endpoints: bases.iter().flat_map(at).collect() }
    }

    fn hold(&self, name: &str) -> bool {
        name == self.issuer || self.endpoints.iter().any(|endpoint| endpoint == name)
    }
}

/// An assertion whose claims are in order, signed by anyone.
#[derive(Clone, Debug)]
pub struct ClientAssertion {
    token: SignedToken,
    client_id: ClientId,
    /// Whether `aud` is the issuer as a plain text.
    is_for_issuer: bool,
    id: String,
    expires_at: Timestamp,
}

impl ClientAssertion {
    /// Reads an assertion and checks all that needs no knowledge of the client.
    ///
    /// # Errors
    /// `invalid_client`, naming what is wrong.
    pub(super) fn parse(text: &str, audiences: &Audiences, now: Timestamp) -> Result<Self, Error> {
        let token = SignedToken::parse(text)
            .map_err(|refusal| invalid_client(format!("the client assertion: {refusal}")))?;
        let claims = token.unverified_claims();
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let (Some(issuer), Some(subject)) = (text("iss"), text("sub")) else {
            return Err(invalid_client("iss or sub of the client assertion is missing"));
        };
        if OF_A_REQUEST.iter().any(|name| claims.contains_key(*name)) {
            return Err(invalid_client("a request object is no client assertion"));
        }
        if issuer != subject {
            return Err(invalid_client(
                "iss and sub of the client assertion must be the client_id",
            ));
        }
        if !is_for(claims, audiences) {
            return Err(invalid_client("aud of the client assertion must be the issuer"));
        }
        let times = TIMES.check(claims, now);
        let times =
            times.map_err(|fault| invalid_client(format!("the client assertion: {fault}")))?;
        let id = text("jti").filter(|id| (1..=LONGEST_ID).contains(&id.len()));
        let (Some(id), Some(expires_at)) = (id, times.expires_at) else {
            return Err(invalid_client("jti of the client assertion is missing or too long"));
        };
        Ok(Self {
            client_id: ClientId::parse(subject).ok_or_else(failed)?,
            is_for_issuer: text("aud") == Some(&audiences.issuer),
            id: id.to_owned(),
            expires_at,
            token,
        })
    }

    /// Who it says it is from.
    pub(super) const fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// By which method it authenticates.
    pub(super) fn method(&self) -> TokenEndpointAuthMethod {
        if self.token.algorithm() == Some(HMAC) {
            TokenEndpointAuthMethod::ClientSecretJwt
        } else {
            TokenEndpointAuthMethod::PrivateKeyJwt
        }
    }

    /// Whether the profile of the client allows it: of FAPI clients `aud` is the issuer and nothing
    /// else, so that no other server can make use of it
    /// ([FAPI 2.0 Security Profile section 5.3.2.1](https://openid.net/specs/fapi-security-profile-2_0-final.html#section-5.3.2.1)).
    pub(super) fn is_allowed(&self, client: &Client) -> bool {
        self.is_for_issuer || client.metadata().fapi.is_none()
    }

    /// The token, to be verified by [`rules`] with the keys of the client.
    #[must_use]
    pub const fn token(&self) -> &SignedToken {
        &self.token
    }

    /// Whether the secret that the client shares has authenticated it.
    #[must_use]
    pub fn is_made_with(&self, secret: &Secret<ClientSecret>) -> bool {
        self.token.verify_with_secret(secret, TYPES).is_ok()
    }

    /// The name under which it is marked as used.
    #[must_use]
    pub fn use_key(&self) -> String {
        fingerprint(&["client_assertion", self.client_id.as_str(), &self.id])
    }

    /// How long that mark must be kept.
    #[must_use]
    pub const fn used_until(&self) -> Timestamp {
        self.expires_at.plus(TIMES.skew)
    }
}

/// How an assertion of a client must be signed.
#[must_use]
pub fn rules(metadata: &ClientMetadata) -> Rules<'static> {
    Rules { algorithms: metadata.assertion_algorithms(), types: TYPES }
}

/// One name of ours, or several and no other: what names another server as well could be passed on
/// by it.
fn is_for(claims: &Map<String, Value>, audiences: &Audiences) -> bool {
    let is_ours = |name: &Value| name.as_str().is_some_and(|name| audiences.hold(name));
    match claims.get("aud") {
        Some(Value::Array(names)) => !names.is_empty() && names.iter().all(is_ours),
        Some(name) => is_ours(name),
        None => false,
    }
}
