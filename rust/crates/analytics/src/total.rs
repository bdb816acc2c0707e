use serde_dynamo::{AttributeValue, Item};

use crate::attributes::{Attributes, DecodeError, Problem, wrong};
use crate::{Count, Counts, TotalKey, keys};

/// A stored counter, or one of its shards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Total {
    pub key: TotalKey,
    pub counts: Counts,
}

impl Total {
    /// Decodes an item. Ignores attributes that are not counts: a newer version may have written them.
    ///
    /// # Errors
    /// The first attribute that differs from what this crate writes.
    pub fn decode(item: &Item) -> Result<Self, DecodeError> {
        let key = keys::decode_total(Attributes(item))?;
        let mut counts = Counts::new();
        for (name, value) in item.iter() {
            let Some(count) = Count::parse(name) else { continue };
            let AttributeValue::N(number) = value else {
                return Err(wrong(name, Problem::Type { expected: "number" }));
            };
            let number = number.parse().map_err(|_| wrong(name, Problem::Value { rule: "a whole number" }))?;
            counts.insert(count, number);
        }
        Ok(Self { key, counts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::text;

    fn item(name: &str, value: AttributeValue) -> Item {
        let key = keys::Key { path: "total/example.com/day".to_owned(), section: "summary/2026-11-21/0".to_owned() };
        let mut item = key.item();
        item.insert(name.to_owned(), value);
        item
    }

    #[test]
    fn unknown_attributes_of_a_total_are_ignored() {
        let total = Total::decode(&item("Views", AttributeValue::N("3".to_owned()))).unwrap();
        assert_eq!(total.counts, Counts::from([(Count::Views, 3)]));
        assert_eq!(Total::decode(&item("Clicks", text("many"))).unwrap().counts, Counts::new());
    }

    #[test]
    fn an_invalid_count_is_named() {
        for (value, problem) in
            [(text("3"), "is not a number"), (AttributeValue::N("3.5".to_owned()), "is not a whole number")]
        {
            let error = Total::decode(&item("browser/Firefox", value)).unwrap_err();
            assert_eq!(error.to_string(), format!("the attribute browser/Firefox {problem}"));
        }
    }
}
