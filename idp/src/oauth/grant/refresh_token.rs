//! The refresh token grant ([RFC 6749 section 6](https://www.rfc-editor.org/rfc/rfc6749#section-6)).
//!
//! A client that authenticates keeps its refresh token. Of any other client each token is good for
//! one use, and leads to its successor
//! ([RFC 9700 section 4.14.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2)). An answer
//! can be lost on its way, or two tabs can ask at once; so a used token is taken again for
//! [`REPEAT_SECONDS`] after its use, whether or not its successor was used meanwhile, and leads to
//! the newest of its family. After that it was stolen, by the first user or by the second, and all
//! of its family ends.

use crate::clock::Timestamp;
use crate::oauth::client::{Client, ClientId};
use crate::oauth::confirmation::Confirmation;
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::parameters::Parameters;
use crate::oauth::scope::Scope;
use crate::secret::{Digest, RefreshToken, Secret};

/// For so many seconds after its use a token is taken again: until then two askers are one client,
/// and neither must end up with a token that the other has outdated. A time that common HTTP
/// clients wait for an answer before they repeat a request.
pub const REPEAT_SECONDS: i64 = 30;

/// What a client sends to refresh.
#[derive(Clone, Debug)]
pub struct Request {
    /// The refresh token; the store knows its digest.
    pub refresh_token: Secret<RefreshToken>,
    /// What it wants of what was granted; all of it when left out.
    pub scope: Option<Scope>,
}

impl Request {
    /// Reads the form of a token request.
    ///
    /// # Errors
    /// `invalid_request` when `refresh_token` is missing, `invalid_scope` for a malformed `scope`.
    pub fn parse(form: &Parameters) -> Result<Self, Error> {
        let token = form
            .get("refresh_token")
            .ok_or_else(|| Error::invalid_request("refresh_token is missing"))?;
        Ok(Self {
            refresh_token: Secret::new(token.to_owned()),
            scope: form.get("scope").map(str::parse).transpose()?,
        })
    }
}

/// What is known of a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedRefreshToken {
    /// What it grants; a refresh may ask for less, and never loses the rest.
    pub scope: Scope,
    /// The key it is bound to: that of a client which does not authenticate.
    pub confirmation: Option<Confirmation>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// From when on it is worthless unless it is used before.
    pub idle_expires_at: Timestamp,
    /// From when on it is worthless, used or not.
    pub expires_at: Timestamp,
    /// Its use, if it is good for one and was used.
    pub used: Option<Use>,
}

/// The use of a refresh token that is good for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// When.
    pub at: Timestamp,
    /// The token that it led to. Names the row alone: the token itself is derived.
    pub successor: Digest<RefreshToken>,
}

impl IssuedRefreshToken {
    /// Whether it is neither used nor expired.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.idle_expires_at && now < self.expires_at && self.used.is_none()
    }
}

/// Why there is no access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The request or the token is at fault.
    Error(Error),
    /// The token was used too long ago. Revoke the grant, and answer [`reused`].
    Reused,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// The scope of the access token that an authenticated client gets for a refresh token. `known` is
/// what the store has of it, and whose it is. `shown` is the key this request is bound to.
///
/// # Errors
/// See [`Refusal`].
pub fn decide(
    request: &Request,
    client: &Client,
    known: Option<(&ClientId, &IssuedRefreshToken)>,
    shown: Option<&Confirmation>,
    now: Timestamp,
) -> Result<Scope, Refusal> {
    let known = known.filter(|(client_id, _)| *client_id == client.client_id());
    let Some((_, token)) = known else { return Err(unknown().into()) };
    if now >= token.idle_expires_at || now >= token.expires_at {
        return Err(unknown().into());
    }
    if token.confirmation.is_some() && token.confirmation.as_ref() != shown {
        let why = "the refresh token is bound to another key than this request";
        return Err(Error::invalid_grant(why).into());
    }
    if token.used.as_ref().is_some_and(|used| now.since(used.at) > REPEAT_SECONDS) {
        return Err(Refusal::Reused);
    }
    Ok(narrow_scope(request, client, token)?)
}

/// What a request asks for of what was granted, as far as the client may still have it
/// ([RFC 6749 section 6](https://www.rfc-editor.org/rfc/rfc6749#section-6)). The answer says where
/// that is less ([section 5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1)).
fn narrow_scope(
    request: &Request,
    client: &Client,
    token: &IssuedRefreshToken,
) -> Result<Scope, Error> {
    let wanted = request.scope.as_ref().unwrap_or(&token.scope);
    if wanted.narrow(&token.scope) != *wanted {
        return Err(Error::new(ErrorCode::InvalidScope, "scope asks for more than was granted"));
    }
    let scope = wanted.narrow(&client.metadata().scope);
    if scope.is_empty() && !wanted.is_empty() {
        return Err(Error::new(
            ErrorCode::InvalidScope,
            "scope holds nothing that the client may still have",
        ));
    }
    Ok(scope)
}

/// The answer to a token that is not known, not the client's own, or worthless by now.
#[must_use]
pub fn unknown() -> Error {
    Error::invalid_grant("the refresh token is unknown, expired or revoked")
}

