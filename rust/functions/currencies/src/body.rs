//! What a client sends of a currency, checked field by field: every rule that is broken is told at once.

use std::fmt;

use reply::{Error, FieldError};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::error::Category;
use utoipa::ToSchema;

use crate::{Code, Content};

/// A currency to create.
#[derive(ToSchema)]
#[schema(
    rename_all = "camelCase",
    example = json!({"code": "XAU", "name": "Gold", "symbol": "XAU", "minorUnits": null}),
)]
#[expect(dead_code, reason = "stands for its JSON in the OpenAPI document; it is read field by field")]
pub struct CurrencyCreation {
    /// ISO 4217 alphabetic code: three ASCII capitals. Lower case is refused.
    #[schema(pattern = "^[A-Z]{3}$")]
    code: String,
    /// What it is called, in any language, without control characters.
    #[schema(min_length = 1, max_length = 100, pattern = r"^[^\u0000-\u001F\u007F-\u009F]+$")]
    name: String,
    /// What is written before or after amounts, without control characters.
    #[schema(min_length = 1, max_length = 10, pattern = r"^[^\u0000-\u001F\u007F-\u009F]+$")]
    symbol: String,
    /// Digits after the decimal point. Null, or left out, where ISO 4217 has none, as for gold (XAU).
    #[schema(minimum = 0, maximum = 4)]
    minor_units: Option<u8>,
}

/// What a currency is to become: all of it but the code, which the path has, and the version, which the service counts.
#[derive(ToSchema)]
#[schema(
    rename_all = "camelCase",
    example = json!({"name": "Euro", "symbol": "€", "minorUnits": 2}),
)]
#[expect(dead_code, reason = "stands for its JSON in the OpenAPI document; it is read field by field")]
pub struct CurrencyContent {
    /// What it is called, in any language, without control characters.
    #[schema(min_length = 1, max_length = 100, pattern = r"^[^\u0000-\u001F\u007F-\u009F]+$")]
    name: String,
    /// What is written before or after amounts, without control characters.
    #[schema(min_length = 1, max_length = 10, pattern = r"^[^\u0000-\u001F\u007F-\u009F]+$")]
    symbol: String,
    /// Digits after the decimal point. Null, or left out, where ISO 4217 has none, as for gold (XAU).
    #[schema(minimum = 0, maximum = 4)]
    minor_units: Option<u8>,
}

/// Read the body of a request that creates a currency.
///
/// # Errors
/// `InvalidJson`, and `InvalidCurrency` with each field that breaks a rule.
pub fn new_currency(json: &[u8]) -> Result<(Code, Content), Error> {
    let mut fields = Fields::of(json)?;
    let code = fields.required("code", code);
    let content = fields.content();
    fields.end(code.zip(content))
}

/// Read the body of a request that replaces a currency.
///
/// # Errors
/// `InvalidJson`, and `InvalidCurrency` with each field that breaks a rule.
pub fn content(json: &[u8]) -> Result<Content, Error> {
    let mut fields = Fields::of(json)?;
    let content = fields.content();
    fields.end(content)
}

/// A rule that a value breaks: its name, and how to keep it.
type Broken = (&'static str, &'static str);

/// The rule that a code keeps.
pub const CODE_RULE: Broken = ("pattern", "is three capital letters, A to Z");

fn code(value: &Value) -> Result<Code, Broken> {
    let text = value.as_str().ok_or(("type", "is a string"))?;
    Code::parse(text).ok_or(CODE_RULE)
}

fn name(value: &Value) -> Result<String, Broken> {
    text(value, 100, ("length", "has 1 to 100 characters"))
}

fn symbol(value: &Value) -> Result<String, Broken> {
    text(value, 10, ("length", "has 1 to 10 characters"))
}

