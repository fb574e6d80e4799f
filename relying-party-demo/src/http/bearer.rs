//! The access token of a request (RFC 6750 section 2.1), in its header alone.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

/// How a request proves a login.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Credentials {
    /// Not by this header.
    None,
    /// By an access token.
    Bearer(String),
    /// In a way that we do not take, or by two of them.
    Unknown,
}

impl Credentials {
    /// Reads `Authorization`; the name of the scheme is compared without case (RFC 9110 section
    /// 11.1).
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let Some(value) = values.next() else { return Self::None };
        let bearer = value.to_str().ok().and_then(|value| value.split_once(' '));
        match bearer {
            Some((scheme, token))
                if scheme.eq_ignore_ascii_case("bearer")
                    && is_token(token.trim())
                    && values.next().is_none() =>
            {
                Self::Bearer(token.trim().to_owned())
            }
            _ => Self::Unknown,
        }
    }
}

/// `b64token` of RFC 6750 section 2.1.
fn is_token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let fits = |it: u8| it.is_ascii_alphanumeric() || b"-._~+/".contains(&it);
    !body.is_empty() && text.len() <= 4096 && body.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_is_read_only_from_a_single_well_formed_header() {
        let bearer = |token: &str| Credentials::Bearer(token.to_owned());
        let cases: [(&[&str], _); 8] = [
            (&[], Credentials::None),
            (&["Bearer a.b_c-d=="], bearer("a.b_c-d==")),
            (&["bearer a"], bearer("a")),
            (&["Bearer"], Credentials::Unknown),
            (&["Bearer a b"], Credentials::Unknown),
            (&["Bearer ="], Credentials::Unknown),
            (&["DPoP a"], Credentials::Unknown),
            (&["Bearer a", "Bearer a"], Credentials::Unknown),
        ];
        for (values, expected) in cases {
            let headers =
                values.iter().map(|value| (AUTHORIZATION, value.parse().unwrap())).collect();
            assert_eq!(Credentials::of(&headers), expected, "{values:?}");
        }
    }
}
