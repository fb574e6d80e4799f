//! The refresh token grant ([RFC 6749 section 6](https://www.rfc-editor.org/rfc/rfc6749#section-6)).
//!
//! A client that authenticates keeps its refresh token. Of any other client each token is good for
//! one use, and leads to its successor
//! ([RFC 9700 section 4.14.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2)). An answer
//! can be lost on its way, or two tabs can ask at once; so a used token is taken again as long as
//! its successor is unused. After that it was stolen, by whoever comes second, and all of its
//! family ends.

use crate::clock::Timestamp;
use crate::oauth::client::{Client, ClientId};
use crate::oauth::confirmation::Confirmation;
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::parameters::Parameters;
use crate::oauth::scope::Scope;
use crate::secret::{RefreshToken, Secret};

/// For so many seconds after its use a token leads to the same successor again: until then two
/// askers are one client, and neither must end up with a token that the other has outdated.
const SAME_SUCCESSOR: i64 = 10;

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
    /// It was used, and its successor was not.
    Followed(Timestamp),
    /// It was used, and its successor too; or another took its place.
    Over,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Issue an access token of this scope; the refresh token stays.
    Keep(Scope),
    /// Issue an access token of this scope and the first successor.
    Rotate(Scope),
    /// The same, with the successor that was issued at that time.
    Repeat(Scope, Timestamp),
    /// The same, with another successor, which takes the place of the unused one.
    Replace(Scope),
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
    let wanted = request.scope.as_ref().unwrap_or(&token.scope);
    if wanted.narrow(&token.scope) != *wanted {
        return Verdict::Refused(Error::new(
            ErrorCode::InvalidScope,
            "scope asks for more than was granted",
        ));
    }
    let scope = wanted.clone();
    match became {
        Use::Unused if client.rotates_refresh_tokens() => Verdict::Rotate(scope),
        Use::Unused => Verdict::Keep(scope),
        Use::Followed(at) if now.since(at) <= SAME_SUCCESSOR => Verdict::Repeat(scope, at),
        Use::Followed(_) => Verdict::Replace(scope),
        Use::Over => Verdict::Reused,
    }
}

/// The answer to a token that is not known, not the client's own, or worthless by now.
#[must_use]
pub fn unknown() -> Error {
    Error::invalid_grant("the refresh token is unknown, expired or revoked")
}

/// The answer to a token that was used before its successor was.
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
            scope: "openid profile offline_access".parse().unwrap(),
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
        let followed = Use::Followed(NOW.plus(1));
        assert_eq!(
            decided(true, &token(), followed, 11),
            Verdict::Repeat(all.clone(), NOW.plus(1))
        );
        assert_eq!(decided(true, &token(), followed, 12), Verdict::Replace(all));
        assert_eq!(decided(true, &token(), Use::Over, 1), Verdict::Reused);
    }

    #[test]
    fn section_6_a_token_ends_unused_or_old_and_is_then_no_reuse() {
        for became in [Use::Unused, Use::Followed(NOW), Use::Over] {
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
        for known in [None, Some((&id, &token(), Use::Over))] {
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
        let Verdict::Refused(error) = asked("openid email") else { panic!() };
        assert_eq!(error.code, ErrorCode::InvalidScope);
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
            assert!(is_refused(&shown(key, Use::Over)));
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
