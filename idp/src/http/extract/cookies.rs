//! The cookies: what they are called, and how they are set. `__Host-` names on https; plain names
//! for an http issuer on localhost, where browsers refuse the prefix.

use axum::http::HeaderMap;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

use crate::account::known_browser::KNOWN_DAYS;
use crate::secret::{Purpose, Secret};

/// Seconds the cookie that binds interactions lives: longer than any interaction.
const BROWSER_LIFE: i64 = 86_400;
/// Seconds the choice of a language lives.
const LANGUAGE_LIFE: i64 = 31_536_000;

/// Reads and writes the cookies of this deployment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cookies {
    pub(crate) https: bool,
    /// Seconds a remembered browser is remembered.
    pub(crate) remember: i64,
}

/// What a response sets or removes.
pub(crate) enum Change<'a> {
    Browser(&'a str),
    Session(&'a str),
    EndSession,
    /// What the frame of Session Management reads: by script, within pages of other sites.
    State(&'a str),
    EndState,
    Remembered(&'a str),
    /// Which accounts have completed a login in this browser.
    Known(&'a str),
    Language(&'a str),
}

impl Cookies {
    fn name(self, name: &str) -> String {
        if self.https { format!("__Host-idp-{name}") } else { format!("idp-{name}") }
    }

    /// The secret in the cookie of that name. Anything that cannot be one of ours is no cookie.
    pub(crate) fn secret<P: Purpose>(self, headers: &HeaderMap, name: &str) -> Option<Secret<P>> {
        let value = self.text(headers, name)?;
        let plausible = value.len() == 43
            && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        plausible.then(|| Secret::new(value))
    }

    /// The text in the cookie of that name.
    pub(crate) fn text(self, headers: &HeaderMap, name: &str) -> Option<String> {
        let jar = CookieJar::from_headers(headers);
        jar.get(&self.name(name)).map(|cookie| cookie.value().to_owned())
    }

    /// The value of a `Set-Cookie` header.
    pub(crate) fn set(self, change: &Change<'_>) -> String {
        let (name, value, life) = match change {
            Change::Browser(value) => ("browser", *value, Some(BROWSER_LIFE)),
            Change::Session(value) => ("session", *value, None),
            Change::EndSession => ("session", "", Some(0)),
            Change::State(value) => ("state", *value, None),
            Change::EndState => ("state", "", Some(0)),
            Change::Remembered(value) => ("remembered", *value, Some(self.remember)),
            Change::Known(value) => ("known", *value, Some(KNOWN_DAYS * 86_400)),
            Change::Language(value) => ("language", *value, Some(LANGUAGE_LIFE)),
        };
        let mut cookie = Cookie::new(self.name(name), value.to_owned());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Session;

    const HTTPS: Cookies = Cookies { https: true, remember: 1_728_000 };
    const HTTP: Cookies = Cookies { https: false, remember: 1_728_000 };

    #[test]
    fn a_cookie_is_bound_to_the_host_where_browsers_allow_it() {
        assert_eq!(
            HTTPS.set(&Change::Session("x")),
            "__Host-idp-session=x; HttpOnly; SameSite=Lax; Secure; Path=/"
        );
        assert_eq!(
            HTTP.set(&Change::Remembered("x")),
            "idp-remembered=x; HttpOnly; SameSite=Lax; Path=/; Max-Age=1728000"
        );
        assert!(HTTPS.set(&Change::EndSession).ends_with("Max-Age=0"));
    }

    #[test]
    fn a_cookie_that_cannot_be_ours_is_no_cookie() {
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("cookie", format!("a=b; __Host-idp-session={value}").parse().unwrap());
            HTTPS.secret::<Session>(&headers, "session").is_some()
        };
        assert!(read(&"a".repeat(43)));
        for value in ["", "short", &"a".repeat(44), &format!("{}=", "a".repeat(42))] {
            assert!(!read(value), "{value}");
        }
        let mut headers = HeaderMap::new();
        headers.insert("cookie", format!("idp-session={}", "a".repeat(43)).parse().unwrap());
        assert!(HTTPS.secret::<Session>(&headers, "session").is_none(), "a plain name on https");
    }
}
