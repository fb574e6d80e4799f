//! Where a request comes from, as limits count it: the single address, and the networks around it
//! that one household, office or attacker may have as a whole.

use std::net::{IpAddr, Ipv6Addr};

/// The address of a request, with the networks around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Networks(IpAddr);

/// How much wider than a single address a network is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// An IPv4 /24 or an IPv6 /56: a small provider's neighbours, or one household.
    Near,
    /// An IPv6 /48: one site.
    Far,
}

impl Networks {
    /// Takes an address; an IPv4 address that is mapped into IPv6 is the IPv4 address.
    #[must_use]
    pub const fn new(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }

    /// The narrowest network: an IPv4 address, or an IPv6 /64, in which a host changes its address at
    /// will.
    #[must_use]
    pub fn single(self) -> String {
        match self.0 {
            IpAddr::V4(v4) => format!("{v4}/32"),
            IpAddr::V6(v6) => prefix(v6, 64),
        }
    }

    /// The networks around it, narrowest first.
    #[must_use]
    pub fn wider(self) -> Vec<(Width, String)> {
        match self.0 {
            IpAddr::V4(v4) => {
                let [a, b, c, _] = v4.octets();
                vec![(Width::Near, format!("{a}.{b}.{c}.0/24"))]
            }
            IpAddr::V6(v6) => vec![(Width::Near, prefix(v6, 56)), (Width::Far, prefix(v6, 48))],
        }
    }

    /// The network that stands for it where one count suffices: an IPv4 /24 or an IPv6 /64.
    #[must_use]
    pub fn network(self) -> String {
        match self.0 {
            IpAddr::V4(_) => {
                self.wider().into_iter().map(|(_, net)| net).next().unwrap_or_default()
            }
            IpAddr::V6(_) => self.single(),
        }
    }
}

fn prefix(address: Ipv6Addr, bits: u32) -> String {
    let kept = address.to_bits() & (u128::MAX << (128 - bits));
    format!("{}/{bits}", Ipv6Addr::from_bits(kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(text: &str) -> Networks {
        Networks::new(text.parse().unwrap())
    }

    #[test]
    fn ipv4_is_counted_by_address_and_24_and_ipv6_by_64_56_and_48() {
        let v4 = networks("192.0.2.77");
        assert_eq!(v4.single(), "192.0.2.77/32");
        assert_eq!(v4.wider(), [(Width::Near, "192.0.2.0/24".to_owned())]);
        assert_eq!(v4.network(), "192.0.2.0/24");
        assert_eq!(networks("::ffff:192.0.2.77"), v4, "mapped into IPv6");
        let v6 = networks("2001:db8:1:2345:6:7:8:9");
        assert_eq!(v6.single(), "2001:db8:1:2345::/64");
        assert_eq!(v6.network(), v6.single());
        let wider = [(Width::Near, "2001:db8:1:2300::/56"), (Width::Far, "2001:db8:1::/48")];
        assert_eq!(v6.wider(), wider.map(|(width, net)| (width, net.to_owned())));
    }
}
