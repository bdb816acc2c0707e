//! The HTML document in which a browser glitches pictures, with the same requests as any other client.

use base64_simd::STANDARD;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, InvalidHeaderValue};
use http::{HeaderMap, HeaderValue, StatusCode};
use http_event::Response;
use page::Assets;

const DOCUMENT: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = concat!(
    include_str!("page/picture.js"),
    include_str!("page/api.js"),
    include_str!("page/store.js"),
    include_str!("page/page.js"),
);

/// Drawn by `local/picture.py`. Its bytes must not change, because links to results of the sample depend on them.
const SAMPLE: &[u8] = include_bytes!("page/sample.jpg");

#[derive(Debug)]
pub struct Page {
    headers: HeaderMap,
    document: String,
}

impl Page {
    /// Builds the document, which may also send requests to the origin for uploads of larger pictures.
    ///
    /// # Errors
    /// The origin is invalid.
    pub fn new(uploads: &str) -> Result<Self, InvalidHeaderValue> {
        let Assets { style, script, mut headers } = Assets::new(STYLE, SCRIPT);
        let policy = headers.get(CONTENT_SECURITY_POLICY).and_then(|policy| policy.to_str().ok()).unwrap_or_default();
        let policy = policy.replace("connect-src 'self'", &format!("connect-src 'self' {uploads}"));
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::try_from(policy)?);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        let sample = format!("data:image/jpeg;base64,{}", STANDARD.encode_to_string(SAMPLE));
        let document = DOCUMENT
            .replace("sample.jpg", &sample)
            .replace("<style></style>", &format!("<style>{style}</style>"))
            .replace(r#"<script type="module"></script>"#, &format!(r#"<script type="module">{script}</script>"#));
        Ok(Self { headers, document })
    }

    /// Returns the response with the document.
    pub fn response(&self) -> Response {
        Response::with_headers(StatusCode::OK, self.headers.clone(), self.document.clone().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> String {
        Page::new("https://pictures.example").unwrap().document
    }

    #[test]
    fn style_script_and_sample_are_inline() {
        let document = document();
        for start in ["<style>:root", "<script type=\"module\">// ", "src=\"data:image/jpeg;base64,/9j/"] {
            assert_eq!(document.matches(start).count(), 1, "{start}");
        }
    }

    #[test]
    fn style_and_script_cannot_close_their_elements() {
        assert!(!STYLE.contains("</") && !SCRIPT.contains("</script") && !SCRIPT.contains("<!--"));
    }

    #[test]
    fn the_document_is_under_a_hundred_kilobytes() {
        assert!(document().len() < 100_000, "{} bytes", document().len());
    }

    #[test]
    fn the_policy_allows_requests_to_the_bucket_only() {
        let headers = Page::new("https://pictures.example").unwrap().headers;
        let policy = headers.get(CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
        assert!(policy.contains(" connect-src 'self' https://pictures.example;"), "{policy}");
    }

    #[test]
    fn the_script_has_the_limit_of_the_service() {
        assert!(SCRIPT.contains(&format!("const UPLOAD_LIMIT = {};\n", picture::UPLOAD_LIMIT)));
        assert!(SCRIPT.contains(&format!("const LIMIT = {};\n", crate::handler::FILE_LIMIT)));
    }
}
