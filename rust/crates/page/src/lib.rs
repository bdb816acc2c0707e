//! A page in one response: its style and its script are inside, and nothing else runs or is fetched.
//!
//! What the pages look like in common is `page.css`. Their contents, and how long they are kept, are up to who serves
//! them.

use base64_simd::STANDARD;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, InvalidHeaderValue, REFERRER_POLICY};
use http::{HeaderMap, HeaderValue};
use sha2::{Digest as _, Sha256};

const COMMON_STYLE: &str = include_str!("page.css");

const CROSS_ORIGIN_OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// The style and the script of a page, and the headers that allow just these two.
#[derive(Debug, Clone)]
pub struct Assets {
    /// The contents of the page's `<style>`, to be written as they are.
    pub style: String,
    /// The contents of the page's `<script>`, to be written as they are.
    pub script: &'static str,
    /// The headers of a response with the page.
    pub headers: HeaderMap,
}

impl Assets {
    /// The common style and the page's own, and its script; where that is empty, none runs.
    ///
    /// # Errors
    /// Never; the type of a header's value does not know that base64 fits into it.
    pub fn new(style: &str, script: &'static str) -> Result<Self, InvalidHeaderValue> {
        let style = [COMMON_STYLE, style].concat();
        let policy = HeaderValue::try_from(policy(&style, script))?;
        let headers = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (CONTENT_SECURITY_POLICY, policy),
            // A form's post has an Origin only where a referrer may be sent.
            (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
            (CROSS_ORIGIN_OPENER_POLICY, HeaderValue::from_static("same-origin")),
        ]);
        Ok(Self { style, script, headers })
    }
}

/// Pictures are also those that the page makes itself. <https://www.w3.org/TR/CSP3/>
fn policy(style: &str, script: &str) -> String {
    let style = hash(style);
    let script = if script.is_empty() { "none".to_owned() } else { hash(script) };
    format!(
        "default-src 'none'; style-src '{style}'; script-src '{script}'; img-src 'self' blob: data:; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

fn hash(content: &str) -> String {
    format!("sha256-{}", STANDARD.encode_to_string(Sha256::digest(content)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_pages_own_style_and_script_run() {
        let assets = Assets::new("p { color: red }", "alert(1)").unwrap();
        let policy = assets.headers.get(CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
        // Of `printf 'alert(1)' | openssl dgst -sha256 -binary | base64`.
        assert!(policy.contains("script-src 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"), "{policy}");
        assert!(policy.contains(&format!("style-src '{}'", hash(&assets.style))), "{policy}");
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
        assert!(assets.style.ends_with("p { color: red }"));
    }

    #[test]
    fn without_a_script_none_runs() {
        assert!(policy("", "").contains("script-src 'none';"));
    }

    #[test]
    fn style_and_script_cannot_end_their_own_elements() {
        assert!(!COMMON_STYLE.contains("</"));
    }
}
