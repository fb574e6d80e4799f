//! The cookies of one browser (RFC 6265bis section 5).

use url::Url;

/// One cookie as the browser stored it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The host it is sent to.
    pub host: String,
    /// Whether hosts below that one get it too.
    pub for_subdomains: bool,
    /// The path below which it is sent.
    pub path: String,
    /// `strict`, `lax` or `none`; a browser takes `lax` when nothing is said.
    pub same_site: String,
    /// Whether script is kept from it.
    pub http_only: bool,
    /// Whether it is sent over https only.
    pub secure: bool,
}

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
    kept: Vec<Cookie>,
}

impl Cookies {
    /// Takes in a `Set-Cookie` header of an answer from this address.
    pub fn take(&mut self, header: &str, from: &Url) {
        let host = from.host_str().unwrap_or_default();
        let Some((cookie, ended)) = parse(header, host) else { return };
        let key = |one: &Cookie| (one.name.clone(), one.host.clone(), one.path.clone());
        self.kept.retain(|kept| key(kept) != key(&cookie));
        if !ended {
            self.kept.push(cookie);
        }
    }

    /// The `Cookie` header of a request, if any cookie fits.
    #[must_use]
    pub fn header(&self, url: &Url, initiator: Initiator) -> Option<String> {
        let pairs: Vec<_> = self
            .kept
            .iter()
            .filter(|cookie| cookie.is_for(url.host_str().unwrap_or_default()))
            .filter(|cookie| below(url.path(), &cookie.path))
            .filter(|cookie| !cookie.secure || url.scheme() == "https" || is_local(url))
            .filter(|cookie| match initiator {
                Initiator::Here => true,
                Initiator::Elsewhere => cookie.same_site != "strict",
                Initiator::ElsewhereByForm => cookie.same_site == "none",
            })
            .map(|cookie| format!("{}={}", cookie.name, cookie.value))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// Everything that is kept.
    #[must_use]
    pub fn kept(&self) -> &[Cookie] {
        &self.kept
    }
}

impl Cookie {
    fn is_for(&self, host: &str) -> bool {
        let above = host.strip_suffix(self.host.as_str());
        above.is_some_and(|rest| rest.is_empty() || self.for_subdomains && rest.ends_with('.'))
    }
}

/// Browsers take a connection to the machine itself for a safe one.
fn is_local(url: &Url) -> bool {
    url.host_str().is_some_and(|host| host == "localhost" || host.starts_with("127."))
}

/// The cookie and whether the header ends it at once.
fn parse(header: &str, host: &str) -> Option<(Cookie, bool)> {
    let mut parts = header.split(';');
    let (name, value) = parts.next()?.split_once('=')?;
    let mut cookie = Cookie {
        name: name.trim().to_owned(),
        value: value.trim().to_owned(),
        host: host.to_owned(),
        for_subdomains: false,
        path: "/".to_owned(),
        same_site: "lax".to_owned(),
        http_only: false,
        secure: false,
    };
    let mut ended = false;
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim();
        match key.trim().to_lowercase().as_str() {
            "path" => value.clone_into(&mut cookie.path),
            "domain" if !value.is_empty() => {
                value.trim_start_matches('.').clone_into(&mut cookie.host);
                cookie.for_subdomains = true;
            }
            "samesite" => cookie.same_site = value.to_lowercase(),
            "httponly" => cookie.http_only = true,
            "secure" => cookie.secure = true,
            "max-age" => ended = value.parse::<i64>().is_ok_and(|seconds| seconds <= 0),
            "expires" => ended |= value.contains(" 1970 "),
            _ => {}
        }
    }
    Some((cookie, ended))
}

fn below(path: &str, of: &str) -> bool {
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
        cookies.take("a=1; Path=/interaction/7; HttpOnly; SameSite=Lax", &url("/"));
        let here = Initiator::Here;
        assert_eq!(cookies.header(&url("/interaction/7/password"), here).as_deref(), Some("a=1"));
        assert_eq!(cookies.header(&url("/interaction/70"), here), None);
        cookies.take("a=; Path=/interaction/7; Max-Age=0", &url("/"));
        assert!(cookies.kept().is_empty());
    }

    #[test]
    fn another_site_gets_what_the_cookie_allows() {
        let mut cookies = Cookies::default();
        for (name, rule) in [("s", "Strict"), ("l", "Lax"), ("n", "None")] {
            cookies.take(&format!("{name}=1; Path=/; SameSite={rule}"), &url("/"));
        }
        for (initiator, header) in [
            (Initiator::Here, "s=1; l=1; n=1"),
            (Initiator::Elsewhere, "l=1; n=1"),
            (Initiator::ElsewhereByForm, "n=1"),
        ] {
            assert_eq!(cookies.header(&url("/"), initiator).as_deref(), Some(header));
        }
    }
    #[test]
    fn a_cookie_goes_to_the_host_that_set_it_and_below_only_by_its_domain() {
        let at = |host: &str| Url::parse(&format!("https://{host}/")).expect("a URL");
        let mut cookies = Cookies::default();
        cookies.take("own=1", &at("login.example"));
        cookies.take("wide=1; Domain=example; Secure", &at("login.example"));
        let header = |host| cookies.header(&at(host), Initiator::Here);
        assert_eq!(header("login.example").as_deref(), Some("own=1; wide=1"));
        assert_eq!(header("other.example").as_deref(), Some("wide=1"));
        assert_eq!(header("a.login.example").as_deref(), Some("wide=1"));
        assert_eq!(header("badexample"), None);
    }
}
