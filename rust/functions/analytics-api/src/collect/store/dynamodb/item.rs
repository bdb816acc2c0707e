use std::collections::{BTreeSet, HashMap};

use analytics::keys::{attribute, state};
use analytics::{Bucket, Moment, Site};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use dynamo::{number, text};

use crate::collect::store::{Secret, StoreError, ValueHash};

type Item = HashMap<String, AttributeValue>;

/// Returns the key of an item of the state table.
pub fn key(name: String) -> Item {
    HashMap::from([(attribute::NAME.to_owned(), text(name))])
}

/// Returns the item of a bucket's secret.
pub fn secret_item(site: &Site, bucket: Bucket, Secret(secret): Secret, expires: Moment) -> Item {
    let mut item = key(state::visitor_secret(site, bucket));
    item.insert(attribute::BUCKET.to_owned(), text(bucket.to_string()));
    item.insert(attribute::SECRET.to_owned(), binary(secret));
    item.insert(attribute::EXPIRES.to_owned(), number(expires.seconds()));
    item
}

/// Whether an item belongs to a bucket.
pub fn is_of(item: &Item, bucket: Bucket) -> bool {
    matches!(item.get(attribute::BUCKET), Some(AttributeValue::S(text)) if *text == bucket.to_string())
}

/// Decodes a secret.
///
/// # Errors
/// The item is not one that `secret_item` returns. The error does not quote it, because it may contain a secret.
pub fn secret(item: &Item) -> Result<Secret, StoreError> {
    let secret = match item.get(attribute::SECRET) {
        Some(AttributeValue::B(secret)) => secret.as_ref().try_into().ok(),
        _ => None,
    };
    secret.map(Secret).ok_or_else(|| StoreError::new(format!("the item's {} is not 32 bytes", attribute::SECRET)))
}

/// Decodes known values.
///
/// # Errors
/// The item does not contain known values.
pub fn values(item: &Item) -> Result<BTreeSet<ValueHash>, StoreError> {
    let values = match item.get(attribute::VALUES) {
        Some(AttributeValue::Bs(values)) => values.iter().map(|value| value.as_ref().try_into().ok()).collect(),
        _ => None,
    };
    values.ok_or_else(|| StoreError::new(format!("the item's {} is not a set of 8 bytes each", attribute::VALUES)))
}

/// Returns a binary attribute.
pub fn binary(bytes: impl Into<Vec<u8>>) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes))
}

#[cfg(test)]
mod tests {
    use analytics::Granularity;

    use super::*;

    fn no_item(attribute: &str) -> Vec<Item> {
        let values = [None, Some(binary([1; 31])), Some(number(1)), Some(AttributeValue::Bs(vec![Blob::new([1; 7])]))];
        values.map(|value| value.map(|value| (attribute.to_owned(), value)).into_iter().collect()).into()
    }

    #[test]
    fn a_secret_round_trips() {
        let now = Moment::from_milliseconds(1_795_231_140_000).unwrap();
        let stored = Secret([7; 32]);
        let (site, day) = (Site::parse("example.com").unwrap(), "2026-11-21".parse().unwrap());
        let item = secret_item(&site, Bucket::new(Granularity::Day, day), stored, now);
        assert_eq!(secret(&item).unwrap(), stored);
    }

    #[test]
    fn an_invalid_secret_is_an_error_without_its_bytes() {
        for item in no_item(attribute::SECRET) {
            assert_eq!(secret(&item).unwrap_err().to_string(), "the item's Secret is not 32 bytes");
        }
    }

    #[test]
    fn an_item_without_values_is_an_error() {
        for item in no_item(attribute::VALUES) {
            assert!(values(&item).unwrap_err().to_string().contains("the item's Values is not a set"), "{item:?}");
        }
    }
}
