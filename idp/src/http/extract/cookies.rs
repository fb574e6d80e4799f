//! The cookies: what they are called, how they are read and how they are set. `__Host-` names on
//! https; plain names for an http issuer on localhost, where browsers refuse the prefix.
//!
//! A host shares its cookies with other applications, which may hold any bytes, and a name may come
//! twice. So the header is read byte by byte, what is not ours is passed over, and all that could
//! be ours is taken: which of several is valid is for the provider to find.

use axum::http::{HeaderMap, header};
use axum_extra::extract::cookie::{Cookie, SameSite};

use crate::account::known_browser::KNOWN_DAYS;
use crate::provider::login::remembered_browser::MarkCookie;
use crate::secret::{Browser, Purpose, Secret};

/// Seconds the cookie that binds interactions lives: longer than any interaction.
const BROWSER_LIFE: i64 = 86_400;
/// Seconds the choice of a language lives.
const LANGUAGE_LIFE: i64 = 31_536_000;
/// Characters that a cookie's name has of its own, where a browser may hold several of a kind.
const SUFFIX: usize = 8;
/// Cookies of one kind that are read: more than the tabs a browser opens at once, and those of one
/// kind below 4 kB.
const MOST: usize = 32;

/// Reads and writes the cookies of this deployment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cookies {
    pub(crate) https: bool,
}

/// What a response sets or removes.
pub(crate) enum Change<'a> {
    Browser(&'a Secret<Browser>),
    Session(&'a str),
    EndSession,
    /// What the frame of Session Management reads: by script, within pages of other sites.
    State(&'a str),
    EndState,
    Remembered(&'a MarkCookie),
    /// Which accounts have completed a login in this browser.
    Known(&'a str),
    Language(&'a str),
}

impl Cookies {
    const fn prefix(self) -> &'static str {
        if self.https { "__Host-idp-" } else { "idp-" }
    }

    /// The name of a cookie that binds interactions: of its own, so that the answers to several
    /// first requests do not overwrite one another's.
    fn browser_name(secret: &Secret<Browser>) -> String {
        format!("browser-{}", &secret.digest().as_str()[..SUFFIX])
    }

    /// Whether the browser sent any cookie of ours.
    pub(crate) fn has_any(self, headers: &HeaderMap) -> bool {
        pairs(headers).any(|(name, _)| name.starts_with(self.prefix().as_bytes()))
    }

    /// The secrets in the cookies that bind interactions, the oldest cookie first.
    pub(crate) fn browsers(self, headers: &HeaderMap) -> Vec<Secret<Browser>> {
        let found = self.named(headers, "browser");
        let own = found.filter_map(|(suffix, value)| {
            let secret = secret(value)?;
            let name = format!("browser{}", String::from_utf8_lossy(suffix));
            (suffix.is_empty() || name == Self::browser_name(&secret)).then_some(secret)
        });
        distinct(own)
    }

    /// The secrets in the cookies of that name, also in those with a further part. Anything that
    /// cannot be one of ours is no cookie.
    pub(crate) fn secrets<P: Purpose>(self, headers: &HeaderMap, name: &str) -> Vec<Secret<P>> {
        distinct(self.named(headers, name).filter_map(|(_, value)| secret(value)))
    }

    /// The texts in the cookies of that name.
    pub(crate) fn texts<'a>(
        self,
        headers: &'a HeaderMap,
        name: &'a str,
    ) -> impl Iterator<Item = &'a str> {
        let found = self.named(headers, name).filter(|(suffix, _)| suffix.is_empty());
        found.filter_map(|(_, value)| std::str::from_utf8(value).ok())
    }

    /// What follows the name, and the value, of each cookie of that kind.
    fn named<'a>(
        self,
        headers: &'a HeaderMap,
        name: &'a str,
    ) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        pairs(headers).filter_map(move |(full, value)| {
            let own = full.strip_prefix(self.prefix().as_bytes())?;
            let suffix = own.strip_prefix(name.as_bytes())?;
            let further = suffix.len() == SUFFIX + 1 && suffix.starts_with(b"-");
            (suffix.is_empty() || further).then_some((suffix, value))
        })
    }

    /// The value of a `Set-Cookie` header.
    pub(crate) fn set(self, change: &Change<'_>) -> String {
        let name = match change {
            Change::Browser(secret) => Self::browser_name(secret),
            Change::Remembered(mark) => format!("remembered-{}", mark.name),
            Change::Session(_) | Change::EndSession => "session".to_owned(),
            Change::State(_) | Change::EndState => "state".to_owned(),
            Change::Known(_) => "known".to_owned(),
            Change::Language(_) => "language".to_owned(),
        };
        let (value, life) = match change {
            Change::Browser(secret) => (secret.expose(), Some(BROWSER_LIFE)),
            Change::Remembered(mark) => (mark.secret.expose(), Some(mark.seconds)),
            Change::Session(value) | Change::State(value) => (*value, None),
            Change::EndSession | Change::EndState => ("", Some(0)),
            Change::Known(value) => (*value, Some(KNOWN_DAYS * 86_400)),
            Change::Language(value) => (*value, Some(LANGUAGE_LIFE)),
        };
        let mut cookie = Cookie::new(format!("{}{name}", self.prefix()), value.to_owned());
        let framed = matches!(change, Change::State(_) | Change::EndState);
        cookie.set_http_only(!framed);
        cookie.set_secure(self.https);
        // Lax: a link in a webmail leads here from another site, and must bring the cookie along.
        // Browsers take None with Secure alone.
        let crosses = framed && self.https;
        cookie.set_same_site(if crosses { SameSite::None } else { SameSite::Lax });
        cookie.set_path("/");
        let attributes = cookie.to_string();
        life.map_or(attributes.clone(), |life| format!("{attributes}; Max-Age={life}"))
    }
}

