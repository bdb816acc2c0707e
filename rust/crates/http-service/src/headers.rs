//! The request headers that services read, each with one parser.
//!
//! Not the crate `headers`, which skips values that it cannot parse: skipping an entity tag would let a write overwrite
//! another client's change.

use http::header::{ACCEPT_ENCODING, AUTHORIZATION, COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue};
use reply::Error;

/// The entity tags of `If-Match` or `If-None-Match`, <https://www.rfc-editor.org/rfc/rfc9110#section-13.1>.
#[derive(Debug, PartialEq, Eq)]
pub enum EntityTags {
    /// `*`, which matches any tag.
    Any,
    Listed(Vec<EntityTag>),
}

#[derive(Debug, PartialEq, Eq)]
pub struct EntityTag {
    is_weak: bool,
    quoted: String,
}

impl EntityTags {
    /// Parses the tags of a header; repeated headers form one list.
    ///
    /// # Errors
    /// `InvalidPrecondition` if the value is not a list of entity tags.
    pub fn parse(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Self>, Error> {
        let values: Vec<&[u8]> = headers.get_all(name).iter().map(HeaderValue::as_bytes).collect();
        if values.is_empty() {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&values.join(b", ".as_slice())).into_owned();
        parse_tags(&text).map(Some).ok_or_else(|| {
            let detail = format!("{name} is {text:?}. Send entity tags in their quotes, as in {name}: \"7\", or *.");
            Error::bad_request("InvalidPrecondition", detail)
        })
    }

    /// Whether a quoted tag matches by strong comparison, in which weak tags never match.
    #[must_use]
    pub fn match_strongly(&self, tag: &str) -> bool {
        self.contain(|listed| !listed.is_weak && listed.quoted == tag)
    }

    /// Whether a quoted tag matches by weak comparison.
    #[must_use]
    pub fn match_weakly(&self, tag: &str) -> bool {
        self.contain(|listed| listed.quoted == tag)
    }

    fn contain(&self, is_same: impl Fn(&EntityTag) -> bool) -> bool {
        match self {
            Self::Any => true,
            Self::Listed(tags) => tags.iter().any(is_same),
        }
    }
}

fn parse_tags(text: &str) -> Option<EntityTags> {
    if text.trim() == "*" {
        return Some(EntityTags::Any);
    }
    let mut tags = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (tag, after) = parse_tag(rest)?;
        tags.push(tag);
        rest = match after.trim_start() {
            "" => "",
            more => more.strip_prefix(',')?.trim_start(),
        };
    }
    (!tags.is_empty()).then_some(EntityTags::Listed(tags))
}

/// Returns the entity tag at the start of `text`, and the rest.
fn parse_tag(text: &str) -> Option<(EntityTag, &str)> {
    let (is_weak, quoted) = text.strip_prefix("W/").map_or((false, text), |quoted| (true, quoted));
    let (opaque, after) = quoted.strip_prefix('"')?.split_once('"')?;
    Some((EntityTag { is_weak, quoted: format!("\"{opaque}\"") }, after))
}

/// Whether the client accepts gzip, <https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3>.
#[must_use]
pub fn accepts_gzip(headers: &HeaderMap) -> bool {
    texts(headers, &ACCEPT_ENCODING).flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|weight| weight.parse() == Ok(0.0));
        ["gzip", "*"].contains(&name.trim()) && !refused
    })
}

/// Returns the values of all cookies with this name, in the browser's order: another host of the domain may have set
/// one too.
pub fn cookies<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    // Each pair alone, because another host may have set one with bytes that are not text.
    let pairs = headers.get_all(COOKIE).iter().flat_map(|header| header.as_bytes().split(|byte| *byte == b';'));
    let pairs = pairs.filter_map(|pair| str::from_utf8(pair).ok());
    let named = pairs.filter_map(|pair| pair.trim().split_once('=')).filter(move |(own, _)| *own == name);
    named.map(|(_, value)| value).filter(|value| !value.is_empty())
}

/// The credentials in `Authorization`, <https://www.rfc-editor.org/rfc/rfc6750#section-2.1>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authorization<'a> {
    /// The header is missing.
    Missing,
    Bearer(&'a str),
    /// Another scheme.
    Other,
}

