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
use crate::secret::{RefreshToken, Secret};

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
    /// From when on it is worthless for want of use.
    pub idle_expires_at: Timestamp,
    /// From when on it is worthless, used or not.
    pub expires_at: Timestamp,
}

/// What became of a refresh token whose grant lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Nothing yet.
    Unused,
    /// It was used at that time.
    Used(Timestamp),
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Issue an access token of this scope; the refresh token stays.
    Keep(Scope),
    /// Issue an access token of this scope and the successor.
    Rotate(Scope),
    /// Issue an access token of this scope and hand out the newest token of the family again.
    Repeat(Scope),
    /// Nothing. Answer this.
    Refused(Error),
    /// Nothing. Revoke the grant, and answer [`reused`].
    Reused,
}

/// Decides on a request of an authenticated client. `known` is what the store has of the token:
/// whose it is, what it grants, what became of it. `shown` is the key this request is bound to.
#[must_use]
pub fn decide(
    request: &Request,
    client: &Client,
    known: Option<(&ClientId, &IssuedRefreshToken, Use)>,
    shown: Option<&Confirmation>,
    now: Timestamp,
) -> Verdict {
    let known = known.filter(|(client_id, ..)| *client_id == client.client_id());
    let Some((_, token, became)) = known else { return Verdict::Refused(unknown()) };
    if now >= token.idle_expires_at || now >= token.expires_at {
        return Verdict::Refused(unknown());
    }
    if token.confirmation.is_some() && token.confirmation.as_ref() != shown {
        return Verdict::Refused(Error::invalid_grant(
            "the refresh token is bound to another key than this request",
        ));
    }
    if let Use::Used(at) = became
        && now.since(at) > REPEAT_SECONDS
    {
        return Verdict::Reused;
    }
    let scope = match narrow_scope(request, client, token) {
        Ok(scope) => scope,
        Err(error) => return Verdict::Refused(error),
    };
    match became {
        Use::Unused if client.rotates_refresh_tokens() => Verdict::Rotate(scope),
        Use::Unused => Verdict::Keep(scope),
        Use::Used(_) => Verdict::Repeat(scope),
    }
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
        }
    }

    fn decided(public: bool, token: &IssuedRefreshToken, became: Use, after: i64) -> Verdict {
        let public =
            public.then_some(r#"{"token_endpoint_auth_method":"none","client_secret":null}"#);
        let client = client(public.unwrap_or("{}"));
        let id = ClientId::parse("idep").unwrap();
        decide(&request(None), &client, Some((&id, token, became)), None, NOW.plus(after))
    }

    fn is_refused(verdict: &Verdict) -> bool {
        matches!(verdict, Verdict::Refused(error) if error.code == ErrorCode::InvalidGrant)
    }

    #[test]
    fn rfc_9700_section_4_14_2_public_clients_rotate_and_others_keep_theirs() {
        let all = token().scope;
        assert_eq!(decided(false, &token(), Use::Unused, 1), Verdict::Keep(all.clone()));
        assert_eq!(decided(true, &token(), Use::Unused, 1), Verdict::Rotate(all.clone()));
        for (seconds, verdict) in [
            (0, Verdict::Repeat(all.clone())),
            (REPEAT_SECONDS, Verdict::Repeat(all)),
            (REPEAT_SECONDS + 1, Verdict::Reused),
            (98, Verdict::Reused),
        ] {
            let used = Use::Used(NOW.plus(1));
            assert_eq!(decided(true, &token(), used, 1 + seconds), verdict, "{seconds}");
        }
    }

    #[test]
    fn section_6_a_token_ends_unused_or_old_and_is_then_no_reuse() {
        for became in [Use::Unused, Use::Used(NOW), Use::Used(NOW.plus(90))] {
            assert!(!is_refused(&decided(true, &token(), became, 99)));
            assert!(is_refused(&decided(true, &token(), became, 100)), "{became:?}");
        }
        let old = IssuedRefreshToken { idle_expires_at: NOW.plus(200), ..token() };
        assert!(is_refused(&decided(false, &old, Use::Unused, 150)));
    }

    #[test]
    fn section_6_a_token_is_its_own_client_s() {
        let other = client(r#"{"client_id":"another"}"#);
        let id = ClientId::parse("idep").unwrap();
        for known in [None, Some((&id, &token(), Use::Used(NOW.plus(-90))))] {
            assert!(is_refused(&decide(&request(None), &other, known, None, NOW)));
        }
    }

    #[test]
    fn section_6_the_scope_may_shrink_and_never_grow() {
        let (client, id, token) = (client("{}"), ClientId::parse("idep").unwrap(), token());
        let asked = |scope: &str| {
            decide(&request(Some(scope)), &client, Some((&id, &token, Use::Unused)), None, NOW)
        };
        assert_eq!(asked("profile openid"), Verdict::Keep("profile openid".parse().unwrap()));
        let Verdict::Refused(error) = asked("openid phone") else { panic!() };
        assert_eq!(error.code, ErrorCode::InvalidScope);
    }

    #[test]
    fn the_scope_is_what_the_client_may_have_now_and_nothing_is_an_error() {
        let id = ClientId::parse("idep").unwrap();
        let token = token();
        let asked = |now: &str, scope: Option<&str>| {
            let client = client(&format!(r#"{{"scope":"{now}"}}"#));
            let known = Some((&id, &token, Use::Unused));
            match decide(&request(scope), &client, known, None, NOW) {
                Verdict::Keep(scope) => Ok(scope.to_string()),
                Verdict::Refused(error) => Err(error.code),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(asked("openid profile", None), Ok("openid profile".to_owned()));
        assert_eq!(asked("openid", Some("openid email")), Ok("openid".to_owned()));
        assert_eq!(asked("openid", Some("email")), Err(ErrorCode::InvalidScope));
    }

    #[test]
    fn a_token_used_too_long_ago_is_reused_whatever_scope_is_asked_for() {
        let (client, id, token) = (client("{}"), ClientId::parse("idep").unwrap(), token());
        let known = Some((&id, &token, Use::Used(NOW.plus(-31))));
        assert_eq!(decide(&request(Some("more")), &client, known, None, NOW), Verdict::Reused);
    }

    #[test]
    fn rfc_9449_section_5_a_bound_token_needs_its_own_key_and_no_thief_ends_its_family() {
        let bound = |key: &str| Some(Confirmation::Jkt(key.to_owned()));
        let token = IssuedRefreshToken { confirmation: bound("a"), ..token() };
        let (client, id) = (client("{}"), ClientId::parse("idep").unwrap());
        let shown = |key: Option<Confirmation>, became| {
            decide(&request(None), &client, Some((&id, &token, became)), key.as_ref(), NOW)
        };
        assert_eq!(shown(bound("a"), Use::Unused), Verdict::Keep(token.scope.clone()));
        for key in [bound("b"), None] {
            assert!(is_refused(&shown(key, Use::Used(NOW.plus(-90)))));
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
