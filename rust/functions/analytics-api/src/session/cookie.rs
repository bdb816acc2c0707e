//! The cookie in which a browser holds the token of its session.
//!
//! It has no `Path`: browsers then send it to where it was set, and below. It is set by `analytics/sign-in`, so it goes
//! to `/analytics` and nowhere else, and the same holds where the API is below a path.
//!
//! <https://www.rfc-editor.org/rfc/rfc6265#section-5.1.4>

use http::header::{COOKIE, InvalidHeaderValue};
use http::{HeaderMap, HeaderValue};

use super::token::LIFETIME;

const NAME: &str = "analytics-session";

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

/// The token that a browser sends.
pub fn token(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    let mut pairs = cookies.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(name, value)| (name == NAME && !value.is_empty()).then_some(value))
}

/// Whether a browser sends a token.
pub fn is_held(headers: &HeaderMap) -> bool {
    token(headers).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_among_other_cookies() {
        for (header, expected) in [
            ("analytics-session=abc", Some("abc")),
            ("a=1; analytics-session=abc; b=2", Some("abc")),
            ("xanalytics-session=abc", None),
            ("analytics-session=", None),
            ("analytics-session", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_static(header))]);
            assert_eq!(token(&headers), expected, "{header}");
        }
        assert_eq!(token(&HeaderMap::new()), None);
    }

    #[test]
    fn no_script_reads_the_cookie_and_no_other_site_sends_it() {
        for cookie in [keep("abc").unwrap(), forget().unwrap()] {
            assert!(cookie.to_str().unwrap().ends_with("; Secure; HttpOnly; SameSite=Strict"));
        }
        assert!(keep("abc").unwrap().to_str().unwrap().starts_with("analytics-session=abc; Max-Age=3600;"));
    }
}
