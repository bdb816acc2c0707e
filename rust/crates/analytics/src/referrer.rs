use std::fmt;

use http::Uri;

use crate::{OTHER, Site};

/// Maximum length of a host name in bytes, by RFC 1035.
const LIMIT: usize = 253;

/// The host that a visitor came from, without `www.`, or the app, such as `com.example.app`. Nothing else of the URL is
/// stored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Referrer(String);

impl Referrer {
    /// Returns the host of a URL, or the app of an `android-app:` URL, unless it is the site itself.
    #[must_use]
    pub fn parse(address: &str, site: &Site) -> Option<Self> {
        let uri: Uri = address.split('#').next()?.parse().ok()?;
        let is_web = matches!(uri.scheme_str(), Some("http" | "https" | "android-app" | "ios-app"));
        let host = without_www(&uri.host()?.to_ascii_lowercase()).to_owned();
        (is_web && host != without_www(site.host())).then_some(())?;
        Self::stored(&host)
    }

    /// Returns the placeholder for referrers over the cap.
    #[must_use]
    pub fn other() -> Self {
        Self(OTHER.to_owned())
    }

    /// Parses a stored referrer.
    #[must_use]
    pub(crate) fn stored(text: &str) -> Option<Self> {
        let is_host = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/');
        ((1..=LIMIT).contains(&text.len()) && is_host).then(|| Self(text.to_owned()))
    }

    /// Returns the host or the app, or `(other)`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn without_www(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

impl fmt::Display for Referrer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(address: &str) -> Option<String> {
        let site = Site::parse("example.com").unwrap();
        Some(Referrer::parse(address, &site)?.as_str().to_owned())
    }

    #[test]
    fn only_the_host_is_stored() {
        assert_eq!(host("https://www.Search.example/find?q=secret#x").unwrap(), "search.example");
        assert_eq!(host("http://user:secret@blog.example:8080/").unwrap(), "blog.example");
        assert_eq!(host("https://xn--bcher-kva.example/").unwrap(), "xn--bcher-kva.example");
    }

    #[test]
    fn an_app_is_identified_by_its_package() {
        assert_eq!(host("android-app://com.google.android.gm/").unwrap(), "com.google.android.gm");
        assert_eq!(host("android-app://Org.Telegram.messenger").unwrap(), "org.telegram.messenger");
    }

    #[test]
    fn the_site_itself_is_not_a_referrer() {
        for address in ["https://example.com/a", "https://www.example.com/", "http://EXAMPLE.com:8000/"] {
            assert_eq!(host(address), None, "{address}");
        }
    }

    #[test]
    fn only_a_web_address_is_a_referrer() {
        let long = format!("https://{}.example/", "a".repeat(300));
        for address in [
            "",
            "/about",
            "about:client",
            "chrome-extension://a/",
            "android-app:com.example",
            "https://",
            "https://é/",
            &long,
        ] {
            assert_eq!(host(address), None, "{address:?}");
        }
    }
}
