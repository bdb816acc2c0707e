//! HTML documents with inline style and script; nothing else is loaded or executed.
//!
//! `page.css` is their common style. The caller provides the content and the cache headers.

use base64_simd::STANDARD;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY};
use http::{HeaderMap, HeaderValue};
use sha2::{Digest as _, Sha256};

const COMMON_STYLE: &str = include_str!("page.css");

const CROSS_ORIGIN_OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// The style and script of a document, and the headers that allow only these two.
#[derive(Debug, Clone)]
pub struct Assets {
    /// Contents of the `<style>` element, not to be escaped.
    pub style: String,
    /// Contents of the `<script>` element, not to be escaped.
    pub script: &'static str,
    /// The response headers of the document.
    pub headers: HeaderMap,
}

impl Assets {
    /// Combines the common style with the document's own style and script; an empty script disables scripts.
    pub fn new(style: &str, script: &'static str) -> Self {
        let style = [COMMON_STYLE, style].concat();
        // Base64 is always a valid header value; if it were not, the browser would load nothing.
        let policy = HeaderValue::try_from(policy(&style, script))
            .unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"));
        let headers = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (CONTENT_SECURITY_POLICY, policy),
            // Browsers send `Origin` with a form's POST only if the policy allows a referrer.
            (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
            (CROSS_ORIGIN_OPENER_POLICY, HeaderValue::from_static("same-origin")),
        ]);
        Self { style, script, headers }
    }
}

/// `data:` images are allowed too, because the documents draw some. <https://www.w3.org/TR/CSP3/>
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
    fn only_the_inline_style_and_script_are_allowed() {
        let assets = Assets::new("p { color: red }", "alert(1)");
        let policy = assets.headers.get(CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
        // Output of `printf 'alert(1)' | openssl dgst -sha256 -binary | base64`.
        assert!(policy.contains("script-src 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"), "{policy}");
        assert!(policy.contains(&format!("style-src '{}'", hash(&assets.style))), "{policy}");
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
        assert!(assets.style.ends_with("p { color: red }"));
    }

    #[test]
    fn an_empty_script_disables_scripts() {
        assert!(policy("", "").contains("script-src 'none';"));
    }

    #[test]
    fn style_and_script_cannot_close_their_elements() {
        assert!(!COMMON_STYLE.contains("</"));
    }
}
