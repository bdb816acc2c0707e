/// Maximum number of characters of a text to search for.
pub const SEARCH_CHARACTERS: usize = 200;

/// A case-insensitive search for a text in the rows of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Search(String);

impl Search {
    /// Searches for a text; the empty one is in every row.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.to_lowercase())
    }

    /// Whether a value contains the text.
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        self.0.is_empty() || value.to_lowercase().contains(&self.0)
    }
}