#[must_use]
pub fn authorization(headers: &HeaderMap) -> Authorization<'_> {
    let Some(value) = headers.get(AUTHORIZATION) else { return Authorization::Missing };
    match value.to_str().ok().and_then(|text| text.split_once(' ')) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Authorization::Bearer(token.trim()),
        _ => Authorization::Other,
    }
}

fn texts<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use http::header::{IF_MATCH, IF_NONE_MATCH};

    use super::*;

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    fn tags(value: &'static str) -> Result<Option<EntityTags>, Error> {
        EntityTags::parse(&headers(&[(IF_MATCH, value)]), &IF_MATCH)
    }

    #[test]
    fn tags_match_strongly_or_weakly() {
        for (value, strongly, weakly) in [
            ("\"7\"", true, true),
            ("*", true, true),
            ("\"6\", \"7\"", true, true),
            ("\"a,b\",\"7\"", true, true),
            (" \"7\" ", true, true),
            ("W/\"7\"", false, true),
            ("\"6\"", false, false),
            ("\"07\"", false, false),
            ("\"\"", false, false),
        ] {
            let tags = tags(value).unwrap().unwrap();
            assert_eq!((tags.match_strongly("\"7\""), tags.match_weakly("\"7\"")), (strongly, weakly), "{value}");
        }
    }

    #[test]
    fn an_invalid_list_of_tags_is_rejected_with_an_example() {
        for value in ["", "7", "\"7", "7\"", "\"7\" \"8\"", "\"7\",*", "w/\"7\"", ",", "\"7\",,\"8\""] {
            let diagnostic = tags(value).unwrap_err().into_diagnostic();
            assert_eq!(diagnostic.error_type, "InvalidPrecondition", "{value:?}");
            assert!(diagnostic.error_message.contains("as in if-match: \"7\""), "{}", diagnostic.error_message);
        }
    }

    #[test]
    fn a_repeated_header_is_one_list() {
        let mut repeated = HeaderMap::new();
        for value in ["\"6\"", "\"7\""] {
            repeated.append(IF_NONE_MATCH, HeaderValue::from_static(value));
        }
        let tags = EntityTags::parse(&repeated, &IF_NONE_MATCH).unwrap().unwrap();
        assert!(tags.match_strongly("\"6\"") && tags.match_strongly("\"7\""));
        assert_eq!(EntityTags::parse(&HeaderMap::new(), &IF_MATCH).unwrap(), None);
    }

    #[test]
    fn gzip_is_sent_only_to_clients_that_accept_it() {
        for (value, takes) in [
            ("gzip", true),
            ("deflate, gzip;q=0.5", true),
            ("*", true),
            ("gzip;q=0", false),
            ("gzip; q=0.0", false),
            ("br", false),
            ("", false),
        ] {
            assert_eq!(accepts_gzip(&headers(&[(ACCEPT_ENCODING, value)])), takes, "{value}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }

    #[test]
    fn all_cookies_with_a_name_are_found() {
        for (header, expected) in [
            ("id=abc", vec!["abc"]),
            ("a=1; id=abc; b=2", vec!["abc"]),
            ("id=abc; id=def", vec!["abc", "def"]),
            ("xid=abc", vec![]),
            ("id=", vec![]),
            ("id", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(cookies(&headers(&[(COOKIE, header)]), "id").collect::<Vec<_>>(), expected, "{header}");
        }
    }

    #[test]
    fn a_cookie_that_is_not_text_hides_no_other() {
        for other in ["caf\u{e9}=1".as_bytes(), b"caf\xe9=1", b"x=\xff\xfe", b"\xff"] {
            for pairs in [[other, b"id=abc"], [b"id=abc", other]] {
                let header = HeaderValue::from_bytes(&pairs.join(b"; ".as_slice())).unwrap();
                let headers = HeaderMap::from_iter([(COOKIE, header)]);
                assert_eq!(cookies(&headers, "id").collect::<Vec<_>>(), ["abc"], "{headers:?}");
            }
        }
    }

    #[test]
    fn bearer_tokens_and_other_credentials_are_distinguished() {
        for (value, expected) in [
            ("Bearer abc", Authorization::Bearer("abc")),
            ("bearer  abc", Authorization::Bearer("abc")),
            ("Basic abc", Authorization::Other),
            ("abc", Authorization::Other),
            ("", Authorization::Other),
        ] {
            assert_eq!(authorization(&headers(&[(AUTHORIZATION, value)])), expected, "{value}");
        }
        assert_eq!(authorization(&HeaderMap::new()), Authorization::Missing);
    }
}
