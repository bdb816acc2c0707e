//! Reads JSON bodies, forms and queries field by field, and names every field that breaks a rule at once.
//!
//! serde stops at the first mistake, and keeps the last of two equal names. Here a name that comes twice is refused
//! wherever fields are read, and what becomes of unknown names has to be said by who reads.

use std::borrow::Cow;
use std::fmt;

use reply::{Error, FieldError};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::error::Category;

/// A rule that a value breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Its name, such as `range`.
    pub rule: &'static str,
    /// How to keep it, in words that go on after the field's name.
    pub how: Cow<'static, str>,
}

impl Broken {
    /// Returns a rule by its name, and how to keep it.
    pub fn new(rule: &'static str, how: impl Into<Cow<'static, str>>) -> Self {
        Self { rule, how: how.into() }
    }

    /// Returns the error of a field that breaks the rule.
    #[must_use]
    pub fn in_field(self, field: &str) -> FieldError {
        FieldError { field: field.to_owned(), rule: self.rule, detail: format!("{field} {}.", self.how) }
    }
}

/// What becomes of fields that nobody asked for.
#[derive(Debug, Clone, Copy)]
pub enum Unknown {
    /// They are left alone, so that clients may be newer than the service.
    Ignored,
    /// Each is an error, with the rule for its name.
    Refused(fn(&str) -> Broken),
}

/// The fields of a request that are still to be read, and what is wrong with those that were.
#[derive(Debug)]
pub struct Fields {
    fields: Vec<(String, Value)>,
    error_type: &'static str,
    errors: Vec<FieldError>,
}

impl Fields {
    /// Returns the fields of a JSON object; `error_type` is that of the error when one breaks a rule.
    ///
    /// # Errors
    /// `InvalidJson`, and `error_type` for JSON that is no object.
    pub fn of_json(json: &[u8], error_type: &'static str) -> Result<Self, Error> {
        match serde_json::from_slice(json) {
            Ok(Object(fields)) => Ok(Self::new(fields, error_type)),
            Err(error) if error.classify() == Category::Data => {
                Err(Error::invalid(error_type, vec![Broken::new("type", "is a JSON object").in_field("body")]))
            }
            Err(error) => {
                Err(Error::bad_request("InvalidJson", format!("The body is not JSON: {error}. Send a JSON object.")))
            }
        }
    }

    /// Returns the fields of a query, or of a form's body, `application/x-www-form-urlencoded`.
    #[must_use]
    pub fn of_form(form: &[u8], error_type: &'static str) -> Self {
        let pairs = form_urlencoded::parse(form).into_owned();
        Self::new(pairs.map(|(name, value)| (name, Value::String(value))).collect(), error_type)
    }

    fn new(all: Vec<(String, Value)>, error_type: &'static str) -> Self {
        let mut new = Self { fields: Vec::with_capacity(all.len()), error_type, errors: Vec::new() };
        for (name, value) in all {
            if new.fields.iter().any(|(known, _)| *known == name) {
                new.break_rule(&name, Broken::new("unique", "is given more than once"));
            } else {
                new.fields.push((name, value));
            }
        }
        new
    }

    /// Reads a field by its rules.
    pub fn required<T>(&mut self, name: &str, rules: impl FnOnce(&Value) -> Result<T, Broken>) -> Option<T> {
        let value = self.take(name).ok_or(Broken::new("required", "is missing"));
        self.check(name, value.and_then(|value| rules(&value)))
    }

    /// Reads a field that may be left out, which is the same as null.
    pub fn optional<T>(&mut self, name: &str, rules: impl FnOnce(&Value) -> Result<T, Broken>) -> Option<Option<T>> {
        let value = self.take(name).filter(|value| !value.is_null());
        self.check(name, value.map(|value| rules(&value)).transpose())
    }

    /// Returns what a rule that a field is in comes to, unless it breaks it.
    pub fn check<T>(&mut self, name: &str, result: Result<T, Broken>) -> Option<T> {
        result.map_err(|broken| self.break_rule(name, broken)).ok()
    }

