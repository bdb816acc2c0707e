//! Detects requests from pages of this API, by headers that browsers set and pages cannot change.

use http::HeaderMap;
use http::header::{HOST, HeaderName, ORIGIN};

use crate::scheme::scheme;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a page of the same origin sent a request. Without such a header, the answer is no.
///
/// <https://www.w3.org/TR/fetch-metadata/>, and for browsers before it
/// <https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html>
pub fn is_from_own_page(headers: &HeaderMap) -> bool {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match (header(SEC_FETCH_SITE), header(ORIGIN), header(HOST)) {
        (Some(site), _, _) => site == "same-origin",
        (None, Some(origin), Some(host)) => origin.split_once("://") == Some((scheme(headers), host)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_own(headers: &[(&'static str, &str)]) -> bool {
        is_from_own_page(
            &headers.iter().map(|&(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect(),
        )
    }

    #[test]
    fn sec_fetch_site_identifies_own_pages() {
        assert!(is_own(&[("sec-fetch-site", "same-origin")]));
        for site in ["cross-site", "same-site", "none", "", "same-origin, cross-site"] {
            let origin = ("origin", "https://api.example.com");
            let host = ("host", "api.example.com");
            assert!(!is_own(&[("sec-fetch-site", site), origin, host, ("x-forwarded-proto", "https")]), "{site}");
        }
    }

    #[test]
    fn origin_identifies_own_pages_in_older_browsers() {
        let (host, https) = (("host", "api.example.com"), ("x-forwarded-proto", "https"));
        assert!(is_own(&[("origin", "https://api.example.com"), host, https]));
        assert!(is_own(&[("origin", "http://127.0.0.1:4566"), ("host", "127.0.0.1:4566")]));
        for origin in [
            "null",
            "https://evil.example",
            "http://api.example.com",
            "https://api.example.com:8443",
            "https://api.example.com.evil.example",
            "https://example.com",
        ] {
            assert!(!is_own(&[("origin", origin), host, https]), "{origin}");
        }
    }

    #[test]
    fn a_request_without_headers_is_foreign() {
        assert!(!is_own(&[]));
        assert!(!is_own(&[("host", "api.example.com")]));
        assert!(!is_own(&[("origin", "https://api.example.com")]));
    }
}
