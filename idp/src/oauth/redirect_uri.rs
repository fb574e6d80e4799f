//! The addresses a browser may be sent to: those a client has registered, and no other.

use serde::{Deserialize, Serialize};
use url::{Host, Origin, Url};

use crate::oauth::client::Client;
use crate::oauth::client::metadata::ApplicationType;
use crate::oauth::error::Error;
use crate::oauth::host;

/// A redirect URI of which it was checked that its client has registered it. Nothing else can be
/// redirected to.
///
/// It can be read back from the store as it was written, since it had passed the check before it
/// was written; [`Registered::recheck`] asks again, for a client may change in between.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Registered(String);

impl Registered {
    /// Finds `requested` among the redirect URIs of `client`, byte by byte
    /// ([RFC 9700 section 4.1.3](https://www.rfc-editor.org/rfc/rfc9700#section-4.1.3)). For a
    /// native client on a loopback address any port will do
    /// ([RFC 8252 section 7.3](https://www.rfc-editor.org/rfc/rfc8252#section-7.3)).
    ///
    /// # Errors
    /// `invalid_request`, which must not be sent to `requested`.
    pub fn matching(requested: &str, client: &Client) -> Result<Self, Error> {
        let metadata = client.metadata();
        let native = metadata.application_type == ApplicationType::Native;
        let matches =
            |own: &String| own == requested || (native && differ_in_port_alone(own, requested));
        if metadata.redirect_uris.iter().any(matches) {
            return Ok(Self(requested.to_owned()));
        }
        Err(Error::invalid_request(
            "redirect_uri is not registered for this client; it must match letter by letter",
        ))
    }

    /// Checks again after it was read from the store.
    ///
    /// # Errors
    /// `invalid_request` when the client no longer has it registered.
    pub fn recheck(&self, client: &Client) -> Result<(), Error> {
        Self::matching(&self.0, client).map(|_| ())
    }

    /// The URI.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its origin, for people to recognise.
    #[must_use]
    pub fn origin(&self) -> String {
        origin(&self.0).unwrap_or_default()
    }

    /// Its host, to be shown to people; of a native application's own scheme, the scheme.
    #[must_use]
    pub fn host(&self) -> String {
        let scheme = || self.0.split(':').next().unwrap_or_default().to_owned();
        web_host(&self.0).unwrap_or_else(scheme)
    }
}

/// The host of an http or https URI. What stands in the place of a host after a scheme of an
/// application's own is the application's to choose, and proves nothing.
pub(super) fn web_host(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
    url.host_str().map(str::to_owned)
}

/// The origin of an absolute URI; of an application's own scheme, which has none, the scheme.
pub(super) fn origin(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok()?;
    Some(match url.origin() {
        origin @ Origin::Tuple(..) => origin.ascii_serialization(),
        Origin::Opaque(_) => format!("{}:", url.scheme()),
    })
}

/// An address of which it was checked that its client has registered it for the time after logout
/// ([RP-Initiated Logout section 3](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RedirectionAfterLogout)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostLogout(String);

impl PostLogout {
    /// Finds `requested` among the client's `post_logout_redirect_uris`, byte by byte.
    ///
    /// # Errors
    /// `invalid_request`, which must not be sent to `requested`.
    pub fn matching(requested: &str, client: &Client) -> Result<Self, Error> {
        if client.metadata().post_logout_redirect_uris.iter().any(|own| own == requested) {
            return Ok(Self(requested.to_owned()));
        }
        Err(Error::invalid_request(
            "post_logout_redirect_uri is not registered for this client; it must match letter by \
             letter",
        ))
    }

    /// Where to send the browser: the URI, with `state` if the request had one.
    #[must_use]
    pub fn location(&self, state: Option<&str>) -> String {
        with_query(&self.0, state.map(|state| ("state", state)))
    }
}

/// Adds parameters to a URI, whose own query is kept
/// ([RFC 6749 section 3.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2)).
pub(super) fn with_query<'a>(
    uri: &str,
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let query = encoded(pairs);
    let separator = match uri.split_once('?') {
        _ if query.is_empty() => "",
        None => "?",
        Some((_, own)) if own.is_empty() || own.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{uri}{separator}{query}")
}

/// Puts parameters into the fragment of a URI, of which a registered one has none
/// ([OAuth 2.0 Multiple Response Type Encoding Practices section 2.1](https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html#ResponseModes)).
pub(super) fn with_fragment<'a>(
    uri: &str,
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    format!("{uri}#{}", encoded(pairs))
}

