use std::fmt;

use crate::{OTHER, is_hidden};

/// Maximum length of a campaign's name in bytes. Longer names are truncated.
const LIMIT: usize = 100;

/// A campaign: `utm_campaign`, or otherwise `utm_source`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Campaign(String);

impl Campaign {
    /// Returns the campaign with a name, or none if the name has no visible character.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let visible: String = name.chars().filter(|character| !is_hidden(*character)).collect();
        let trimmed = visible.trim();
        let cut = trimmed.split_at(trimmed.floor_char_boundary(LIMIT)).0.trim_end();
        (!cut.is_empty()).then(|| Self(cut.to_owned()))
    }

    /// Returns the placeholder for campaigns over the cap.
    #[must_use]
    pub fn other() -> Self {
        Self(OTHER.to_owned())
    }

    /// Parses a stored campaign, including one of a version that hid fewer characters.
    #[must_use]
    pub(crate) fn stored(text: &str) -> Option<Self> {
        let is_plain = (1..=LIMIT).contains(&text.len()) && text.trim() == text && !text.chars().any(char::is_control);
        is_plain.then(|| Self(text.to_owned()))
    }

    /// Returns the name, or `(other)`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Campaign {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_only_visible_characters() {
        assert_eq!(Campaign::named(" spring\u{0}\n sale ").unwrap().as_str(), "spring sale");
        assert_eq!(Campaign::named(&"é".repeat(200)).unwrap().as_str().len(), LIMIT);
        assert_eq!(Campaign::named(" \t\u{202E}\u{200F}"), None);
        assert_eq!(Campaign::named("a\u{202E}gpj.\u{2066}exe\u{2069}").unwrap().as_str(), "agpj.exe");
    }

    #[test]
    fn a_stored_name_round_trips() {
        for name in ["spring sale", "ümlaut/2026", "\u{202E}stored before", OTHER] {
            assert_eq!(Campaign::stored(name).unwrap().as_str(), name);
        }
        assert_eq!(Campaign::stored(" x"), None);
    }
}
