//! The cookies of one browser (RFC 6265bis section 5): each is kept for as long as it lives. The
//! jar is our own, since those that there are ask the world's clock and know no `SameSite`.

use cookie::{Cookie, SameSite};
use url::Url;

/// From where a request is begun, which decides about `SameSite` cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Initiator {
    /// A form or link of the site itself.
    Here,
    /// A link or redirect of another site, a mail program.
    Elsewhere,
    /// A form of another site.
    ElsewhereByForm,
}

/// What one browser remembers.
#[derive(Clone, Debug, Default)]
pub struct Cookies {
    kept: Vec<Kept>,
}

/// A cookie, the host that it is sent to, and the second at which it goes.
#[derive(Clone, Debug)]
struct Kept {
    cookie: Cookie<'static>,
    host: String,
    until: Option<i64>,
}

impl Cookies {
    /// Takes in a `Set-Cookie` header of an answer from this address.
    pub fn take(&mut self, header: &str, from: &Url, now: i64) {
        let Ok(cookie) = Cookie::parse(header.to_owned()) else { return };
        let domain = cookie.domain().filter(|domain| !domain.is_empty());
        let host = domain.or(from.host_str()).unwrap_or_default().to_owned();
        let age = cookie.max_age().map(|age| now.saturating_add(age.whole_seconds()));
        let until = age.or(cookie.expires_datetime().map(|time| time.unix_timestamp()));
        self.keep(Kept { cookie, host, until });
        self.kept.retain(|kept| kept.lives(now));
    }

    /// Takes in what another browser keeps.
    pub fn add(&mut self, other: Self) {
        other.kept.into_iter().for_each(|kept| self.keep(kept));
    }

    /// A cookie that is set again keeps its place (RFC 6265bis section 5.7).
    fn keep(&mut self, new: Kept) {
        match self.kept.iter_mut().find(|kept| kept.is_set_again_by(&new)) {
            Some(kept) => *kept = new,
            None => self.kept.push(new),
        }
    }

    /// Forgets the cookies with such a name.
    pub fn forget(&mut self, named: impl Fn(&str) -> bool) {
        self.kept.retain(|kept| !named(kept.cookie.name()));
    }

    /// The `Cookie` header of a request, if any cookie fits.
    #[must_use]
    pub fn header(&self, url: &Url, initiator: Initiator, now: i64) -> Option<String> {
        let pairs: Vec<_> = self
            .kept
            .iter()
            .filter(|kept| kept.lives(now) && kept.is_for(url))
            .filter(|kept| match initiator {
                Initiator::Here => true,
                Initiator::Elsewhere => kept.cookie.same_site() != Some(SameSite::Strict),
                Initiator::ElsewhereByForm => kept.cookie.same_site() == Some(SameSite::None),
            })
            .map(|kept| format!("{}={}", kept.cookie.name(), kept.cookie.value()))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// Everything that lives.
    pub fn all(&self, now: i64) -> impl Iterator<Item = &Cookie<'static>> {
        self.kept.iter().filter(move |kept| kept.lives(now)).map(|kept| &kept.cookie)
    }
}

impl Kept {
    fn lives(&self, now: i64) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    fn is_set_again_by(&self, new: &Self) -> bool {
        self.cookie.name() == new.cookie.name()
            && self.host == new.host
            && self.cookie.path() == new.cookie.path()
    }

    fn is_for(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let above = host.strip_suffix(self.host.as_str());
        let below = |rest: &str| self.cookie.domain().is_some() && rest.ends_with('.');
        above.is_some_and(|rest| rest.is_empty() || below(rest))
            && is_below(url.path(), self.cookie.path().unwrap_or("/"))
            && (self.cookie.secure() != Some(true) || url.scheme() == "https" || is_local(url))
    }
}

/// Browsers take a connection to the machine itself for a safe one.
fn is_local(url: &Url) -> bool {
    url.host_str().is_some_and(|host| host == "localhost" || host.starts_with("127."))
}

fn is_below(path: &str, of: &str) -> bool {
    path == of
        || path.strip_prefix(of).is_some_and(|rest| of.ends_with('/') || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(path: &str) -> Url {
        Url::parse("http://localhost:8400").and_then(|base| base.join(path)).expect("a path")
    }

    #[test]
    fn a_cookie_is_sent_below_its_path_until_it_is_ended() {
        let mut cookies = Cookies::default();
        cookies.take("a=1; Path=/interaction/7; HttpOnly; SameSite=Lax", &url("/"), 0);
        let header = |cookies: &Cookies, path| cookies.header(&url(path), Initiator::Here, 0);
        assert_eq!(header(&cookies, "/interaction/7/password").as_deref(), Some("a=1"));
        assert_eq!(header(&cookies, "/interaction/70"), None);
        cookies.take("a=; Path=/interaction/7; Max-Age=0", &url("/"), 0);
        assert_eq!(cookies.all(0).count(), 0);
    }

    #[test]
    fn a_cookie_expires_and_keeps_its_position_when_set_again() {
        let mut cookies = Cookies::default();
        cookies.take("a=1; Max-Age=60", &url("/"), 100);
        cookies.take("b=1; Expires=Thu, 01 Jan 1970 00:05:00 GMT", &url("/"), 100);
        cookies.take("a=2; Max-Age=60", &url("/"), 110);
        let header = |now| cookies.header(&url("/"), Initiator::Here, now);
        assert_eq!(header(169).as_deref(), Some("a=2; b=1"));
        assert_eq!(header(170).as_deref(), Some("b=1"));
        assert_eq!(header(300), None);
    }

    #[test]
    fn cross_site_requests_send_cookies_by_their_same_site_attribute() {
        let mut cookies = Cookies::default();
        for (name, rule) in [("s", "Strict"), ("l", "Lax"), ("n", "None")] {
            cookies.take(&format!("{name}=1; Path=/; SameSite={rule}"), &url("/"), 0);
        }
        for (initiator, header) in [
            (Initiator::Here, "s=1; l=1; n=1"),
            (Initiator::Elsewhere, "l=1; n=1"),
            (Initiator::ElsewhereByForm, "n=1"),
        ] {
            assert_eq!(cookies.header(&url("/"), initiator, 0).as_deref(), Some(header));
        }
    }

    #[test]
    fn a_cookie_is_sent_only_to_its_host_unless_it_has_a_domain() {
        let at = |host: &str| Url::parse(&format!("https://{host}/")).expect("a URL");
        let mut cookies = Cookies::default();
        cookies.take("own=1", &at("login.example"), 0);
        cookies.take("wide=1; Domain=example; Secure", &at("login.example"), 0);
        let header = |host| cookies.header(&at(host), Initiator::Here, 0);
        assert_eq!(header("login.example").as_deref(), Some("own=1; wide=1"));
        assert_eq!(header("other.example").as_deref(), Some("wide=1"));
        assert_eq!(header("a.login.example").as_deref(), Some("wide=1"));
        assert_eq!(header("badexample"), None);
    }
}
