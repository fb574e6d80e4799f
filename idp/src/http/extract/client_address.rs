//! Where a request comes from. Forwarding headers are believed from trusted proxies alone, and
//! delays are counted per network: one household or office has many IPv6 addresses.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// The address of the browser: the peer, or the last address that a chain of trusted proxies did
/// not add itself.
pub(crate) fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    if !is_trusted(&peer.to_canonical()) {
        return peer.to_canonical();
    }
    let forwarded = forwarded_for(headers);
    let mut address = peer.to_canonical();
    for hop in forwarded.into_iter().rev() {
        // A hop that is no address was written by a proxy that hides it: go no further.
        let Some(hop) = hop else { break };
        address = hop.to_canonical();
        if !is_trusted(&address) {
            break;
        }
    }
    address
}

/// `Forwarded` ([RFC 7239](https://www.rfc-editor.org/rfc/rfc7239#section-5.2)) if it is there,
/// else `X-Forwarded-For`; from the browser to the last proxy.
fn forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let values = |name: &str| {
        let texts = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        texts.flat_map(|text| text.split(',')).map(|hop| hop.trim().to_owned()).collect::<Vec<_>>()
    };
    let standard = values("forwarded");
    if standard.is_empty() {
        return values("x-forwarded-for").iter().map(|hop| address(hop)).collect();
    }
    let named = |hop: &String| {
        hop.split(';').find_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            name.eq_ignore_ascii_case("for").then(|| address(value.trim_matches('"')))?
        })
    };
    standard.iter().map(named).collect()
}

/// An address with or without port and brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.split(']').next());
    bare.unwrap_or(text)
        .parse()
        .ok()
        .or_else(|| text.rsplit_once(':').and_then(|(host, _)| host.parse().ok()))
}

/// The network that delays are counted for: an IPv4 /24 or an IPv6 /64.
pub(crate) fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, headers: &[(&'static str, &str)], trusted: &[&str]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let trusted: Vec<_> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        client_address(peer.parse().unwrap(), &map, &trusted).to_string()
    }

    #[test]
    fn forwarding_headers_are_believed_from_trusted_proxies_alone() {
        let xff = [("x-forwarded-for", "203.0.113.9")];
        assert_eq!(seen("198.51.100.1", &xff, &[]), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", &xff, &["10.0.0.0/8"]), "203.0.113.9");
        assert_eq!(seen("::ffff:10.0.0.1", &xff, &["10.0.0.0/8"]), "203.0.113.9");
    }

    #[test]
    fn what_the_browser_wrote_itself_is_not_believed() {
        let forged = [("x-forwarded-for", "1.1.1.1, 203.0.113.9, 10.0.0.2")];
        assert_eq!(seen("10.0.0.1", &forged, &["10.0.0.0/8"]), "203.0.113.9");
        let garbage = [("x-forwarded-for", "unknown")];
        assert_eq!(seen("10.0.0.1", &garbage, &["10.0.0.0/8"]), "10.0.0.1");
    }

    #[test]
    fn the_standard_header_is_read_with_ports_and_brackets() {
        let forwarded = [("forwarded", r#"for="[2001:db8::1]:4711";proto=https, for=10.0.0.2"#)];
        assert_eq!(seen("10.0.0.1", &forwarded, &["10.0.0.0/8"]), "2001:db8::1");
    }

    #[test]
    fn a_network_is_a_24_or_a_64() {
        for (address, expected) in [
            ("192.0.2.77", "192.0.2.0/24"),
            ("::ffff:192.0.2.77", "192.0.2.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ] {
            assert_eq!(network(address.parse().unwrap()), expected);
        }
    }
}