/// Every plus is an encoded space here: some clients decode only percent signs.
fn encoded<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut pairs_of = url::form_urlencoded::Serializer::new(String::new());
    pairs_of.extend_pairs(pairs).finish().replace('+', "%20")
}

/// Whether `uri` may be registered; else what is wrong with it
/// ([RFC 6749 section 3.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2),
/// [RFC 9700 section 2.6](https://www.rfc-editor.org/rfc/rfc9700#section-2.6)).
pub(super) fn registrable(uri: &str, kind: ApplicationType) -> Result<(), &'static str> {
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
    if !uri.bytes().all(plain) {
        return Err("a URI holds only the characters of RFC 3986; encode all others");
    }
    let web = uri.starts_with("https://") || uri.starts_with("http://");
    let private = kind == ApplicationType::Native && has_private_use_scheme(uri);
    let Some(url) = Url::parse(uri).ok().filter(|_| web || private) else {
        return Err(
            "a URI must be absolute and begin with https://; when application_type is native, it \
             may begin with a scheme of the application's own that is a domain name in reverse \
             order, as in com.example.app:/",
        );
    };
    if uri.contains('#') {
        return Err("a URI must not have a fragment");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a URI must not hold a user name or password");
    }
    if private {
        return Ok(());
    }
    if !host::is_real(uri, &url) {
        return Err(
            "the host of a URI must be a domain name or an IP address, written as it is looked up",
        );
    }
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => kind == ApplicationType::Native && address.is_loopback(),
        Some(Host::Ipv6(address)) => kind == ApplicationType::Native && address.is_loopback(),
        None => false,
    };
    if url.scheme() == "http" && !loopback {
        return Err(
            "a URI must use https; http is for localhost, and for 127.0.0.1 and [::1] when \
             application_type is native",
        );
    }
    Ok(())
}

/// Whether a URI begins with a private-use scheme, which is a domain name in reverse order, and so
/// has a dot: no scheme that browsers or operating systems act on has one
/// ([RFC 8252 section 7.1](https://www.rfc-editor.org/rfc/rfc8252#section-7.1)).
fn has_private_use_scheme(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once(':') else { return false };
    let in_label = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(in_label);
    scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme.contains('.')
        && scheme.split('.').all(is_label)
        && rest.starts_with('/')
}

/// The loopback addresses on which a native client may listen.
const LOOPBACK: [&str; 2] = ["http://127.0.0.1", "http://[::1]"];

/// Whether both are http URIs of the same loopback address, the same but for the port.
fn differ_in_port_alone(registered: &str, requested: &str) -> bool {
    LOOPBACK.iter().any(|origin| {
        let own = registered.strip_prefix(origin).and_then(after_port);
        own.is_some() && own == requested.strip_prefix(origin).and_then(after_port)
    })
}

/// Whether it is an http URI of a loopback address
/// ([RFC 8252 section 7.3](https://www.rfc-editor.org/rfc/rfc8252#section-7.3)).
pub(super) fn is_loopback_address(uri: &str) -> bool {
    LOOPBACK.iter().any(|origin| uri.strip_prefix(origin).and_then(after_port).is_some())
}

