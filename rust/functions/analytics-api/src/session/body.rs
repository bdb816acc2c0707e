use axum::extract::{FromRequest, Request};
use http_service::json_bytes;
use reply::{Error, FieldError};
use serde_json::error::Category;
use serde_json::{Map, Value};

use super::Refusal;

/// Bytes of a body that are taken.
pub const BODY_LIMIT: usize = 4096;

/// What a client signs in with.
#[derive(PartialEq, Eq)]
pub struct Credentials {
    /// Name of the user, 100 bytes at most.
    pub user: String,
    /// The password, 1,000 bytes at most.
    pub password: String,
}

impl<S: Send + Sync> FromRequest<S> for Credentials {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let bytes = json_bytes(request, state, BODY_LIMIT).await?;
        Ok(Self::of(&bytes)?)
    }
}

impl Credentials {
    /// The credentials in a JSON object. What it says is told of in no error.
    ///
    /// # Errors
    /// `InvalidJson`, and `InvalidCredentials` with each field that breaks a rule.
    fn of(json: &[u8]) -> Result<Self, Error> {
        let fields: Map<String, Value> = serde_json::from_slice(json).map_err(|error| match error.classify() {
            Category::Data => Error::invalid("InvalidCredentials", vec![broken("body", "type", "is a JSON object")]),
            Category::Io | Category::Syntax | Category::Eof => {
                Error::bad_request("InvalidJson", "The body is not JSON. Send a JSON object with user and password.")
            }
        })?;
        Self::of_fields(fields)
    }

    /// The credentials in the fields of a form.
    ///
    /// # Errors
    /// `InvalidCredentials`.
    pub fn of_form(fields: impl IntoIterator<Item = (String, String)>) -> Result<Self, Error> {
        Self::of_fields(fields.into_iter().map(|(name, value)| (name, Value::from(value))).collect())
    }

    fn of_fields(mut fields: Map<String, Value>) -> Result<Self, Error> {
        let mut errors = Vec::new();
        let user = text("user", fields.remove("user"), 100, &mut errors);
        let password = text("password", fields.remove("password"), 1000, &mut errors);
        match (user, password) {
            (Some(user), Some(password)) => Ok(Self { user, password }),
            _ => Err(Error::invalid("InvalidCredentials", errors)),
        }
    }
}

fn text(field: &str, value: Option<Value>, most: usize, errors: &mut Vec<FieldError>) -> Option<String> {
    let error = match value {
        None => broken(field, "required", "is missing"),
        Some(Value::String(text)) if (1..=most).contains(&text.len()) => return Some(text),
        Some(Value::String(_)) => broken(field, "length", &format!("has 1 to {most} bytes")),
        Some(_) => broken(field, "type", "is a string"),
    };
    errors.push(error);
    None
}

fn broken(field: &str, rule: &'static str, how: &str) -> FieldError {
    FieldError { field: field.to_owned(), rule, detail: format!("{field} {how}.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_breaks_a_rule_is_named_and_not_quoted() {
        let long = "x".repeat(1001);
        for (user, password, expected) in [
            (Value::Null, Value::from("secret"), vec![("user", "type")]),
            (Value::from(""), Value::from(""), vec![("user", "length"), ("password", "length")]),
            (Value::from("x".repeat(101)), Value::from(7), vec![("user", "length"), ("password", "type")]),
            (Value::from("x".repeat(100)), Value::from(long.as_str()), vec![("password", "length")]),
        ] {
            let json = Value::from_iter([("user", user), ("password", password)]).to_string();
            let Err(Error::Invalid { errors, .. }) = Credentials::of(json.as_bytes()) else { panic!("{json}") };
            let found: Vec<_> = errors.iter().map(|error| (error.field.as_str(), error.rule)).collect();
            assert_eq!(found, expected);
            assert!(errors.iter().all(|error| !error.detail.contains("secret") && !error.detail.contains("xx")));
        }
        assert!(matches!(Credentials::of(br#"["secret"]"#), Err(Error::Invalid { .. })));
    }

    #[test]
    fn the_longest_names_and_passwords_are_taken() {
        let (user, password) = ("é".repeat(50), "ü".repeat(500));
        let json = Value::from_iter([("user", user.as_str()), ("password", &password)]).to_string();
        let credentials = Credentials::of(json.as_bytes()).unwrap();
        assert!(credentials == Credentials { user, password });
    }

    #[test]
    fn what_is_no_json_is_not_quoted() {
        for json in ["", "{", "secret", r#"{"user": "a", "password": "secret"#] {
            let diagnostic = Credentials::of(json.as_bytes()).err().unwrap().into_diagnostic();
            assert_eq!(diagnostic.error_type, "InvalidJson");
            assert!(!diagnostic.error_message.contains("secret"));
        }
    }
}
