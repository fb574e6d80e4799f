//! Which addresses a stranger may send the provider to.
//!
//! The tables are IANA's registries of special-purpose addresses
//! ([RFC 6890](https://www.rfc-editor.org/rfc/rfc6890) and what followed it). What carries an IPv4
//! address in its bits is judged by that address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// How far an address reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// The whole Internet.
    Public,
    /// This machine or this house: reachable when the operator allows it.
    Private,
    /// Never a place to go: nowhere, everybody, documentation, metadata services of a cloud.
    Nowhere,
}

impl Reach {
    /// Judges an address.
    pub(super) fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => of_v4(address),
            IpAddr::V6(address) => of_v6(address),
        }
    }

    /// Whether it may be connected to.
    pub(super) const fn is_allowed(self, private_networks: bool) -> bool {
        match self {
            Self::Public => true,
            Self::Private => private_networks,
            Self::Nowhere => false,
        }
    }
}

fn of_v4(address: Ipv4Addr) -> Reach {
    if METADATA_V4 == address || NOWHERE_V4.iter().any(|net| net.contains(&address)) {
        return Reach::Nowhere;
    }
    match PRIVATE_V4.iter().any(|net| net.contains(&address)) {
        true => Reach::Private,
        false => Reach::Public,
    }
}

fn of_v6(address: Ipv6Addr) -> Reach {
    if address == Ipv6Addr::LOCALHOST {
        return Reach::Private;
    }
    if let Some(inner) = carried(address) {
        return of_v4(inner);
    }
    if METADATA_V6 == address {
        return Reach::Nowhere;
    }
    if PRIVATE_V6.iter().any(|net| net.contains(&address)) {
        return Reach::Private;
    }
    // Unicast of the Internet is 2000::/3 so far (RFC 4291 section 2.4).
    match GLOBAL_V6.contains(&address) && !NOWHERE_V6.iter().any(|net| net.contains(&address)) {
        true => Reach::Public,
        false => Reach::Nowhere,
    }
}

/// The IPv4 address that packets to this one end up at: mapped (RFC 4291 section 2.5.5.2), translated
/// by NAT64 (RFC 6052) or tunnelled by 6to4 (RFC 3056).
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, .., g, h] = address.segments();
    let from = |high: u16, low: u16| {
        let ([w, x], [y, z]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(w, x, y, z)
    };
    if let Some(mapped) = address.to_ipv4_mapped() {
        return Some(mapped);
    }
    if NAT64.contains(&address) {
        return Some(from(g, h));
    }
    (a == 0x2002).then(|| from(b, c))
}

const fn v4(a: u8, b: u8, c: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, 0), length)
}

const fn v6(a: u16, b: u16, c: u16, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), length)
}

/// Alibaba's metadata service stands in the networks of carriers, Amazon's in unique local ones; those
/// of all others are link-local.
const METADATA_V4: Ipv4Addr = Ipv4Addr::new(100, 100, 100, 200);
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

const PRIVATE_V4: &[Ipv4Net] = &[
    v4(10, 0, 0, 8),
    v4(100, 64, 0, 10),
    v4(127, 0, 0, 8),
    v4(172, 16, 0, 12),
    v4(192, 168, 0, 16),
];

const NOWHERE_V4: &[Ipv4Net] = &[
    v4(0, 0, 0, 8),
    v4(169, 254, 0, 16),
    v4(192, 0, 0, 24),
    v4(192, 0, 2, 24),
    v4(192, 88, 99, 24),
    v4(198, 18, 0, 15),
    v4(198, 51, 100, 24),
    v4(203, 0, 113, 24),
    v4(224, 0, 0, 4),
    v4(240, 0, 0, 4),
];

const NAT64: Ipv6Net = v6(0x64, 0xff9b, 0, 96);
const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 0, 3);
const PRIVATE_V6: &[Ipv6Net] = &[v6(0xfc00, 0, 0, 7), v6(0x64, 0xff9b, 1, 48)];

/// Protocol assignments with Teredo, documentation.
const NOWHERE_V6: &[Ipv6Net] =
    &[v6(0x2001, 0, 0, 23), v6(0x2001, 0xdb8, 0, 32), v6(0x3fff, 0, 0, 20)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ip_addresses_in_every_form_are_classified_as_public_private_or_forbidden() {
        use Reach::{Nowhere, Private, Public};
        for (address, reach) in [
            ("8.8.8.8", Public),
            ("100.63.255.255", Public),
            ("172.32.0.1", Public),
            ("192.0.1.1", Public),
            ("127.0.0.1", Private),
            ("127.255.255.254", Private),
            ("10.1.2.3", Private),
            ("100.64.0.1", Private),
            ("172.31.255.255", Private),
            ("192.168.1.1", Private),
            ("0.0.0.0", Nowhere),
            ("0.1.2.3", Nowhere),
            ("100.100.100.200", Nowhere),
            ("169.254.169.254", Nowhere),
            ("192.0.0.192", Nowhere),
            ("192.0.2.1", Nowhere),
            ("192.88.99.1", Nowhere),
            ("198.19.0.1", Nowhere),
            ("198.51.100.1", Nowhere),
            ("203.0.113.1", Nowhere),
            ("224.0.0.1", Nowhere),
            ("240.0.0.1", Nowhere),
            ("255.255.255.255", Nowhere),
            ("2a00:1450:400f::1", Public),
            ("2606:4700::1111", Public),
            ("::1", Private),
            ("fd12:3456::1", Private),
            ("fc00::1", Private),
            ("64:ff9b:1::1", Private),
            ("::", Nowhere),
            ("::7f00:1", Nowhere),
            ("fe80::1", Nowhere),
            ("fec0::1", Nowhere),
            ("ff02::1", Nowhere),
            ("100::1", Nowhere),
            ("2001::1", Nowhere),
            ("2001:db8::1", Nowhere),
            ("3fff::1", Nowhere),
            ("5f00::1", Nowhere),
            ("fd00:ec2::254", Nowhere),
            // IPv4 inside: mapped, NAT64, 6to4.
            ("::ffff:8.8.8.8", Public),
            ("::ffff:127.0.0.1", Private),
            ("::ffff:169.254.169.254", Nowhere),
            ("64:ff9b::8.8.8.8", Public),
            ("64:ff9b::10.0.0.1", Private),
            ("64:ff9b::169.254.169.254", Nowhere),
            ("2002:808:808::1", Public),
            ("2002:7f00:1::1", Private),
            ("2002:c0a8:101::", Private),
            ("2002:a9fe:a9fe::1", Nowhere),
        ] {
            assert_eq!(Reach::of(address.parse().unwrap()), reach, "{address}");
        }
    }

    #[test]
    fn private_networks_are_allowed_only_by_setting_and_forbidden_addresses_never() {
        for (reach, refused, allowed) in [
            (Reach::Public, true, true),
            (Reach::Private, false, true),
            (Reach::Nowhere, false, false),
        ] {
            assert_eq!(reach.is_allowed(false), refused);
            assert_eq!(reach.is_allowed(true), allowed);
        }
    }
}