/// What follows a port, or its absence, in the rest of a URI.
fn after_port(rest: &str) -> Option<&str> {
    let tail = match rest.strip_prefix(':') {
        Some(port) => {
            let end = port.find(|c: char| !c.is_ascii_digit()).unwrap_or(port.len());
            port[..end].parse::<u16>().ok()?;
            &port[end..]
        }
        None => rest,
    };
    (tail.is_empty() || tail.starts_with(['/', '?'])).then_some(tail)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::oauth::client::tests::client;

    #[test]
    fn rfc_9700_section_4_1_3_every_byte_counts() {
        let client = client(r#"{"redirect_uris":["https://rp.example/cb?a=b"]}"#);
        assert!(Registered::matching("https://rp.example/cb?a=b", &client).is_ok());
        for other in [
            "https://rp.example/cb",
            "https://rp.example/cb?a=b&c=d",
            "https://rp.example/cb?a=b#",
            "https://rp.example/cb/?a=b",
            "https://rp.example/CB?a=b",
            "https://RP.example/cb?a=b",
            "https://rp.example:443/cb?a=b",
            "https://rp.example/x/../cb?a=b",
            "https://rp.example/%63b?a=b",
            "http://rp.example/cb?a=b",
            "https://rp.example.evil.example/cb?a=b",
            "https://evil.example/https://rp.example/cb?a=b",
            "//rp.example/cb?a=b",
            " https://rp.example/cb?a=b",
            "",
        ] {
            assert!(Registered::matching(other, &client).is_err(), "{other}");
        }
    }

    #[test]
    fn rfc_8252_section_7_3_a_native_client_may_use_any_port_of_the_loopback_address() {
        let native = client(
            r#"{"application_type":"native",
                "redirect_uris":["http://127.0.0.1/cb","http://[::1]:99/cb?x=y"]}"#,
        );
        for (requested, expected) in [
            ("http://127.0.0.1:49152/cb", true),
            ("http://127.0.0.1/cb", true),
            ("http://[::1]:1/cb?x=y", true),
            ("http://[::1]/cb?x=y", true),
            ("http://127.0.0.1:49152/other", false),
            ("http://127.0.0.1:65536/cb", false),
            ("http://127.0.0.1:+80/cb", false),
            ("http://127.0.0.1:/cb", false),
            ("http://127.0.0.1:80@evil.example/cb", false),
            ("http://127.0.0.1.evil.example/cb", false),
            ("http://127.0.0.2:80/cb", false),
            ("http://localhost:80/cb", false),
            ("https://127.0.0.1:80/cb", false),
            ("http://[::1]:1/cb", false),
        ] {
            assert_eq!(Registered::matching(requested, &native).is_ok(), expected, "{requested}");
        }
    }

    #[test]
    fn rfc_8252_section_7_3_is_for_native_clients_and_addresses_alone() {
        let web = client(r#"{"redirect_uris":["http://localhost:8401/cb"]}"#);
        assert!(Registered::matching("http://localhost:8402/cb", &web).is_err());
        let native = client(
            r#"{"application_type":"native",
                "redirect_uris":["https://rp.example/cb","http://localhost:1/cb"]}"#,
        );
        assert!(Registered::matching("https://rp.example:444/cb", &native).is_err());
        assert!(Registered::matching("http://localhost:2/cb", &native).is_err());
    }

    #[test]
    fn rfc_8252_section_7_1_a_scheme_of_an_application_s_own_is_matched_letter_by_letter() {
        let native = client(
            r#"{"application_type":"native","redirect_uris":["com.example.app://bank.example/cb"]}"#,
        );
        let own = "com.example.app://bank.example/cb";
        let found = Registered::matching(own, &native).unwrap();
        assert_eq!(found.host(), "com.example.app", "what stands after it is no host");
        assert_eq!(with_query(own, [("a", "1")]), "com.example.app://bank.example/cb?a=1");
        for other in
            ["com.example.app://bank.example/cb/", "com.example.app:/cb", "com.example.app:"]
        {
            assert!(Registered::matching(other, &native).is_err(), "{other}");
        }
        assert_eq!(native.sector(), native.client_id().as_str(), "and it proves no sector");
    }

    #[test]
    fn what_may_be_registered() {
        for (uri, web, native) in [
            ("https://rp.example", true, true),
            ("https://rp.example/cb?x=y", true, true),
            ("http://localhost:8401/cb", true, true),
            ("http://127.0.0.1/cb", false, true),
            ("http://[::1]/cb", false, true),
            ("http://rp.example/cb", false, false),
            ("https://rp.example/cb#", false, false),
            ("https://rp.example/cb#x", false, false),
            ("https://user@rp.example/cb", false, false),
            ("https://rp.example/å", false, false),
            ("https://rp.example/a b", false, false),
            ("https://rp.example\\@evil.example/", false, false),
            ("https://rp.example;sandbox/cb", false, false),
            ("https://rp.example,evil.example/cb", false, false),
            ("https://*.example/cb", false, false),
            ("https://'self'/cb", false, false),
            ("https://rp%3bsandbox.example/cb", false, false),
            ("https://under_score.example/cb", true, true),
            ("https:rp.example/cb", false, false),
            ("https://", false, false),
            ("https:///rp.example/cb", false, false),
            ("https:////rp.example/cb", false, false),
            ("https://rp%2eexample/cb", false, false),
            ("https://rp.example./cb", false, false),
            ("/cb", false, false),
            ("javascript:alert(1)", false, false),
            ("com.example.app:/cb", false, true),
            ("com.example.app:/cb?x=y", false, true),
            ("com.example.app://cb", false, true),
            ("se.scb.idep-web:/", false, true),
            ("com.example.app:cb", false, false),
            ("com.example.app:/cb#x", false, false),
            ("com.example.app://user@cb", false, false),
            ("COM.example.app:/cb", false, false),
            ("com.example.:/cb", false, false),
            ("com..app:/cb", false, false),
            (".example:/cb", false, false),
            ("1com.example:/cb", false, false),
            ("myapp:/cb", false, false),
            ("data:/x.y", false, false),
            ("javascript:/x.y", false, false),
            ("file:///x.y", false, false),
            ("intent://x.y/", false, false),
            ("blob:/x.y", false, false),
            ("", false, false),
        ] {
            assert_eq!(registrable(uri, ApplicationType::Web).is_ok(), web, "{uri}");
            assert_eq!(registrable(uri, ApplicationType::Native).is_ok(), native, "{uri}");
        }
    }

    #[test]
    fn a_stored_uri_is_asked_about_again() {
        let before = client(r#"{"redirect_uris":["https://rp.example/cb"]}"#);
        let after = client(r#"{"redirect_uris":["https://rp.example/new"]}"#);
        let json =
            serde_json::to_string(&Registered::matching("https://rp.example/cb", &before).unwrap())
                .unwrap();
        let stored: Registered = serde_json::from_str(&json).unwrap();
        assert!(stored.recheck(&before).is_ok());
        assert!(stored.recheck(&after).is_err());
    }

    #[test]
    fn rp_initiated_logout_section_3_the_address_after_logout_is_matched_exactly() {
        let client = client(r#"{"post_logout_redirect_uris":["https://rp.example/bye?x=y"]}"#);
        let found = PostLogout::matching("https://rp.example/bye?x=y", &client).unwrap();
        assert_eq!(found.location(Some("a b&c")), "https://rp.example/bye?x=y&state=a%20b%26c");
        assert_eq!(found.location(None), "https://rp.example/bye?x=y");
        for other in
            ["https://rp.example/bye", "https://rp.example/bye?x=y&z", "https://rp.example/"]
        {
            assert!(PostLogout::matching(other, &client).is_err(), "{other}");
        }
    }

    #[test]
    fn rfc_6749_section_3_1_2_the_query_of_the_uri_is_kept() {
        for (uri, expected) in [
            ("https://rp.example/cb", "https://rp.example/cb?a=1"),
            ("https://rp.example/cb?", "https://rp.example/cb?a=1"),
            ("https://rp.example/cb?x=%41", "https://rp.example/cb?x=%41&a=1"),
            ("https://rp.example/cb?x&", "https://rp.example/cb?x&a=1"),
        ] {
            assert_eq!(with_query(uri, [("a", "1")]), expected);
        }
    }

    /// A URI that is like `uri`: cut somewhere, with something in the place of a few characters.
    fn like(uri: &'static str) -> impl Strategy<Value = String> {
        let between = "[/.:@?#&%a-zA-Z0-9 -]{0,3}|%2e|//|\\.\\./|\\\\|:80|:65536|@evil\\.example";
        (0..=uri.len(), 0..4_usize, between).prop_map(move |(at, gone, text)| {
            format!("{}{text}{}", &uri[..at], &uri[(at + gone).min(uri.len())..])
        })
    }

    proptest! {
        /// P30.
        #[test]
        fn nothing_is_led_to_but_what_is_registered_the_loopback_port_aside(
            web in like("https://rp.example/cb?a=b"),
            loopback in like("http://127.0.0.1:8401/cb?x"),
        ) {
            let registered = r#""redirect_uris":["https://rp.example/cb?a=b","http://localhost/"]"#;
            let of_web = client(&format!("{{{registered}}}"));
            let found = Registered::matching(&web, &of_web);
            prop_assert_eq!(found.is_ok(), web == "https://rp.example/cb?a=b");
            let native = client(
                r#"{"application_type":"native","redirect_uris":["http://127.0.0.1:8401/cb?x"]}"#,
            );
            if let Ok(found) = Registered::matching(&loopback, &native) {
                prop_assert_eq!(found.as_str(), &loopback);
                let url = Url::parse(&loopback).unwrap();
                prop_assert_eq!(url.host_str(), Some("127.0.0.1"));
                prop_assert_eq!((url.scheme(), url.username(), url.fragment()), ("http", "", None));
                prop_assert_eq!((url.path(), url.query()), ("/cb", Some("x")));
            }
        }
    }
}
