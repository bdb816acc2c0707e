use std::net::{IpAddr, Ipv6Addr};

/// Bits of an IPv6 address that tell networks apart: a network with any smaller prefix has 2^64 addresses to send from.
const IPV6_NETWORK: u128 = u128::MAX << 64;

/// Returns the network that attempts from an address count for: the IPv4 address itself, or the /64 of an IPv6 address.
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
    fn an_ipv4_address_is_a_network_however_it_is_written() {
        for address in ["192.0.2.1", "::ffff:192.0.2.1", "::ffff:c000:201"] {
            assert_eq!(network(address), "192.0.2.1");
        }
        assert_ne!(network("192.0.2.2"), network("192.0.2.1"));
    }

    #[test]
    fn all_addresses_of_a_64_are_one_network() {
        for address in ["2001:db8:1:2::", "2001:db8:1:2::1", "2001:DB8:1:2:ffff:ffff:ffff:ffff"] {
            assert_eq!(network(address), "2001:db8:1:2::/64");
        }
        assert_ne!(network("2001:db8:1:3::1"), network("2001:db8:1:2::1"));
    }

    #[test]
    fn text_that_is_no_address_is_a_network_of_its_own() {
        assert_eq!(network(""), "");
        assert_eq!(network("unknown"), "unknown");
    }
}
