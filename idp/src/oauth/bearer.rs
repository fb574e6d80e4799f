//! Access tokens at protected resources, by themselves
//! ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750)) or beside a proof.

use crate::jose::Algorithm;
use crate::oauth::dpop;
use crate::oauth::error::{Error, ErrorCode};
use crate::oauth::parameters::Parameters;
use crate::secret::{AccessToken, Purpose, Secret};

/// How an access token is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// By itself, in the header or in the form.
    Bearer,
    /// Beside a proof of possession
    /// ([RFC 9449 section 7.1](https://www.rfc-editor.org/rfc/rfc9449#section-7.1)).
    Dpop,
}

/// Finds the access token of a request in its `Authorization` header
/// ([RFC 6750 section 2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)) or its form
/// ([section 2.2](https://www.rfc-editor.org/rfc/rfc6750#section-2.2)). The query is never looked
/// at. `None`: the request holds no token, and the answer must hold no error code (section 3.1).
///
/// # Errors
/// `invalid_request` for two tokens or a malformed one.
pub fn access_token(
    authorization: Option<&str>,
    form: Option<&Parameters>,
) -> Result<Option<(Scheme, Secret<AccessToken>)>, Error> {
    let header = authorization.and_then(|value| {
        let shown = |name, scheme| credentials(value, name).map(|token| (scheme, token));
        shown("Bearer", Scheme::Bearer).or_else(|| shown("DPoP", Scheme::Dpop))
    });
    let body = form.and_then(|form| form.get("access_token"));
    let (scheme, token) = match (header, body) {
        (Some(_), Some(_)) => {
            return Err(Error::invalid_request("the access token is sent in two ways at once"));
        }
        (None, None) => return Ok(None),
        (Some(shown), None) => shown,
        (None, Some(token)) => (Scheme::Bearer, token),
    };
    if !is_b64token(token) {
        return Err(Error::invalid_request("the access token has characters that no token has"));
    }
    Ok(Some((scheme, Secret::new(token.to_owned()))))
}

/// Finds a token of any other use, which is sent in the header alone. `None`: there is none.
///
/// # Errors
/// `invalid_request` for a malformed one.
pub fn token<P: Purpose>(authorization: Option<&str>) -> Result<Option<Secret<P>>, Error> {
    let found = access_token(authorization, None)?;
    let bearer = found.filter(|(scheme, _)| *scheme == Scheme::Bearer);
    Ok(bearer.map(|(_, token)| Secret::new(token.expose().to_owned())))
}

/// The values of the `WWW-Authenticate` header that go with a refusal
/// ([RFC 6750 section 3](https://www.rfc-editor.org/rfc/rfc6750#section-3),
/// [RFC 9449 section 7.1](https://www.rfc-editor.org/rfc/rfc9449#section-7.1)): one for each scheme
/// that is left to the client. An `error` of `None` says that the request held no token.
#[must_use]
pub fn www_authenticate(scheme: Option<Scheme>, error: Option<&Error>) -> Vec<String> {
    let algorithms = dpop::ALGORITHMS.map(Algorithm::as_str).join(" ");
    let algs = format!(r#"algs="{algorithms}""#);
    let Some(error) = error else {
        return vec!["Bearer".to_owned(), format!("DPoP {algs}")];
    };
    // Neither codes nor descriptions can hold a quote or a backslash.
    let challenge =
        format!(r#"error="{}", error_description="{}""#, error.code, error.description());
    match scheme {
        Some(Scheme::Dpop) => vec![format!("DPoP {challenge}, {algs}")],
        Some(Scheme::Bearer) | None => vec![format!("Bearer {challenge}"), format!("DPoP {algs}")],
    }
}

/// What to answer to a token that is unknown, expired or revoked.
#[must_use]
pub fn invalid_token() -> Error {
    Error::new(ErrorCode::InvalidToken, "the access token is unknown, expired or revoked")
}

/// What to answer to a token that has nobody's consent to tell about them.
#[must_use]
pub fn insufficient_scope() -> Error {
    Error::new(
        ErrorCode::InsufficientScope,
        "the access token is for a client alone, not for a user",
    )
}

/// The credentials of an `Authorization` header, if it is of this scheme. A scheme is
/// case-insensitive ([RFC 9110 section 11.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.1)).
pub(super) fn credentials<'a>(authorization: &'a str, scheme: &str) -> Option<&'a str> {
    let (own, credentials) = authorization.split_once(' ').unwrap_or((authorization, ""));
    own.eq_ignore_ascii_case(scheme).then(|| credentials.trim_matches(' '))
}

