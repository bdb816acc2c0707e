use std::fmt;

use percent_encoding::{percent_decode_str, percent_encode_byte};

use crate::{OTHER, is_hidden};

/// Maximum length of a page path in bytes: it has to fit into a sort key (1,024 bytes) with its prefix.
const LIMIT: usize = 512;

/// The normalized path of a page: one text for all spellings.
///
/// It has no query and no fragment, no empty or dot segments, no slash at the end, and is percent-decoded where that does
/// not change its meaning. A path of more than 512 bytes counts as `(other)`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Page(String);

impl Page {
    /// Normalizes a path, with or without percent-encoding.
    #[must_use]
    pub fn normalize(path: &str) -> Self {
        Self::normalize_with(path, stays_encoded)
    }

    fn normalize_with(path: &str, stays_encoded: fn(char) -> bool) -> Self {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let mut segments: Vec<String> = Vec::new();
        for segment in path.split('/') {
            match segment {
                "" | "." => {}
                ".." => drop(segments.pop()),
                _ => segments.push(decoded(segment, stays_encoded)),
            }
        }
        let path = format!("/{}", segments.join("/"));
        if path.len() <= LIMIT { Self(path) } else { Self::other() }
    }

    /// Returns the placeholder for page paths over the cap.
    #[must_use]
    pub fn other() -> Self {
        Self(OTHER.to_owned())
    }

    /// Parses a stored page path.
    #[must_use]
    pub(crate) fn stored(text: &str) -> Option<Self> {
        let rules: [fn(char) -> bool; 2] = [stays_encoded, stayed_encoded];
        let pages = rules.into_iter().map(|rule| Self::normalize_with(text, rule));
        pages.chain([Self::other()]).find(|page| page.0 == text)
    }

    /// Returns the path, which starts with a slash, or `(other)`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn decoded(segment: &str, stays_encoded: fn(char) -> bool) -> String {
    let text = percent_decode_str(segment).decode_utf8_lossy();
    // A segment that is dots only after decoding is a name; as plain dots it would be resolved the next time.
    if matches!(text.as_ref(), "." | "..") {
        return text.replace('.', "%2E");
    }
    let mut encoded = String::with_capacity(text.len());
    for character in text.chars() {
        if stays_encoded(character) {
            encoded.extend(character.encode_utf8(&mut [0; 4]).bytes().map(percent_encode_byte));
        } else {
            encoded.push(character);
        }
    }
    encoded
}

/// Whether a character stays encoded: delimiters would change the meaning, and hidden characters are not visible.
fn stays_encoded(character: char) -> bool {
    is_delimiter(character) || is_hidden(character)
}

/// The rule of earlier versions, whose pages are in totals that never expire.
fn stayed_encoded(character: char) -> bool {
    is_delimiter(character)
        || character.is_control()
        || matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn is_delimiter(character: char) -> bool {
    matches!(character, '/' | '?' | '#' | '%')
}

impl fmt::Display for Page {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn all_spellings_of_a_path_are_one_page() {
        for (written, page) in [
            ("", "/"),
            ("/", "/"),
            ("//", "/"),
            ("/about", "/about"),
            ("about/", "/about"),
            ("/about/?ref=1#team", "/about"),
            ("/a//b/./c/../d", "/a/b/d"),
            ("/../../etc", "/etc"),
            ("/caf%C3%A9", "/café"),
            ("/café", "/café"),
            ("/a%20b", "/a b"),
            ("/%41", "/A"),
        ] {
            assert_eq!(Page::normalize(written).as_str(), page, "{written:?}");
        }
    }

    #[test]
    fn delimiters_and_hidden_characters_stay_encoded() {
        for path in
            ["/a%2Fb", "/a%3Fb", "/a%23b", "/100%25", "/%2E%2E", "/a%00b", "/%E2%80%AEtxt", "/%E2%80%8Fa", "/%D8%9C"]
        {
            assert_eq!(Page::normalize(path).as_str(), path);
        }
    }

    #[test]
    fn any_text_is_accepted_as_a_path() {
        for path in ["/שלום/עולם", "/日本語", "/' OR 1=1; DROP TABLE views; --", "/user=1#x", "/%FF", "/😀"]
        {
            assert!(Page::normalize(path).as_str().starts_with('/'), "{path}");
        }
    }

    #[test]
    fn a_path_that_is_too_long_counts_as_other() {
        assert_eq!(Page::normalize(&"a".repeat(LIMIT - 1)).as_str().len(), LIMIT);
        assert_eq!(Page::normalize(&"a".repeat(LIMIT)), Page::other());
        assert_eq!(Page::normalize(&"/é".repeat(5_000)), Page::other());
    }

    #[test]
    fn only_a_normalized_path_is_read_from_storage() {
        for text in ["/", "/café", "/stored before \u{200F}", "/%E2%80%8F", OTHER] {
            assert_eq!(Page::stored(text).unwrap().as_str(), text);
        }
        for text in ["", "about", "/about/", "/a?b"] {
            assert_eq!(Page::stored(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn normalizing_is_idempotent(path in r"[a/%.?#\PC\x00-\x1f]{0,40}|(%[0-9A-F]{2}|/|\.){0,20}") {
            let page = Page::normalize(&path);
            prop_assert_eq!(Page::stored(page.as_str()), Some(page));
        }
    }
}
