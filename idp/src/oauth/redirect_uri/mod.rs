//! The addresses a browser may be sent to: those a client has registered, and no other.

use url::{Host, Origin, Url};

use crate::oauth::client_metadata::{ApplicationType, ClientMetadata};
use crate::oauth::error::Error;
use crate::oauth::host;

/// A redirect URI that its client has registered, as was checked. Nothing else can be
/// redirected to, and nothing makes one but [`Registered::matching`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered(String);

impl Registered {
    /// Finds `requested` among the redirect URIs of a client, byte by byte
    /// ([RFC 9700 section 4.1.3](https://www.rfc-editor.org/rfc/rfc9700#section-4.1.3)). For a
    /// native client on a loopback address any port will do
    /// ([RFC 8252 section 7.3](https://www.rfc-editor.org/rfc/rfc8252#section-7.3)).
    ///
    /// # Errors
    /// `invalid_request`, which must not be sent to `requested`.
    pub fn matching(requested: &str, metadata: &ClientMetadata) -> Result<Self, Error> {
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

/// An address that its client has registered for the time after logout, as was checked
/// ([RP-Initiated Logout section 3](https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RedirectionAfterLogout)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostLogout(String);

impl PostLogout {
    /// Finds `requested` among the client's `post_logout_redirect_uris`, byte by byte.
    ///
    /// # Errors
    /// `invalid_request`, which must not be sent to `requested`.
    pub fn matching(requested: &str, metadata: &ClientMetadata) -> Result<Self, Error> {
        if metadata.post_logout_redirect_uris.iter().any(|own| own == requested) {
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

/// Whether both are http URIs of the same loopback address, which differ in the port at most.
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
mod tests;
