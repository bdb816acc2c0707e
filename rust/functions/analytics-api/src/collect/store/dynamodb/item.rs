use std::collections::{BTreeSet, HashMap};

use analytics::keys::{attribute, state};
use analytics::{Day, Moment};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::collect::store::{Secret, StoreError, ValueHash};

type Item = HashMap<String, AttributeValue>;

/// The key of an item of state.
pub fn key(name: String) -> Item {
    HashMap::from([(attribute::NAME.to_owned(), AttributeValue::S(name))])
}

/// The item of a day's secret.
pub fn of_secret(day: Day, Secret(secret): Secret, expires: Moment) -> Item {
    let mut item = key(state::visitor_secret(day));
    item.insert(attribute::DAY.to_owned(), AttributeValue::S(day.to_string()));
    item.insert(attribute::SECRET.to_owned(), binary(secret));
    item.insert(attribute::EXPIRES.to_owned(), number(expires.seconds()));
    item
}

/// Whether an item is that of a day.
pub fn is_of(item: &Item, day: Day) -> bool {
    matches!(item.get(attribute::DAY), Some(AttributeValue::S(text)) if *text == day.to_string())
}

/// The secret of an item.
///
/// # Errors
/// When the item is none that `of_secret` makes. The failure does not say what it is, since that may be a secret.
pub fn secret(item: &Item) -> Result<Secret, StoreError> {
    let secret = match item.get(attribute::SECRET) {
        Some(AttributeValue::B(secret)) => secret.as_ref().try_into().ok(),
        _ => None,
    };
    secret.map(Secret).ok_or_else(|| StoreError::new(format!("the item's {} is not 32 bytes", attribute::SECRET)))
}

/// The known values of an item.
///
/// # Errors
/// When the item is none of known values.
pub fn values(item: &Item) -> Result<BTreeSet<ValueHash>, StoreError> {
    let values = match item.get(attribute::VALUES) {
        Some(AttributeValue::Bs(values)) => values.iter().map(|value| value.as_ref().try_into().ok()).collect(),
        _ => None,
    };
    values.ok_or_else(|| StoreError::new(format!("the item's {} is not a set of 8 bytes each", attribute::VALUES)))
}

/// Bytes as an item has them.
pub fn binary(bytes: impl Into<Vec<u8>>) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes))
}

/// A number as an item has it.
pub fn number(number: impl Into<u64>) -> AttributeValue {
    AttributeValue::N(number.into().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_item(attribute: &str) -> Vec<Item> {
        let values =
            [None, Some(binary([1; 31])), Some(number(1_u8)), Some(AttributeValue::Bs(vec![Blob::new([1; 7])]))];
        values.map(|value| value.map(|value| (attribute.to_owned(), value)).into_iter().collect()).into()
    }

    #[test]
    fn a_secret_comes_back_as_it_was() {
        let now = Moment::from_milliseconds(1_795_231_140_000).unwrap();
        let stored = Secret([7; 32]);
        assert_eq!(secret(&of_secret(now.day(), stored, now)).unwrap(), stored);
    }

    #[test]
    fn an_item_that_is_no_secret_is_a_failure_that_names_the_attribute_and_tells_no_bytes() {
        for item in no_item(attribute::SECRET) {
            assert_eq!(secret(&item).unwrap_err().to_string(), "the item's Secret is not 32 bytes");
        }
    }

    #[test]
    fn an_item_without_values_is_a_failure_that_names_the_attribute() {
        for item in no_item(attribute::VALUES) {
            assert!(values(&item).unwrap_err().to_string().contains("the item's Values is not a set"), "{item:?}");
        }
    }
}