    /// Returns what was read, unless something is wrong.
    ///
    /// # Errors
    /// An error of the type that the fields were made with, with each field that breaks a rule.
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

    fn break_rule(&mut self, name: &str, broken: Broken) {
        self.errors.push(broken.in_field(name));
    }
}

/// Returns the text that a value is.
///
/// # Errors
/// The rule `type`.
pub fn text(value: &Value) -> Result<&str, Broken> {
    value.as_str().ok_or(Broken::new("type", "is a string"))
}

/// Returns the number that decimal digits, and nothing else, stand for.
#[must_use]
pub fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then_some(text)?.parse().ok()
}

/// The fields of an object as they come: a map would keep one of two with the same name.
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

    /// What is read, or the fields that break rules, with the rules.
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
        read(Fields::of_json(json.as_bytes(), "InvalidThing").unwrap(), unknown)
    }

    fn refused(_: &str) -> Broken {
        Broken::new("unknown", "is no field")
    }

    #[test]
    fn fields_are_read_whether_optional_ones_are_there_or_not() {
        for body in [r#"{"a": "x"}"#, r#"{"b": null, "a": "x"}"#] {
            assert_eq!(json(body, Unknown::Refused(refused)), Ok(("x".to_owned(), None)));
        }
        let form = Fields::of_form(b"a=x%20y&b=", "InvalidThing");
        assert_eq!(read(form, Unknown::Refused(refused)), Ok(("x y".to_owned(), Some(String::new()))));
    }

    #[test]
    fn all_that_is_wrong_is_reported_at_once() {
        let errors = json(r#"{"b": 1, "c": 2, "d": {}}"#, Unknown::Refused(refused)).unwrap_err();
        let expected = [("a", "required"), ("b", "type"), ("c", "unknown"), ("d", "unknown")];
        assert_eq!(errors, expected.map(|(field, rule)| (field.to_owned(), rule)));
    }

    #[test]
    fn unknown_fields_are_left_alone_where_that_is_said() {
        assert!(json(r#"{"a": "x", "c": 2}"#, Unknown::Ignored).is_ok());
    }

    #[test]
    fn a_name_that_comes_twice_is_refused_everywhere() {
        for unknown in [Unknown::Ignored, Unknown::Refused(refused)] {
            let twice = Err(vec![("a".to_owned(), "unique")]);
            assert_eq!(json(r#"{"a": "x", "a": "y"}"#, unknown), twice);
            assert_eq!(json(r#"{"a": "x", "\u0061": "y"}"#, unknown), twice);
            assert_eq!(read(Fields::of_form(b"a=x&%61=y", "InvalidThing"), unknown), twice);
        }
        let errors = json(r#"{"a": "x", "c": 1, "c": 1}"#, Unknown::Ignored).unwrap_err();
        assert_eq!(errors, [("c".to_owned(), "unique")]);
    }

    #[test]
    fn json_that_is_no_object_is_invalid_and_what_is_no_json_malformed() {
        for body in ["[]", "null", "\"XAU\"", "1", "[[[["] {
            let error = Fields::of_json(body.as_bytes(), "InvalidThing").unwrap_err();
            assert_eq!(error.into_diagnostic().error_type, "InvalidThing", "{body}");
        }
        let deep = format!("{{\"name\": {}", "[".repeat(100_000));
        let not_json =
            [b"" as &[u8], b"{", b"{\"a\": \"\xff\"}", b"{\"a\": 1e999}", b"{} {}", b"{'a'}", deep.as_bytes()];
        for body in not_json {
            let error = Fields::of_json(body, "InvalidThing").unwrap_err();
            assert_eq!(error.into_diagnostic().error_type, "InvalidJson");
        }
    }

    #[test]
    fn digits_are_a_number_and_nothing_else_is() {
        assert_eq!((digits("0"), digits("007"), digits("18446744073709551615")), (Some(0), Some(7), Some(u64::MAX)));
        for text in ["", "x", "-1", "+1", " 1", "1.0", "0x1", "٧", "18446744073709551616"] {
            assert_eq!(digits(text), None, "{text:?}");
        }
    }
}
