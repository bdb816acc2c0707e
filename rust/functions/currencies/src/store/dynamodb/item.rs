use std::collections::HashMap;
use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;
use dynamo::{number, text};

use super::PARTITION;
use crate::store::StoreError;
use crate::{Code, Currency};

type Item = HashMap<String, AttributeValue>;

const CODE: &str = "code";
const NAME: &str = "name";
const SYMBOL: &str = "symbol";
const MINOR_UNITS: &str = "minorUnits";
pub const VERSION: &str = "version";
/// Identifies a write, so that a retry whose condition fails recognizes the item of an attempt whose response was lost.
pub const WRITE: &str = "write";

/// Returns the key of a currency.
pub fn key(code: &Code) -> Item {
    HashMap::from([("pk".to_owned(), text(PARTITION)), (CODE.to_owned(), text(code.as_str()))])
}

/// Returns the item of a currency, written by a write with a random id.
pub fn encode(currency: &Currency, write: u64) -> Item {
    let mut item = key(&currency.code);
    item.insert(NAME.to_owned(), text(currency.name.as_str()));
    item.insert(SYMBOL.to_owned(), text(currency.symbol.as_str()));
    item.insert(VERSION.to_owned(), number(currency.version));
    item.insert(WRITE.to_owned(), number(write));
    item.extend(currency.minor_units.map(|digits| (MINOR_UNITS.to_owned(), number(digits))));
    item
}

/// Parses the currency in an item.
///
/// # Errors
/// The item is not one that `encode` returns.
pub fn decode(mut item: Item) -> Result<Currency, StoreError> {
    let code = take_text(&mut item, CODE)?;
    Ok(Currency {
        code: Code::parse(&code).ok_or_else(|| StoreError::new(format!("the item's code is {code:?}")))?,
        name: take_text(&mut item, NAME)?,
        symbol: take_text(&mut item, SYMBOL)?,
        minor_units: item.contains_key(MINOR_UNITS).then(|| take_number(&mut item, MINOR_UNITS)).transpose()?,
        version: take_number(&mut item, VERSION)?,
    })
}

fn take_text(item: &mut Item, name: &str) -> Result<String, StoreError> {
    match item.remove(name) {
        Some(AttributeValue::S(text)) => Ok(text),
        other => Err(StoreError::new(format!("the item's {name} is {other:?}"))),
    }
}

fn take_number<T: FromStr>(item: &mut Item, name: &str) -> Result<T, StoreError> {
    match item.remove(name) {
        Some(AttributeValue::N(digits)) => {
            digits.parse().map_err(|_| StoreError::new(format!("the item's {name} is {digits}")))
        }
        other => Err(StoreError::new(format!("the item's {name} is {other:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gold() -> Currency {
        let code = Code::parse("XAU").unwrap();
        Currency {
            code, name: "Gold · 金".to_owned(), symbol: "🜚".to_owned(), minor_units: None, version: u64::MAX
        }
    }

    #[test]
    fn an_item_round_trips() {
        for minor_units in [None, Some(0), Some(4)] {
            let stored = Currency { minor_units, ..gold() };
            assert_eq!(decode(encode(&stored, 1)).unwrap(), stored);
        }
    }

    #[test]
    fn an_invalid_item_is_an_error_that_names_the_attribute() {
        for name in [CODE, NAME, SYMBOL, VERSION] {
            for value in [None, Some(AttributeValue::Bool(true)), Some(AttributeValue::N("-1".to_owned()))] {
                let mut item = encode(&gold(), 1);
                item.remove(name);
                item.extend(value.map(|value| (name.to_owned(), value)));
                assert!(decode(item).unwrap_err().to_string().contains(name));
            }
        }
    }
}
