//! The page at which a browser glitches pictures, by the same requests as any other client.

use std::sync::LazyLock;

use base64_simd::STANDARD;
use http::header::{CACHE_CONTROL, InvalidHeaderValue};
use http::{HeaderMap, HeaderValue, StatusCode};
use http_event::Response;
use page::Assets;
use reply::Error;

const DOCUMENT: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = concat!(
    include_str!("page/picture.js"),
    include_str!("page/api.js"),
    include_str!("page/kept.js"),
    include_str!("page/page.js"),
);

/// Drawn by `local/picture.py`; its bytes are kept, because links to a result of it have nothing else to go by.
const SAMPLE: &[u8] = include_bytes!("page/sample.jpg");

/// Put together for the first who asks, since most environments are asked to glitch only.
static PAGE: LazyLock<Result<Page, InvalidHeaderValue>> = LazyLock::new(Page::new);

/// The page.
///
/// # Errors
/// Never; see `Assets::new`.
pub fn page() -> Result<Response, Error> {
    let Page { headers, document } = PAGE.as_ref().map_err(Error::internal)?;
    Ok(Response::with_headers(StatusCode::OK, headers.clone(), document.clone().into_bytes()))
}

struct Page {
    headers: HeaderMap,
    document: String,
}

impl Page {
    fn new() -> Result<Self, InvalidHeaderValue> {
        let Assets { style, script, mut headers } = Assets::new(STYLE, SCRIPT)?;
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        let sample = format!("data:image/jpeg;base64,{}", STANDARD.encode_to_string(SAMPLE));
        let document = DOCUMENT
            .replace("sample.jpg", &sample)
            .replace("<style></style>", &format!("<style>{style}</style>"))
            .replace(r#"<script type="module"></script>"#, &format!(r#"<script type="module">{script}</script>"#));
        Ok(Self { headers, document })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> String {
        Page::new().unwrap().document
    }

    #[test]
    fn style_script_and_sample_are_inside() {
        let document = document();
        for start in ["<style>:root", "<script type=\"module\">// ", "src=\"data:image/jpeg;base64,/9j/"] {
            assert_eq!(document.matches(start).count(), 1, "{start}");
        }
    }

    #[test]
    fn style_and_script_cannot_end_their_own_elements() {
        assert!(!STYLE.contains("</") && !SCRIPT.contains("</script") && !SCRIPT.contains("<!--"));
    }

    #[test]
    fn the_first_load_is_under_a_hundred_kilobytes() {
        assert!(document().len() < 100_000, "{} bytes", document().len());
    }

    #[test]
    fn the_page_sends_as_much_as_is_taken() {
        assert!(SCRIPT.contains(&format!("const LIMIT = {};\n", crate::handler::FILE_LIMIT)));
    }
}