fn text(value: &Value, most: usize, length: Broken) -> Result<String, Broken> {
    let text = value.as_str().ok_or(("type", "is a string"))?;
    if text.is_empty() || text.chars().nth(most).is_some() {
        return Err(length);
    }
    if text.chars().any(char::is_control) {
        return Err(("pattern", "has no control characters"));
    }
    Ok(text.to_owned())
}

fn minor_units(value: &Value) -> Result<Option<u8>, Broken> {
    if value.is_null() {
        return Ok(None);
    }
    // JSON has one kind of number: 2.0 is 2, as JSON Schema says too.
    let number = value.as_f64().ok_or(("type", "is a whole number or null"))?;
    (0..=4).find(|&digits| f64::from(digits) == number).map(Some).ok_or(("range", "is a whole number from 0 to 4"))
}

/// The fields of a JSON object that are still to be read, and what is wrong with those that were.
struct Fields {
    fields: Vec<(String, Value)>,
    errors: Vec<FieldError>,
}

impl Fields {
    fn of(json: &[u8]) -> Result<Self, Error> {
        serde_json::from_slice(json).map_err(|error| match error.classify() {
            Category::Data => invalid(vec![broken("body", ("type", "is a JSON object"))]),
            Category::Io | Category::Syntax | Category::Eof => {
                Error::bad_request("InvalidJson", format!("The body is not JSON: {error}. Send a JSON object."))
            }
        })
    }

    fn content(&mut self) -> Option<Content> {
        let name = self.required("name", name);
        let symbol = self.required("symbol", symbol);
        let minor_units = self.optional("minorUnits", minor_units);
        Some(Content { name: name?, symbol: symbol?, minor_units: minor_units? })
    }

    /// The value of a field by its rules, unless it breaks one or is not there.
    fn required<T>(&mut self, name: &str, rules: impl FnOnce(&Value) -> Result<T, Broken>) -> Option<T> {
        match self.take(name) {
            Some(value) => self.checked(name, rules(&value)),
            None => self.checked(name, Err(("required", "is missing"))),
        }
    }

    /// The value of a field that may be left out, which is the same as null.
    fn optional<T>(&mut self, name: &str, rules: impl FnOnce(&Value) -> Result<T, Broken>) -> Option<T> {
        let value = self.take(name).unwrap_or_default();
        self.checked(name, rules(&value))
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        let index = self.fields.iter().position(|(field, _)| field == name)?;
        let (_, value) = self.fields.swap_remove(index);
        let others = self.fields.len();
        self.fields.retain(|(field, _)| field != name);
        if self.fields.len() < others {
            self.errors.push(broken(name, ("unique", "is given more than once")));
        }
        Some(value)
    }

    fn checked<T>(&mut self, name: &str, result: Result<T, Broken>) -> Option<T> {
        result.map_err(|rule| self.errors.push(broken(name, rule))).ok()
    }

    /// What was read, unless something is wrong or a field is left.
    fn end<T>(mut self, read: Option<T>) -> Result<T, Error> {
        self.errors.extend(self.fields.iter().map(|(name, _)| broken(name, unknown(name))));
        match read {
            Some(read) if self.errors.is_empty() => Ok(read),
            _ => Err(invalid(self.errors)),
        }
    }
}

fn unknown(name: &str) -> Broken {
    match name {
        "version" => ("readOnly", "is counted by the service; leave it out, and send it as If-Match"),
        "code" => ("readOnly", "is in the path; leave it out"),
        _ => ("unknown", "is no field of a currency; leave it out"),
    }
}

fn broken(field: &str, (rule, how): Broken) -> FieldError {
    FieldError { field: field.to_owned(), rule, detail: format!("{field} {how}.") }
}

fn invalid(errors: Vec<FieldError>) -> Error {
    Error::invalid("InvalidCurrency", errors)
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Object)
    }
}

/// Keeps fields that are given twice, which a map of serde_json's would not.
struct Object;

impl<'de> Visitor<'de> for Object {
    type Value = Fields;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Fields { fields, errors: Vec::new() })
    }
}

#[cfg(test)]
mod tests;
