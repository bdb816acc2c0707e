//! The cookie in which a browser holds the token of its session.
//!
//! It has no `Path`: browsers then send it to where it was set, and below. It is set by `analytics/sign-in`, so it goes
//! to `/analytics` and nowhere else, and the same holds where the API is below a path.
//!
//! Since the path is not `/`, the prefix of its name is `__Secure-`: no page that was loaded over HTTP can set it. A host
//! of the same domain still can, for a wider path, so all candidates are read.
//!
//! <https://www.rfc-editor.org/rfc/rfc6265#section-5.1.4>, <https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#name-cookie-name-prefixes>

use http::header::InvalidHeaderValue;
use http::{HeaderMap, HeaderValue};
use http_service::headers::cookies;

use super::token::LIFETIME;

const NAME: &str = "__Secure-analytics-session";

const ATTRIBUTES: &str = "Secure; HttpOnly; SameSite=Strict";

/// Keep a token for as long as it is good.
///
/// # Errors
/// A token that is no header's value.
pub fn keep(token: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    HeaderValue::try_from(format!("{NAME}={token}; Max-Age={LIFETIME}; {ATTRIBUTES}"))
}

/// Keep no token.
///
/// # Errors
/// Never; the type of a header's value does not know its text.
pub fn forget() -> Result<HeaderValue, InvalidHeaderValue> {
    HeaderValue::try_from(format!("{NAME}=; Max-Age=0; {ATTRIBUTES}"))
}

/// Returns the tokens that a browser sends, in its order.
pub fn tokens(headers: &HeaderMap) -> Vec<&str> {
    cookies(headers, NAME).collect()
}

/// Whether a browser sends a token.
pub fn is_held(headers: &HeaderMap) -> bool {
    !tokens(headers).is_empty()
}

#[cfg(test)]
mod tests {
    use http::header::COOKIE;

    use super::*;

    #[test]
    fn all_tokens_are_found_among_other_cookies() {
        for (header, expected) in [
            ("__Secure-analytics-session=abc", vec!["abc"]),
            ("a=1; __Secure-analytics-session=abc; b=2", vec!["abc"]),
            ("__Secure-analytics-session=abc; __Secure-analytics-session=def", vec!["abc", "def"]),
            ("analytics-session=abc", vec![]),
            ("x__Secure-analytics-session=abc", vec![]),
            ("__Secure-analytics-session=", vec![]),
            ("__Secure-analytics-session", vec![]),
            ("", vec![]),
        ] {
            let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_static(header))]);
            assert_eq!(tokens(&headers), expected, "{header}");
        }
        assert_eq!(tokens(&HeaderMap::new()), [""; 0]);
    }

    #[test]
    fn no_script_reads_the_cookie_and_no_other_site_sends_it() {
        for cookie in [keep("abc").unwrap(), forget().unwrap()] {
            assert!(cookie.to_str().unwrap().ends_with("; Secure; HttpOnly; SameSite=Strict"));
        }
        assert!(keep("abc").unwrap().to_str().unwrap().starts_with("__Secure-analytics-session=abc; Max-Age=3600;"));
    }
}
