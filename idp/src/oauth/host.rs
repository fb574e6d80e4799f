//! The hosts of addresses that clients register: real ones, written as they are looked up.

use url::{Host, Url};

/// Whether an absolute http or https URI names a host that exists as it is written. Browsers and
/// libraries mend what is not, each in its own way: `https:///x` becomes `https://x/`, `%2e` a dot,
/// `0x7f.1` an address; what people and rules read would not be where requests go
/// ([RFC 3986 section 7.3](https://www.rfc-editor.org/rfc/rfc3986#section-7.3) and following).
pub(super) fn is_real(uri: &str, url: &Url) -> bool {
    let authority = uri.split_once("://").map(|(_, rest)| {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        &rest[..end]
    });
    let (Some(authority), Some(host)) = (authority, url.host_str()) else { return false };
    let is_written =
        authority.get(..host.len()).is_some_and(|written| written.eq_ignore_ascii_case(host));
    is_written && is_port(&authority[host.len()..]) && is_name_or_address(url)
}

/// Whether nothing follows a host, or a port does.
fn is_port(rest: &str) -> bool {
    rest.is_empty()
        || rest.strip_prefix(':').is_some_and(|port| {
            let digits = port.bytes().all(|byte| byte.is_ascii_digit());
            digits && port.parse::<u16>().is_ok_and(|port| port != 0)
        })
}

/// Whether the host is an address, or a name as
/// [RFC 1123 section 2.1](https://www.rfc-editor.org/rfc/rfc1123#section-2.1) has them, with the
/// underscore that is in use. A URL may hold others, of which some end a directive of a content
/// security policy and `*` stands for every name.
fn is_name_or_address(url: &Url) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    match url.host() {
        Some(Host::Domain(name)) => name.len() <= 253 && name.split('.').all(is_label),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    }
}

/// Whether a URI leads to the machine of the person who opens it.
pub(super) fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
        Some(Host::Ipv6(address)) => address.is_loopback() || address.is_unspecified(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_with_an_ambiguous_malformed_or_encoded_host_is_refused() {
        for (uri, real) in [
            ("https://rp.example", true),
            ("https://RP.example:8443/cb?x", true),
            ("https://under_score.example?x", true),
            ("https://192.0.2.1/", true),
            ("https://[2001:db8::1]:8443/", true),
            ("http://localhost:8401/", true),
            ("https://xn--rksmrgs-5wao1o.example/", true),
            ("https:///rp.example/", false),
            ("https:////rp.example/", false),
            ("https:rp.example/", false),
            ("https:/rp.example/", false),
            ("https://rp%2Eexample/", false),
            ("https://%72p.example/", false),
            ("https://rp.example./", false),
            ("https://rp..example/", false),
            ("https://.rp.example/", false),
            ("https://-rp.example/", false),
            ("https://rp-.example/", false),
            ("https://rp.example:/", false),
            ("https://rp.example:0/", false),
            ("https://user@rp.example/", false),
            ("https://0x7f.1/", false),
            ("https://127.1/", false),
            ("https://2130706433/", false),
            ("https://[0:0:0:0:0:0:0:1]/", false),
            ("https://\u{ff52}p.example/", false),
        ] {
            let found = Url::parse(uri).is_ok_and(|url| is_real(uri, &url));
            assert_eq!(found, real, "{uri}");
        }
        let long = format!("https://{}.example/", "a".repeat(64));
        assert!(!is_real(&long, &Url::parse(&long).unwrap()));
    }

    #[test]
    fn loopback_and_unspecified_hosts_are_recognised_as_this_machine() {
        for (uri, own) in [
            ("http://localhost/", true),
            ("https://app.localhost/", true),
            ("http://127.8.8.8/", true),
            ("http://[::1]/", true),
            ("http://0.0.0.0/", true),
            ("https://localhost.example/", false),
            ("https://192.0.2.1/", false),
        ] {
            assert_eq!(is_this_machine(&Url::parse(uri).unwrap()), own, "{uri}");
        }
    }
}
