use serde_dynamo::{AttributeValue, Item};

use crate::attributes::{Attributes, DecodeError, Problem, wrong};
use crate::{Count, Counts, TotalKey, keys};

/// A counter as it is stored, or one of its shards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Total {
    /// Which counter.
    pub key: TotalKey,
    /// What it has counted.
    pub counts: Counts,
}

impl Total {
    /// The counter in an item. Attributes that hold no count are left out: a newer version may have written them.
    ///
    /// # Errors
    /// The first attribute that is not as this crate writes it.
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
