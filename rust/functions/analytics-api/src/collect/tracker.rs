//! The script that pages load: it counts them as they are opened, and tells how they were read as they are left.

use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use reply::Error;
use sha2::{Digest as _, Sha256};

use http_service::Problem;

const SOURCE: &str = include_str!("a.js");

/// Send the script, unless the client has it.
pub async fn script(headers: HeaderMap) -> Result<Response, Problem> {
    let script = served(SOURCE);
    let etag = format!("\"{}\"", hex::encode(Sha256::digest(&script)));
    let is_known = knows(&headers, &etag);
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
        (ETAG, HeaderValue::try_from(etag).map_err(Error::internal)?),
        (super::CROSS_ORIGIN_RESOURCE_POLICY, super::ANY_ORIGIN),
    ];
    Ok(if is_known { (StatusCode::NOT_MODIFIED, headers).into_response() } else { (headers, script).into_response() })
}

/// The script without lines of comment and without indentation: what people need of it, and browsers do not.
fn served(source: &str) -> String {
    let lines = source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// <https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2>
fn knows(headers: &HeaderMap, etag: &str) -> bool {
    let lists = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = lists.flat_map(|list| list.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_small() {
        let script = served(SOURCE);
        assert!(script.len() < 1300, "{} bytes", script.len());
    }

    #[test]
    fn the_script_keeps_nothing_in_the_browser() {
        for word in ["cookie", "Storage", "indexedDB", "caches"] {
            assert!(!SOURCE.contains(word), "{word}");
        }
    }
}
