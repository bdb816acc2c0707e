use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use serde_dynamo::{AttributeValue, Item};
use thiserror::Error;

/// An item that cannot be decoded, with the wrong attribute.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the attribute {attribute} {problem}")]
pub struct DecodeError {
    pub attribute: String,
    pub problem: Problem,
}

/// What is wrong with an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    Missing,
    /// The type is wrong.
    Type {
        expected: &'static str,
    },
    /// The value violates a rule.
    Value {
        rule: &'static str,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => formatter.write_str("is missing"),
            Self::Type { expected } => write!(formatter, "is not a {expected}"),
            Self::Value { rule } => write!(formatter, "is not {rule}"),
        }
    }
}

/// Decodes the attributes of an item, with errors that name the attribute.
#[derive(Clone, Copy)]
pub(crate) struct Attributes<'a>(pub &'a Item);

impl<'a> Attributes<'a> {
    pub fn text(self, name: &str) -> Result<&'a str, DecodeError> {
        self.optional_text(name)?.ok_or_else(|| wrong(name, Problem::Missing))
    }

    pub fn optional_text(self, name: &str) -> Result<Option<&'a str>, DecodeError> {
        match self.0.get(name) {
            None => Ok(None),
            Some(AttributeValue::S(text)) => Ok(Some(text)),
            Some(_) => Err(wrong(name, Problem::Type { expected: "string" })),
        }
    }

    pub fn number<N: FromStr>(self, name: &str, rule: &'static str) -> Result<N, DecodeError> {
        self.optional_number(name, rule)?.ok_or_else(|| wrong(name, Problem::Missing))
    }

    pub fn optional_number<N: FromStr>(self, name: &str, rule: &'static str) -> Result<Option<N>, DecodeError> {
        match self.0.get(name) {
            None => Ok(None),
            Some(AttributeValue::N(number)) => {
                number.parse().map(Some).map_err(|_| wrong(name, Problem::Value { rule }))
            }
            Some(_) => Err(wrong(name, Problem::Type { expected: "number" })),
        }
    }

    /// Decodes a text.
    pub fn parsed<T>(
        self,
        name: &str,
        rule: &'static str,
        parse: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<T, DecodeError> {
        parse(self.text(name)?).ok_or_else(|| wrong(name, Problem::Value { rule }))
    }

    /// Decodes an optional text.
    pub fn optional<T>(
        self,
        name: &str,
        rule: &'static str,
        parse: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<Option<T>, DecodeError> {
        let parsed = |text| parse(text).ok_or_else(|| wrong(name, Problem::Value { rule }));
        self.optional_text(name)?.map(parsed).transpose()
    }
}

pub(crate) fn wrong(attribute: &str, problem: Problem) -> DecodeError {
    DecodeError { attribute: attribute.to_owned(), problem }
}

pub(crate) fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(crate) fn texts<'a>(pairs: impl IntoIterator<Item = (&'static str, &'a String)>) -> Item {
    let attributes = pairs.into_iter().map(|(name, value)| (name.to_owned(), text(value)));
    Item::from(attributes.collect::<HashMap<_, AttributeValue>>())
}

pub(crate) fn number(number: impl Into<u64>) -> AttributeValue {
    AttributeValue::N(number.into().to_string())
}
