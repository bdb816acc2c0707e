//! Reads JSON bodies, forms and queries field by field, and reports every invalid field in one response.
//!
//! serde stops at the first mistake, and the last of two equal names wins. Here duplicate names are rejected
//! everywhere, and each reader decides about unknown names.

use std::borrow::Cow;
use std::fmt;

use reply::{Error, FieldError};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::error::Category;

/// A rule that a value violates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The rule's name, such as `range`.
    pub rule: &'static str,
    /// How to satisfy it, as the end of a sentence that starts with the field's name.
    pub how: Cow<'static, str>,
}

impl Violation {
    pub fn new(rule: &'static str, how: impl Into<Cow<'static, str>>) -> Self {
        Self { rule, how: how.into() }
    }

    /// Returns the error of a field that violates the rule.
    #[must_use]
    pub fn in_field(self, field: &str) -> FieldError {
        FieldError { field: field.to_owned(), rule: self.rule, detail: format!("{field} {}.", self.how) }
    }
}

/// How to treat unknown fields.
#[derive(Debug, Clone, Copy)]
pub enum Unknown {
    /// Ignores them, so that clients may be newer than the service.
    Ignored,
    /// Reports each with this rule.
    Refused(fn(&str) -> Violation),
}

/// The fields of a request that are not read yet, and the errors of those that are.
#[derive(Debug)]
pub struct Fields {
    fields: Vec<(String, Value)>,
    error_type: &'static str,
    errors: Vec<FieldError>,
}

impl Fields {
    /// Parses a JSON object; `error_type` is the error type of a violated rule.
    ///
    /// # Errors
    /// `InvalidJson`, and `error_type` for JSON that is not an object.
    pub fn from_json(json: &[u8], error_type: &'static str) -> Result<Self, Error> {
        match serde_json::from_slice(json) {
            Ok(Object(fields)) => Ok(Self::new(fields, error_type)),
            Err(error) if error.classify() == Category::Data => {
                Err(Error::invalid(error_type, vec![Violation::new("type", "must be a JSON object").in_field("body")]))
            }
            Err(error) => {
                Err(Error::bad_request("InvalidJson", format!("The body is not JSON: {error}. Send a JSON object.")))
            }
        }
    }

    /// Parses a query or a form body, `application/x-www-form-urlencoded`.
    #[must_use]
    pub fn from_form(form: &[u8], error_type: &'static str) -> Self {
        let pairs = form_urlencoded::parse(form).into_owned();
        Self::new(pairs.map(|(name, value)| (name, Value::String(value))).collect(), error_type)
    }

    fn new(all: Vec<(String, Value)>, error_type: &'static str) -> Self {
        let mut new = Self { fields: Vec::with_capacity(all.len()), error_type, errors: Vec::new() };
        for (name, value) in all {
            if new.fields.iter().any(|(seen, _)| *seen == name) {
                new.add_error(&name, Violation::new("unique", "is given more than once"));
            } else {
                new.fields.push((name, value));
            }
        }
        new
    }

    /// Reads a field that must be present.
    pub fn required<T>(&mut self, name: &str, rules: impl FnOnce(&Value) -> Result<T, Violation>) -> Option<T> {
        let value = self.take(name).ok_or(Violation::new("required", "is missing"));
        self.check(name, value.and_then(|value| rules(&value)))
    }

    /// Reads a field that may be missing or null.
    pub fn optional<T>(&mut self, name: &str, rules: impl FnOnce(&Value) -> Result<T, Violation>) -> Option<Option<T>> {
        let value = self.take(name).filter(|value| !value.is_null());
        self.check(name, value.map(|value| rules(&value)).transpose())
    }

    /// Returns the value, or records the violated rule.
    pub fn check<T>(&mut self, name: &str, result: Result<T, Violation>) -> Option<T> {
        result.map_err(|violation| self.add_error(name, violation)).ok()
    }

    /// Returns the value that was read, unless a field is invalid.
    ///
    /// # Errors
    /// The error type passed to the constructor, with every field that violates a rule.
    pub fn end<T>(mut self, unknown: Unknown, read: Option<T>) -> Result<T, Error> {
        if let Unknown::Refused(rule) = unknown {
            self.errors.extend(self.fields.iter().map(|(name, _)| rule(name).in_field(name)));
        }
        match read {
            Some(read) if self.errors.is_empty() => Ok(read),
            _ => Err(Error::invalid(self.error_type, self.errors)),
        }
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        let index = self.fields.iter().position(|(field, _)| field == name)?;
        Some(self.fields.remove(index).1)
    }

