use analytics::Site;

/// A parsed web address, as browsers write it.
///
/// `http::Uri` rejects characters that browsers do not encode, such as `|` in a query or non-ASCII text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address<'a> {
    /// Scheme, host and port, as browsers write them in headers.
    pub origin: &'a str,
    authority: &'a str,
    /// May be empty.
    pub path: &'a str,
    /// The query without the question mark.
    pub query: &'a str,
}

impl<'a> Address<'a> {
    /// Parses an address; `None` unless it is http or https.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let is_web = ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
        let rest = rest.split('#').next()?;
        let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = before.split_at(before.find('/').unwrap_or(before.len()));
        let origin = text.split_at_checked(scheme.len() + "://".len() + authority.len())?.0;
        (is_web && !authority.is_empty()).then_some(Self { origin, authority, path, query })
    }

    /// Whether the address is on a site, by host and port.
    pub fn is_on(&self, site: &Site) -> bool {
        let host = self.authority.rsplit('@').next().unwrap_or_default();
        host.eq_ignore_ascii_case(site.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_path_and_a_query() {
        for (text, path, query) in [
            ("https://example.com/a/b?c=d?e#f?g", "/a/b", "c=d?e"),
            ("https://example.com", "", ""),
            ("https://example.com?x", "", "x"),
            ("https://example.com#/a?x", "", ""),
            ("HTTPS://example.com/ä|\"", "/ä|\"", ""),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!((address.path, address.query), (path, query), "{text}");
        }
    }

    #[test]
    fn only_web_addresses_are_parsed() {
        for text in ["", "/a", "example.com/a", "https://", "https:///a", "about:blank", "file:///a", "ftp://a/b"] {
            assert_eq!(Address::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn an_address_belongs_to_its_host_and_port() {
        let is_on = |text, site| Address::parse(text).unwrap().is_on(&Site::parse(site).unwrap());
        assert!(is_on("https://Example.com/a", "example.com"));
        assert!(is_on("http://user@localhost:8000/", "localhost:8000"));
        for text in ["https://www.example.com/", "https://example.com:8443/", "https://example.com@evil.example/"] {
            assert!(!is_on(text, "example.com"), "{text}");
        }
    }

    #[test]
    fn the_origin_ends_before_the_path() {
        for (text, origin) in [
            ("https://example.com/https://example.com/", "https://example.com"),
            ("http://localhost:8000", "http://localhost:8000"),
            ("http://h/", "http://h"),
        ] {
            assert_eq!(Address::parse(text).unwrap().origin, origin);
        }
    }
}
