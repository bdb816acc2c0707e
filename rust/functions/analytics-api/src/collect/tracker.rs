//! The script that pages load: it counts them as they are opened, and tells how they were read as they are left.

use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use http_service::Problem;
use http_service::headers::EntityTags;
use reply::Error;
use sha2::{Digest as _, Sha256};

const SOURCE: &str = include_str!("a.js");

/// Sends the script, unless the client has it.
pub async fn script(headers: HeaderMap) -> Result<Response, Problem> {
    let script = served(SOURCE);
    let etag = format!("\"{}\"", hex::encode(Sha256::digest(&script)));
    // A header that is no list of tags names none that the client has.
    let known = EntityTags::parse(&headers, &IF_NONE_MATCH).ok().flatten();
    let is_known = known.is_some_and(|tags| tags.match_weakly(&etag));
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
        (ETAG, HeaderValue::try_from(etag).map_err(Error::internal)?),
        (super::CROSS_ORIGIN_RESOURCE_POLICY, super::ANY_ORIGIN),
    ];
    Ok(if is_known { (StatusCode::NOT_MODIFIED, headers).into_response() } else { (headers, script).into_response() })
}

/// The script without what people need of it and browsers do not: lines of comment, indentation, ends of lines next to a
/// bracket, and the names that start with `$`, which become letters.
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
        let index = names.iter().position(|known| *known == name).unwrap_or_else(|| {
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
    fn names_become_letters_and_ends_of_lines_go_where_they_mean_nothing() {
        let source = "// no\n{\n  let $one=1,\n    $two='$&'\n  $two+=$one\n}\n";
        assert_eq!(served(source), "{let a=1,b='$&'\nb+=a}");
        assert!(!served(SOURCE).contains("$o") && served(SOURCE).contains("'\\\\$&'"));
    }

    #[test]
    fn the_script_keeps_nothing_in_the_browser() {
        for word in ["cookie", "Storage", "indexedDB", "caches"] {
            assert!(!SOURCE.contains(word), "{word}");
        }
    }
}
