use axum::extract::{FromRequest, Request};
use fields::{Fields, Unknown, Violation, text};
use http_service::json_bytes;
use reply::Error;
use serde_json::Value;

use super::Refusal;

/// Maximum length of a body in bytes.
pub const BODY_LIMIT: usize = 4096;

/// The credentials of a sign-in.
#[derive(PartialEq, Eq)]
pub struct Credentials {
    /// Name of the user, at most 100 bytes.
    pub user: String,
    /// The password, at most 1,000 bytes.
    pub password: String,
}

impl<S: Send + Sync> FromRequest<S> for Credentials {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let bytes = json_bytes(request, &["application/json"]).await?;
        Ok(Self::from_json(&bytes)?)
    }
}

impl Credentials {
    /// Parses credentials in JSON; errors quote nothing of them.
    ///
    /// # Errors
    /// `InvalidJson`, and `InvalidCredentials` with every invalid field.
    fn from_json(json: &[u8]) -> Result<Self, Error> {
        Self::read(Fields::from_json(json, "InvalidCredentials")?)
    }

    /// Parses credentials in a form.
    ///
    /// # Errors
    /// `InvalidCredentials` with every invalid field.
    pub fn from_form(form: &[u8]) -> Result<Self, Error> {
        Self::read(Fields::from_form(form, "InvalidCredentials"))
    }

    fn read(mut fields: Fields) -> Result<Self, Error> {
        let user = fields.required("user", |value| within(value, 100));
        let password = fields.required("password", |value| within(value, 1000));
        fields.end(Unknown::Ignored, user.zip(password).map(|(user, password)| Self { user, password }))
    }
}

fn within(value: &Value, bytes: usize) -> Result<String, Violation> {
    let text = text(value)?;
    let has_length = (1..=bytes).contains(&text.len());
    has_length.then(|| text.to_owned()).ok_or_else(|| Violation::new("length", format!("must have 1 to {bytes} bytes")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_field_is_named_but_not_quoted() {
        let long = "x".repeat(1001);
        for (user, password, expected) in [
            (Value::Null, Value::from("secret"), vec![("user", "type")]),
            (Value::from(""), Value::from(""), vec![("user", "length"), ("password", "length")]),
            (Value::from("x".repeat(101)), Value::from(7), vec![("user", "length"), ("password", "type")]),
            (Value::from("x".repeat(100)), Value::from(long.as_str()), vec![("password", "length")]),
        ] {
            let json = Value::from_iter([("user", user), ("password", password)]).to_string();
            let Err(Error::Invalid { errors, .. }) = Credentials::from_json(json.as_bytes()) else { panic!("{json}") };
            let found: Vec<_> = errors.iter().map(|error| (error.field.as_str(), error.rule)).collect();
            assert_eq!(found, expected);
            assert!(errors.iter().all(|error| !error.detail.contains("secret") && !error.detail.contains("xx")));
        }
        assert!(matches!(Credentials::from_json(br#"["secret"]"#), Err(Error::Invalid { .. })));
    }

    #[test]
    fn the_longest_names_and_passwords_are_accepted() {
        let (user, password) = ("é".repeat(50), "ü".repeat(500));
        let json = Value::from_iter([("user", user.as_str()), ("password", &password)]).to_string();
        let credentials = Credentials::from_json(json.as_bytes()).unwrap();
        assert!(credentials == Credentials { user, password });
    }

    #[test]
    fn invalid_json_is_not_quoted() {
        for json in ["", "{", "secret", r#"{"user": "a", "password": "secret"#] {
            let diagnostic = Credentials::from_json(json.as_bytes()).err().unwrap().into_diagnostic();
            assert_eq!(diagnostic.error_type, "InvalidJson");
            assert!(!diagnostic.error_message.contains("secret"));
        }
    }
}
