//! The cookie in which a browser stores its session's token.
//!
//! It has no `Path`, so browsers send it to the folder of the URL that set it. `analytics/sign-in` sets it, so it is
//! sent to `/analytics` only, also if the API is below a path.
//!
//! Because the path is not `/`, its prefix is `__Secure-`: no page that was loaded over HTTP can set it. Another host
//! of the same domain still can, for a wider path, so all candidates are read.
//!
//! <https://www.rfc-editor.org/rfc/rfc6265#section-5.1.4>, <https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#name-cookie-name-prefixes>

use http::header::InvalidHeaderValue;
use http::{HeaderMap, HeaderValue};
use http_service::headers::cookies;

use super::token::LIFETIME;

const NAME: &str = "__Secure-analytics-session";

const ATTRIBUTES: &str = "Secure; HttpOnly; SameSite=Strict";

/// Returns the header that stores a token for its lifetime.
///
/// # Errors
/// The token is not a valid header value.
pub fn set(token: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    HeaderValue::try_from(format!("{NAME}={token}; Max-Age={LIFETIME}; {ATTRIBUTES}"))
}

/// Returns the header that deletes the cookie.
///
/// # Errors
/// Never in practice: the value is constant.
pub fn delete() -> Result<HeaderValue, InvalidHeaderValue> {
    HeaderValue::try_from(format!("{NAME}=; Max-Age=0; {ATTRIBUTES}"))
}

/// Returns the tokens that a browser sends, in its order.
pub fn tokens(headers: &HeaderMap) -> Vec<&str> {
    cookies(headers, NAME).collect()
}

/// Whether the browser sends a token.
pub fn is_present(headers: &HeaderMap) -> bool {
    !tokens(headers).is_empty()
}

#[cfg(test)]
mod tests {
    use http::header::COOKIE;

    use super::*;

    #[test]
    fn all_tokens_are_found() {
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
    fn the_cookie_is_http_only_and_same_site() {
        for cookie in [set("abc").unwrap(), delete().unwrap()] {
            assert!(cookie.to_str().unwrap().ends_with("; Secure; HttpOnly; SameSite=Strict"));
        }
        assert!(set("abc").unwrap().to_str().unwrap().starts_with("__Secure-analytics-session=abc; Max-Age=3600;"));
    }
}
