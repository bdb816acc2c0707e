use std::net::{IpAddr, Ipv6Addr};

/// The bits of an IPv6 address that identify a network: one client can use all 2^64 addresses of a /64.
const IPV6_NETWORK: u128 = u128::MAX << 64;

/// Returns the network of an address for rate limits: the IPv4 address itself, or the /64 of an IPv6 address.
pub fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => address.to_string(),
        Ok(IpAddr::V6(address)) => format!("{}/64", Ipv6Addr::from_bits(address.to_bits() & IPV6_NETWORK)),
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv4_address_is_a_network_in_any_notation() {
        for address in ["192.0.2.1", "::ffff:192.0.2.1", "::ffff:c000:201"] {
            assert_eq!(network(address), "192.0.2.1");
        }
        assert_ne!(network("192.0.2.2"), network("192.0.2.1"));
    }

    #[test]
    fn a_64_prefix_is_one_network() {
        for address in ["2001:db8:1:2::", "2001:db8:1:2::1", "2001:DB8:1:2:ffff:ffff:ffff:ffff"] {
            assert_eq!(network(address), "2001:db8:1:2::/64");
        }
        assert_ne!(network("2001:db8:1:3::1"), network("2001:db8:1:2::1"));
    }

    #[test]
    fn any_other_text_is_a_separate_network() {
        assert_eq!(network(""), "");
        assert_eq!(network("unknown"), "unknown");
    }
}