/// Name and value of every cookie, as bytes
/// ([RFC 6265 section 5.4](https://www.rfc-editor.org/rfc/rfc6265#section-5.4)), from any number of
/// headers: HTTP/2 may split them ([RFC 9113 section
/// 8.2.3](https://www.rfc-editor.org/rfc/rfc9113#section-8.2.3)).
fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&[u8], &[u8])> {
    let lines = headers.get_all(header::COOKIE).iter().map(|line| line.as_bytes());
    lines.flat_map(|line| line.split(|byte| *byte == b';')).filter_map(|pair| {
        let at = pair.iter().position(|byte| *byte == b'=')?;
        let value = pair[at + 1..].trim_ascii();
        let quoted = value.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
        Some((pair[..at].trim_ascii(), quoted.unwrap_or(value)))
    })
}

/// A value that could be a secret drawn here: 43 characters of base64url.
fn secret<P: Purpose>(value: &[u8]) -> Option<Secret<P>> {
    let drawn = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-' || *byte == b'_';
    let value = std::str::from_utf8(value).ok()?;
    (value.len() == 43 && value.as_bytes().iter().all(drawn)).then(|| Secret::new(value.to_owned()))
}

/// The first few, each once.
fn distinct<P: Purpose>(found: impl Iterator<Item = Secret<P>>) -> Vec<Secret<P>> {
    let mut kept: Vec<Secret<P>> = Vec::new();
    for secret in found {
        if kept.len() < MOST && kept.iter().all(|other| other.expose() != secret.expose()) {
            kept.push(secret);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;
    use crate::secret::Session;

    const HTTPS: Cookies = Cookies { https: true };
    const HTTP: Cookies = Cookies { https: false };

    fn sent(lines: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("cookie", HeaderValue::from_bytes(line).unwrap());
        }
        headers
    }

    fn sessions(lines: &[&[u8]]) -> Vec<String> {
        let found = HTTPS.secrets::<Session>(&sent(lines), "session");
        found.iter().map(|secret| secret.expose().to_owned()).collect()
    }

    #[test]
    fn cookies_have_the_host_prefix_and_secure_on_https_only() {
        assert_eq!(
            HTTPS.set(&Change::Session("x")),
            "__Host-idp-session=x; HttpOnly; SameSite=Lax; Secure; Path=/"
        );
        let secret = Secret::new("x".to_owned());
        let mark = MarkCookie { name: "7a".to_owned(), secret, seconds: 1_727_999 };
        assert_eq!(
            HTTP.set(&Change::Remembered(&mark)),
            "idp-remembered-7a=x; HttpOnly; SameSite=Lax; Path=/; Max-Age=1727999"
        );
        assert!(HTTPS.set(&Change::EndSession).ends_with("Max-Age=0"));
    }

    #[test]
    fn a_session_cookie_of_wrong_form_is_ignored() {
        let read = |value: &str| sessions(&[format!("__Host-idp-session={value}").as_bytes()]);
        assert_eq!(read(&"a".repeat(43)).len(), 1);
        for value in ["", "short", &"a".repeat(44), &format!("{}=", "a".repeat(42))] {
            assert!(read(value).is_empty(), "{value}");
        }
        let plain = format!("idp-session={}", "a".repeat(43));
        assert!(sessions(&[plain.as_bytes()]).is_empty(), "a plain name on https");
    }

    #[test]
    fn foreign_cookies_with_any_bytes_are_ignored() {
        let own = format!("__Host-idp-session={}", "a".repeat(43));
        let huge = [b"big=".as_slice(), &[b'x'; 40_000]].concat();
        let others: [&[u8]; 9] = [
            b"namn=\xe5\xe4\xf6",
            b"\xff\xfe=\x80",
            b"q=\"a b, c\"",
            b"$Version=1",
            b"no value",
            b"=no name",
            b"",
            b"__Host-idp-sessions=1",
            &huge,
        ];
        for other in others {
            let whole = [other, b"; ", own.as_bytes()].concat();
            assert_eq!(sessions(&[&whole]).len(), 1, "before: {other:?}");
            let whole = [own.as_bytes(), b";", other].concat();
            assert_eq!(sessions(&[&whole]).len(), 1, "behind: {other:?}");
            assert_eq!(sessions(&[other, own.as_bytes()]).len(), 1, "in two: {other:?}");
        }
        let quoted = format!(" __Host-idp-session = \"{}\" ", "a".repeat(43));
        assert_eq!(sessions(&[quoted.as_bytes()]).len(), 1);
    }

    #[test]
    fn each_distinct_valid_value_of_a_duplicated_cookie_is_read_once() {
        let pair = |value: &str| format!("__Host-idp-session={value}");
        let (a, b) = ("a".repeat(43), "b".repeat(43));
        let line = [pair("junk"), pair(&a), pair(&a), pair(""), pair(&b)].join("; ");
        assert_eq!(sessions(&[line.as_bytes()]), [a, b]);
        let many: Vec<_> = (10..99).map(|number| pair(&format!("{number:0>43}"))).collect();
        assert_eq!(sessions(&[many.join("; ").as_bytes()]).len(), MOST);
    }

    #[test]
    fn a_binding_secret_is_read_only_from_the_cookie_named_after_it() {
        let (a, b) = (Secret::new("a".repeat(43)), Secret::new("b".repeat(43)));
        let set = |secret| {
            let header = HTTPS.set(&Change::Browser(secret));
            header.split(';').next().unwrap_or_default().to_owned()
        };
        let read = |line: &str| HTTPS.browsers(&sent(&[line.as_bytes()])).len();
        assert_ne!(set(&a).split('=').next(), set(&b).split('=').next());
        assert_eq!(read(&format!("{}; {}", set(&a), set(&b))), 2);
        assert_eq!(read(&format!("__Host-idp-browser={}", a.expose())), 1, "of a former version");
        let planted = set(&a).replace(&"a".repeat(43), &"c".repeat(43));
        assert_eq!(read(&planted), 0);
    }
}
