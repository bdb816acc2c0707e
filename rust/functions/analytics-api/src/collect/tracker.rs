//! The script that pages load: it reports when they are opened and when they are left.

use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};
use http_service::Problem;
use http_service::headers::EntityTags;
use reply::Error;
use sha2::{Digest as _, Sha256};

const SOURCE: &str = include_str!("a.js");

/// Returns the script, or 304 if the client has it.
pub async fn script(headers: HeaderMap) -> Result<Response, Problem> {
    let script = served(SOURCE);
    let etag = format!("\"{}\"", hex::encode(Sha256::digest(&script)));
    // An invalid list of tags matches nothing.
    let tags = EntityTags::parse(&headers, &IF_NONE_MATCH).ok().flatten();
    let is_current = tags.is_some_and(|tags| tags.match_weakly(&etag));
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
        (ETAG, HeaderValue::try_from(etag).map_err(Error::internal)?),
        // Only requests with an origin get the gateway's CORS headers, so a cached copy for a classic script has none and
        // would fail for a module.
        (VARY, HeaderValue::from_static("origin")),
        (super::CROSS_ORIGIN_RESOURCE_POLICY, super::ANY_ORIGIN),
    ];
    Ok(if is_current { (StatusCode::NOT_MODIFIED, headers).into_response() } else { (headers, script).into_response() })
}

/// Minifies the script: removes comments, indentation and line ends next to brackets, and shortens names that start
/// with `$` to letters.
fn served(source: &str) -> String {
    let lines = source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    let joined = lines.fold(String::new(), |joined, line| {
        let ends = joined.is_empty() || joined.ends_with(['{', '(', ',', '>']) || line.starts_with(['}', ')']);
        joined + if ends { "" } else { "\n" } + line
    });
    let mut parts = joined.split('$');
    let first = parts.next().unwrap_or_default().to_owned();
    let mut names = Vec::new();
    parts.fold(first, |text, part| {
        let (name, rest) = part.split_at(part.find(|next: char| !next.is_ascii_lowercase()).unwrap_or(part.len()));
        if name.is_empty() {
            return text + "$" + rest;
        }
        let index = names.iter().position(|seen| *seen == name).unwrap_or_else(|| {
            names.push(name);
            names.len() - 1
        });
        let letter = ('a'..='z').chain('A'..='Z').nth(index).map_or_else(|| format!("${name}"), String::from);
        text + &letter + rest
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_small() {
        let script = served(SOURCE);
        assert!(script.len() < 1500, "{} bytes", script.len());
    }

    #[test]
    fn names_and_line_ends_are_minified() {
        let source = "// no\n{\n  let $one=1,\n    $two='$&'\n  $two+=$one\n}\n";
        assert_eq!(served(source), "{let a=1,b='$&'\nb+=a}");
        assert!(!served(SOURCE).contains("$o") && served(SOURCE).contains("'\\\\$&'"));
    }

    #[test]
    fn the_script_stores_nothing_in_the_browser() {
        for word in ["cookie", "Storage", "indexedDB", "caches"] {
            assert!(!SOURCE.contains(word), "{word}");
        }
    }
}
