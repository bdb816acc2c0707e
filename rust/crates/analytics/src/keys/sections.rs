use std::collections::HashMap;

use serde_dynamo::Item;

use super::{Key, attribute};
use crate::attributes::texts;

/// A range of items with the same path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sections {
    pub path: String,
    pub range: SectionRange,
}

/// A range of sort keys in a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SectionRange {
    /// Every section.
    All,
    /// `begins_with(Section, …)`.
    BeginsWith(String),
    /// `Section BETWEEN … AND …`.
    Between(String, String),
}

/// The key condition of a query.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html>
#[derive(Debug, Clone, PartialEq)]
pub struct KeyCondition {
    pub expression: &'static str,
    /// Placeholders of attribute names.
    pub names: HashMap<String, String>,
    pub values: Item,
}

impl Sections {
    /// Returns the smallest key that the range may contain.
    #[must_use]
    pub fn first(&self) -> Key {
        let section = match &self.range {
            SectionRange::All => "",
            SectionRange::BeginsWith(first) | SectionRange::Between(first, _) => first,
        };
        Key { path: self.path.clone(), section: section.to_owned() }
    }

    /// Whether the range contains a key.
    #[must_use]
    pub fn has(&self, Key { path, section }: &Key) -> bool {
        let is_in_range = match &self.range {
            SectionRange::All => true,
            SectionRange::BeginsWith(start) => section.starts_with(start),
            SectionRange::Between(first, last) => (first..=last).contains(&section),
        };
        *path == self.path && is_in_range
    }

    /// Returns the key condition of a query. DynamoDB rejects names that the expression does not use.
    #[must_use]
    pub fn condition(&self) -> KeyCondition {
        let (expression, range): (_, &[_]) = match &self.range {
            SectionRange::All => ("#path = :path", &[]),
            SectionRange::BeginsWith(start) => {
                ("#path = :path AND begins_with(#section, :start)", &[(":start", start)])
            }
            SectionRange::Between(first, last) => {
                ("#path = :path AND #section BETWEEN :first AND :last", &[(":first", first), (":last", last)])
            }
        };
        let names = [("#path", attribute::PATH), ("#section", attribute::SECTION)];
        let names = names.into_iter().filter(|(name, _)| expression.contains(name));
        KeyCondition {
            expression,
            names: names.map(|(name, attribute)| (name.to_owned(), attribute.to_owned())).collect(),
            values: texts([(":path", &self.path)].into_iter().chain(range.iter().copied())),
        }
    }
}
