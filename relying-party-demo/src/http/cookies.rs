//! The cookies of the site, read byte by byte: others on the same host may hold any bytes, and a
//! name may come twice. What is not ours is passed over.

use axum::http::{HeaderMap, header};

use crate::entropy::{self, Purpose};

/// Cookies of one kind that are read.
const MOST: usize = 32;
/// Characters that distinguish the names of cookies of one kind.
const SUFFIX: usize = 8;

/// The cookies, by what they are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Browser,
    Language,
    Logout,
    Saved,
    Session,
}

impl Name {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Language => "language",
            Self::Logout => "logout",
            Self::Saved => "saved",
            Self::Session => "session",
        }
    }

    /// `__Host-` names need TLS (RFC 6265bis section 4.1.3.2); an http localhost gets plain ones.
    pub(super) fn in_full(self, secure: bool) -> String {
        let prefix = if secure { "__Host-" } else { "" };
        format!("{prefix}idepweb-{}", self.as_str())
    }
}

/// The name of the cookie that holds this secret of a browser: of its own, so that the answers to
/// several first requests do not overwrite one another's.
pub(super) fn browser_name(secret: &str, secure: bool) -> String {
    let digest = entropy::digest(Purpose::Browser, secret);
    format!("{}-{}", Name::Browser.in_full(secure), &digest[..SUFFIX])
}

/// The values of a cookie.
pub(super) fn values(headers: &HeaderMap, name: Name, secure: bool) -> impl Iterator<Item = &str> {
    let full = name.in_full(secure);
    let own = pairs(headers).filter(move |(other, _)| *other == full.as_bytes());
    own.filter_map(|(_, value)| std::str::from_utf8(value).ok()).take(MOST)
}

/// The secrets of a browser, the oldest first.
pub(super) fn browsers(headers: &HeaderMap, secure: bool) -> Vec<String> {
    let plain = Name::Browser.in_full(secure);
    let mut found = Vec::new();
    for (name, value) in pairs(headers) {
        let Some(secret) = std::str::from_utf8(value).ok().filter(|it| is_token(it)) else {
            continue;
        };
        let own = name == plain.as_bytes() || name == browser_name(secret, secure).as_bytes();
        if own && found.len() < MOST && !found.iter().any(|other| other == secret) {
            found.push(secret.to_owned());
        }
    }
    found
}

/// Whether a text could be one of our secrets: 43 characters of base64url.
pub(super) fn is_token(text: &str) -> bool {
    text.len() == 43
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_'))
}

/// Name and value of every cookie (RFC 6265 section 5.4), from any number of headers.
fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&[u8], &[u8])> {
    let lines = headers.get_all(header::COOKIE).iter().map(|line| line.as_bytes());
    lines.flat_map(|line| line.split(|byte| *byte == b';')).filter_map(|pair| {
        let at = pair.iter().position(|byte| *byte == b'=')?;
        let value = pair[at + 1..].trim_ascii();
        let quoted = value.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
        Some((pair[..at].trim_ascii(), quoted.unwrap_or(value)))
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn sent(lines: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::COOKIE, HeaderValue::from_bytes(line).unwrap());
        }
        headers
    }

    #[test]
    fn malformed_foreign_cookies_are_ignored() {
        let others: [&[u8]; 6] =
            [b"namn=\xe5", b"\xff=\xfe", b"q=\"a b\"", b"flag", b"=x", b"$Version=1"];
        for other in others {
            for line in [
                [other, b"; idepweb-language=sv".as_slice()].concat(),
                [b"idepweb-language=sv;".as_slice(), other].concat(),
            ] {
                let headers = sent(&[&line]);
                let found: Vec<_> = values(&headers, Name::Language, false).collect();
                assert_eq!(found, ["sv"], "{other:?}");
            }
        }
    }

    #[test]
    fn a_browser_secret_is_read_only_from_the_cookie_named_after_it() {
        let (a, b) = ("a".repeat(43), "b".repeat(43));
        let pair = |secret: &str| format!("{}={secret}", browser_name(secret, true));
        let planted = pair(&a).replace(&a, &"c".repeat(43));
        let headers = sent(&[pair(&a).as_bytes(), planted.as_bytes(), pair(&b).as_bytes()]);
        assert_eq!(browsers(&headers, true), [a, b]);
        assert!(browsers(&headers, false).is_empty());
    }
}
