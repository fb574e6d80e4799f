//! Where a request comes from. One header is read, the one that the operator names, and only from
//! trusted proxies; what a visitor wrote into it stands left of what the proxies added, so it is
//! read from its right end. Any other header is the visitor's own and says nothing.

use std::net::IpAddr;

use axum::http::HeaderMap;
use ipnet::IpNet;

use crate::config::ForwardedHeader;

/// The address of the browser: the peer, or the right-most address in the header of the proxies
/// that is none of theirs.
pub(crate) fn client_address(
    peer: IpAddr,
    headers: &HeaderMap,
    (header, trusted): (ForwardedHeader, &[IpNet]),
) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let mut address = peer.to_canonical();
    let name = match header {
        ForwardedHeader::XForwardedFor => "x-forwarded-for",
        ForwardedHeader::Forwarded => "forwarded",
    };
    let lines: Vec<_> = headers.get_all(name).iter().map(|line| line.as_bytes()).collect();
    let mut hops = lines.into_iter().rev().flat_map(|line| from_the_right(line, b','));
    while is_trusted(&address) {
        let Some(hop) = hops.by_ref().find(|hop| !hop.is_empty()) else { break };
        let named = match header {
            ForwardedHeader::XForwardedFor => Some(hop),
            ForwardedHeader::Forwarded => named(hop),
        };
        // A hop that is no address was written by a proxy that hides it: go no further.
        let Some(hop) = named.and_then(node) else { break };
        address = hop.to_canonical();
    }
    address
}

/// The parts of a list, last first, without blanks around them. A separator between quotes
/// separates nothing; since the text is read from its end, a quote that a visitor left open on the
/// left swallows nothing that a proxy wrote.
fn from_the_right(text: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let mut quoted = false;
        let cut = text.iter().enumerate().rev().find(|(at, byte)| {
            if **byte == b'"' {
                let before = text[..*at].iter().rev();
                quoted ^= before.take_while(|byte| **byte == b'\\').count() % 2 == 0;
            }
            !quoted && **byte == separator
        });
        let (before, part) = match cut {
            Some((at, _)) => (Some(&text[..at]), &text[at + 1..]),
            None => (None, text),
        };
        rest = before;
        Some(part.trim_ascii())
    })
}

/// The node of the parameter `for` of an element of `Forwarded`
/// ([RFC 7239 section 4](https://www.rfc-editor.org/rfc/rfc7239#section-4)); it may stand there once.
fn named(element: &[u8]) -> Option<&[u8]> {
    let mut nodes = from_the_right(element, b';').filter_map(|pair| {
        let at = pair.iter().position(|byte| *byte == b'=')?;
        pair[..at].eq_ignore_ascii_case(b"for").then_some(&pair[at + 1..])
    });
    let (node, more) = (nodes.next(), nodes.next());
    if more.is_some() { None } else { node }
}