/// [RFC 6750 section 2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)
fn is_b64token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let permitted = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    !body.is_empty() && body.bytes().all(permitted)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(authorization: Option<&str>, form: Option<&str>) -> Result<Option<String>, Error> {
        let form = form.map(|form| Parameters::parse_query(form).unwrap());
        let token = access_token(authorization, form.as_ref())?;
        Ok(token.map(|(_, token)| token.expose().to_owned()))
    }

    #[test]
    fn section_2_an_access_token_is_read_from_the_authorization_header_or_the_form() {
        for (authorization, form) in [
            (Some("Bearer mF_9.B5f-4.1JqM"), None),
            (Some("bearer mF_9.B5f-4.1JqM"), None),
            (Some("BEARER  mF_9.B5f-4.1JqM"), Some("other=1")),
            (None, Some("access_token=mF_9.B5f-4.1JqM")),
            (Some("Basic aWRlcDp4"), Some("access_token=mF_9.B5f-4.1JqM")),
        ] {
            assert_eq!(found(authorization, form), Ok(Some("mF_9.B5f-4.1JqM".to_owned())));
        }
    }

    #[test]
    fn rfc_9449_section_7_1_the_dpop_scheme_is_case_insensitive() {
        for header in ["DPoP Kz~8mXK1", "dpop Kz~8mXK1", "dPoP  Kz~8mXK1"] {
            let (scheme, token) = access_token(Some(header), None).unwrap().unwrap();
            assert_eq!((scheme, token.expose()), (Scheme::Dpop, "Kz~8mXK1"), "{header}");
        }
    }

    #[test]
    fn section_3_1_a_request_without_an_access_token_is_not_a_parse_error() {
        for (authorization, form) in
            [(None, None), (Some("Basic aWRlcDp4"), None), (None, Some("access_token="))]
        {
            assert_eq!(found(authorization, form), Ok(None));
        }
    }

    #[test]
    fn section_3_1_two_tokens_or_a_malformed_one_are_invalid_requests() {
        for (authorization, form) in [
            (Some("Bearer a"), Some("access_token=a")),
            (Some("Bearer"), None),
            (Some("Bearer "), None),
            (Some("Bearer a b"), None),
            (Some("Bearer ="), None),
            (Some("Bearer a=b"), None),
            (None, Some("access_token=%C3%A5")),
        ] {
            let error = found(authorization, form).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidRequest, "{authorization:?} {form:?}");
        }
    }

    #[test]
    fn section_3_the_challenge_names_the_error_only_if_there_was_a_token() {
        let dpop = r#"DPoP algs="ES256 PS256 EdDSA""#;
        assert_eq!(www_authenticate(None, None), ["Bearer", dpop]);
        let challenge = "error=\"invalid_token\", \
                    error_description=\"the access token is unknown, expired or revoked\"";
        let error = invalid_token();
        assert_eq!(
            www_authenticate(Some(Scheme::Bearer), Some(&error)),
            [format!("Bearer {challenge}"), dpop.to_owned()]
        );
        assert_eq!(
            www_authenticate(Some(Scheme::Dpop), Some(&error)),
            [format!("DPoP {challenge}, algs=\"ES256 PS256 EdDSA\"")]
        );
    }

    proptest! {
        #[test]
        fn parsing_an_authorization_header_never_panics(header in "\\PC{0,40}", rest in "\\PC{0,40}") {
            let _ = access_token(Some(&header), None);
            let _ = access_token(Some(&format!("Bearer {rest}")), None);
        }
    }
}