/// The answer to a token that was used too long ago.
#[must_use]
pub fn reused() -> Error {
    Error::invalid_grant("the refresh token was used before; all that came of it is revoked")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::client::tests::client;

    const NOW: Timestamp = Timestamp(1_795_438_800);

    fn request(scope: Option<&str>) -> Request {
        Request {
            refresh_token: Secret::new("tGzv3JOkF0XG5Qx2TlKWIA".to_owned()),
            scope: scope.map(|text| text.parse().unwrap()),
        }
    }

    fn token() -> IssuedRefreshToken {
        IssuedRefreshToken {
            scope: "openid profile email".parse().unwrap(),
            confirmation: None,
            issued_at: NOW,
            idle_expires_at: NOW.plus(100),
            expires_at: NOW.plus(150),
            used: None,
        }
    }

    fn used(at: Timestamp) -> IssuedRefreshToken {
        IssuedRefreshToken {
            used: Some(Use { at, successor: Digest::stored("b".to_owned()) }),
            ..token()
        }
    }

    fn decided(token: &IssuedRefreshToken, after: i64) -> Result<Scope, Refusal> {
        let id = ClientId::parse("idep").unwrap();
        decide(&request(None), &client("{}"), Some((&id, token)), None, NOW.plus(after))
    }

    fn is_refused(decided: &Result<Scope, Refusal>) -> bool {
        matches!(decided, Err(Refusal::Error(error)) if error.code == ErrorCode::InvalidGrant)
    }

    #[test]
    fn rfc_9700_section_4_14_2_a_used_refresh_token_is_accepted_for_seconds_and_then_a_replay() {
        let all = token().scope;
        assert_eq!(decided(&token(), 1), Ok(all.clone()));
        for (seconds, decision) in [
            (0, Ok(all.clone())),
            (REPEAT_SECONDS, Ok(all)),
            (REPEAT_SECONDS + 1, Err(Refusal::Reused)),
            (98, Err(Refusal::Reused)),
        ] {
            assert_eq!(decided(&used(NOW.plus(1)), 1 + seconds), decision, "{seconds}");
        }
    }

    #[test]
    fn section_6_an_idle_or_expired_refresh_token_is_refused_and_not_a_replay() {
        for token in [token(), used(NOW), used(NOW.plus(90))] {
            assert!(!is_refused(&decided(&token, 99)));
            assert!(is_refused(&decided(&token, 100)), "{token:?}");
        }
        let old = IssuedRefreshToken { idle_expires_at: NOW.plus(200), ..token() };
        assert!(is_refused(&decided(&old, 150)));
        assert!(token().is_live(NOW.plus(99)) && !token().is_live(NOW.plus(100)));
        assert!(old.is_live(NOW.plus(149)) && !old.is_live(NOW.plus(150)));
        assert!(!used(NOW).is_live(NOW));
    }

    #[test]
    fn section_6_a_refresh_token_of_another_client_is_refused() {
        let other = client(r#"{"client_id":"another"}"#);
        let id = ClientId::parse("idep").unwrap();
        for known in [None, Some((&id, &used(NOW.plus(-90))))] {
            assert!(is_refused(&decide(&request(None), &other, known, None, NOW)));
        }
    }

    #[test]
    fn section_6_the_scope_may_be_narrowed_but_not_extended() {
        let (client, id, token) = (client("{}"), ClientId::parse("idep").unwrap(), token());
        let asked =
            |scope: &str| decide(&request(Some(scope)), &client, Some((&id, &token)), None, NOW);
        assert_eq!(asked("profile openid"), Ok("profile openid".parse().unwrap()));
        let Err(Refusal::Error(error)) = asked("openid phone") else { panic!() };
        assert_eq!(error.code, ErrorCode::InvalidScope);
    }

    #[test]
    fn the_scope_is_narrowed_to_the_current_registration_and_an_empty_scope_is_refused() {
        let id = ClientId::parse("idep").unwrap();
        let token = token();
        let asked = |now: &str, scope: Option<&str>| {
            let client = client(&format!(r#"{{"scope":"{now}"}}"#));
            match decide(&request(scope), &client, Some((&id, &token)), None, NOW) {
                Ok(scope) => Ok(scope.to_string()),
                Err(Refusal::Error(error)) => Err(error.code),
                Err(Refusal::Reused) => panic!("it was never used"),
            }
        };
        assert_eq!(asked("openid profile", None), Ok("openid profile".to_owned()));
        assert_eq!(asked("openid", Some("openid email")), Ok("openid".to_owned()));
        assert_eq!(asked("openid", Some("email")), Err(ErrorCode::InvalidScope));
    }

    #[test]
    fn a_replayed_refresh_token_is_detected_whatever_scope_is_requested() {
        let (client, id, token) =
            (client("{}"), ClientId::parse("idep").unwrap(), used(NOW.plus(-31)));
        let decided = decide(&request(Some("more")), &client, Some((&id, &token)), None, NOW);
        assert_eq!(decided, Err(Refusal::Reused));
    }

    #[test]
    fn rfc_9449_section_5_a_refresh_token_with_a_wrong_key_is_refused_and_not_a_replay() {
        let bound = |key: &str| Some(Confirmation::Jkt(key.to_owned()));
        let (client, id) = (client("{}"), ClientId::parse("idep").unwrap());
        let shown = |key: Option<Confirmation>, token: IssuedRefreshToken| {
            let token = IssuedRefreshToken { confirmation: bound("a"), ..token };
            decide(&request(None), &client, Some((&id, &token)), key.as_ref(), NOW)
        };
        assert_eq!(shown(bound("a"), token()), Ok(token().scope));
        for key in [bound("b"), None] {
            assert!(is_refused(&shown(key, used(NOW.plus(-90)))));
        }
    }

    #[test]
    fn section_6_the_token_is_required() {
        let form = |text| Request::parse(&Parameters::parse_query(text).unwrap());
        assert_eq!(form("scope=a").unwrap_err().code, ErrorCode::InvalidRequest);
        assert_eq!(form("refresh_token=a&scope=%22").unwrap_err().code, ErrorCode::InvalidScope);
        assert_eq!(form("refresh_token=a").unwrap().scope, None);
    }
}