/// The address of a node, with or without quotes, brackets and port
/// ([RFC 7239 section 6](https://www.rfc-editor.org/rfc/rfc7239#section-6)). `unknown` and `_hidden`
/// are none.
fn node(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?;
    let bare = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    if let Ok(address) = bare.parse() {
        return Some(address);
    }
    if let Some(rest) = bare.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        let is_port = port.is_empty() || port.starts_with(':');
        return is_port.then(|| address.parse().ok()).flatten();
    }
    bare.rsplit_once(':').and_then(|(host, _)| host.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    use ForwardedHeader::{Forwarded, XForwardedFor};

    /// Behind proxies in 10/8 and one with the address 2001:db8:ffff::1.
    fn seen(peer: &str, header: ForwardedHeader, lines: &[(&'static str, &[u8])]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in lines {
            map.append(*name, axum::http::HeaderValue::from_bytes(value).unwrap());
        }
        let trusted = ["10.0.0.0/8", "2001:db8:ffff::1/128"].map(|net| net.parse().unwrap());
        client_address(peer.parse().unwrap(), &map, (header, &trusted)).to_string()
    }

    fn xff(value: &str) -> String {
        seen("10.0.0.1", XForwardedFor, &[("x-forwarded-for", value.as_bytes())])
    }

    fn forwarded(value: &str) -> String {
        seen("10.0.0.1", Forwarded, &[("forwarded", value.as_bytes())])
    }

    #[test]
    fn the_forwarding_header_is_used_only_from_trusted_proxies() {
        let line = [("x-forwarded-for", &b"203.0.113.9"[..])];
        assert_eq!(seen("198.51.100.1", XForwardedFor, &line), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", XForwardedFor, &line), "203.0.113.9");
        assert_eq!(seen("::ffff:10.0.0.1", XForwardedFor, &line), "203.0.113.9");
        assert_eq!(seen("2001:db8:ffff::1", XForwardedFor, &line), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", XForwardedFor, &[]), "10.0.0.1");
    }

    #[test]
    fn a_forwarding_header_other_than_the_configured_one_is_ignored() {
        let both: [(&'static str, &[u8]); 2] =
            [("forwarded", b"for=6.6.6.6"), ("x-forwarded-for", b"203.0.113.9")];
        assert_eq!(seen("10.0.0.1", XForwardedFor, &both), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", Forwarded, &both), "6.6.6.6");
        assert_eq!(seen("10.0.0.1", XForwardedFor, &both[..1]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", Forwarded, &both[1..]), "10.0.0.1");
    }

    #[test]
    fn the_right_most_address_that_is_no_trusted_proxy_counts() {
        for (value, address) in [
            ("1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
            ("1.1.1.1,203.0.113.9,10.0.0.2,10.0.0.3", "203.0.113.9"),
            ("203.0.113.9:4711", "203.0.113.9"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:db8::1, [2001:db8:ffff::1]:443", "2001:db8::1"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("6.6.6.6, , 203.0.113.9, ", "203.0.113.9"),
            ("6.6.6.6, \"203.0.113.9", "10.0.0.1"),
            ("6.6.6.6, unknown", "10.0.0.1"),
            ("6.6.6.6, [2001:db8::1", "10.0.0.1"),
            ("6.6.6.6, unknown, 10.0.0.7", "10.0.0.7"),
            ("", "10.0.0.1"),
        ] {
            assert_eq!(xff(value), address, "{value}");
        }
        let lines: [(&'static str, &[u8]); 3] = [
            ("x-forwarded-for", b"6.6.6.6"),
            ("x-forwarded-for", b"\xff\xfe, 203.0.113.9"),
            ("x-forwarded-for", b"10.0.0.2"),
        ];
        assert_eq!(seen("10.0.0.1", XForwardedFor, &lines), "203.0.113.9", "several lines");
    }

    #[test]
    fn the_forwarded_header_is_parsed_with_quotes_ports_and_obfuscated_nodes() {
        for (value, address) in [
            (r#"for="[2001:db8::1]:4711";proto=https, for=10.0.0.2"#, "2001:db8::1"),
            ("For=203.0.113.9;proto=http;by=10.0.0.1", "203.0.113.9"),
            (r#"by=10.0.0.1; FOR="203.0.113.9:80""#, "203.0.113.9"),
            ("for=6.6.6.6, for=_hidden", "10.0.0.1"),
            ("for=6.6.6.6, for=unknown, for=10.0.0.9", "10.0.0.9"),
            ("for=6.6.6.6, proto=https", "10.0.0.1"),
            ("for=6.6.6.6;for=203.0.113.9", "10.0.0.1"),
        ] {
            assert_eq!(forwarded(value), address, "{value}");
        }
    }

    #[test]
    fn text_injected_by_a_visitor_does_not_hide_the_address_added_by_the_proxy() {
        for value in [
            // A quote left open by the visitor.
            r#"for="6.6.6.6, for=203.0.113.9"#,
            r#"for="\", for=203.0.113.9"#,
            r#"for="x\, for=203.0.113.9"#,
            // A host of the visitor's choice, quoted by the proxy.
            r#"for=203.0.113.9;host="x,for=6.6.6.6""#,
            r#"for=203.0.113.9;host="x;for=6.6.6.6""#,
            r#"for=203.0.113.9;host="x\",for=6.6.6.6""#,
        ] {
            assert_eq!(forwarded(value), "203.0.113.9", "{value}");
        }
    }
}