    fn add_error(&mut self, name: &str, violation: Violation) {
        self.errors.push(violation.in_field(name));
    }
}

/// Returns the value as a string.
///
/// # Errors
/// Violates the rule `type`.
pub fn text(value: &Value) -> Result<&str, Violation> {
    value.as_str().ok_or(Violation::new("type", "must be a string"))
}

/// Parses a number of decimal digits only.
#[must_use]
pub fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then_some(text)?.parse().ok()
}

/// The fields of an object in their order; a map would drop duplicates.
struct Object(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fields read, or the invalid fields with the rules that they violate.
    type Read = Result<(String, Option<String>), Vec<(String, &'static str)>>;

    fn read(mut fields: Fields, unknown: Unknown) -> Read {
        let a = fields.required("a", |value| text(value).map(str::to_owned));
        let b = fields.optional("b", |value| text(value).map(str::to_owned));
        fields.end(unknown, a.zip(b)).map_err(|error| match error {
            Error::Invalid { error_type: "InvalidThing", errors } => {
                errors.into_iter().map(|error| (error.field, error.rule)).collect()
            }
            other => panic!("{other:?}"),
        })
    }

    fn json(json: &str, unknown: Unknown) -> Read {
        read(Fields::from_json(json.as_bytes(), "InvalidThing").unwrap(), unknown)
    }

    fn refused(_: &str) -> Violation {
        Violation::new("unknown", "is not a known field")
    }

    #[test]
    fn optional_fields_may_be_missing() {
        for body in [r#"{"a": "x"}"#, r#"{"b": null, "a": "x"}"#] {
            assert_eq!(json(body, Unknown::Refused(refused)), Ok(("x".to_owned(), None)));
        }
        let form = Fields::from_form(b"a=x%20y&b=", "InvalidThing");
        assert_eq!(read(form, Unknown::Refused(refused)), Ok(("x y".to_owned(), Some(String::new()))));
    }

    #[test]
    fn every_invalid_field_is_reported_in_one_response() {
        let errors = json(r#"{"b": 1, "c": 2, "d": {}}"#, Unknown::Refused(refused)).unwrap_err();
        let expected = [("a", "required"), ("b", "type"), ("c", "unknown"), ("d", "unknown")];
        assert_eq!(errors, expected.map(|(field, rule)| (field.to_owned(), rule)));
    }

    #[test]
    fn unknown_fields_are_ignored_or_rejected_as_configured() {
        assert!(json(r#"{"a": "x", "c": 2}"#, Unknown::Ignored).is_ok());
    }

    #[test]
    fn duplicate_names_are_rejected_in_json_and_forms() {
        for unknown in [Unknown::Ignored, Unknown::Refused(refused)] {
            let twice = Err(vec![("a".to_owned(), "unique")]);
            assert_eq!(json(r#"{"a": "x", "a": "y"}"#, unknown), twice);
            assert_eq!(json(r#"{"a": "x", "\u0061": "y"}"#, unknown), twice);
            assert_eq!(read(Fields::from_form(b"a=x&%61=y", "InvalidThing"), unknown), twice);
        }
        let errors = json(r#"{"a": "x", "c": 1, "c": 1}"#, Unknown::Ignored).unwrap_err();
        assert_eq!(errors, [("c".to_owned(), "unique")]);
    }

    #[test]
    fn only_a_json_object_is_accepted() {
        for body in ["[]", "null", "\"XAU\"", "1", "[[[["] {
            let error = Fields::from_json(body.as_bytes(), "InvalidThing").unwrap_err();
            assert_eq!(error.into_diagnostic().error_type, "InvalidThing", "{body}");
        }
        let deep = format!("{{\"name\": {}", "[".repeat(100_000));
        let not_json =
            [b"" as &[u8], b"{", b"{\"a\": \"\xff\"}", b"{\"a\": 1e999}", b"{} {}", b"{'a'}", deep.as_bytes()];
        for body in not_json {
            let error = Fields::from_json(body, "InvalidThing").unwrap_err();
            assert_eq!(error.into_diagnostic().error_type, "InvalidJson");
        }
    }

    #[test]
    fn only_digits_parse_as_a_number() {
        assert_eq!((digits("0"), digits("007"), digits("18446744073709551615")), (Some(0), Some(7), Some(u64::MAX)));
        for text in ["", "x", "-1", "+1", " 1", "1.0", "0x1", "٧", "18446744073709551616"] {
            assert_eq!(digits(text), None, "{text:?}");
        }
    }
}
