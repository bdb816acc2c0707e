use axum::extract::{FromRequest, Request};
use fields::{Fields, Unknown, Violation, text};
use http_service::json_bytes;
use reply::Error;
use serde_json::Value;

use super::Refusal;

/// Maximum length of a body in bytes: more than a form with the longest name and password, whose 1,100 characters take
/// up to nine bytes each. It is less than that of the service, whose error is no HTML document.
pub const BODY_LIMIT: usize = 12_288;

/// Maximum number of characters of a user's name.
pub const USER_CHARACTERS: usize = 100;

/// Maximum number of characters of a password.
pub const PASSWORD_CHARACTERS: usize = 1000;

/// The credentials of a sign-in.
#[derive(PartialEq, Eq)]
pub struct Credentials {
    /// Name of the user.
    pub user: String,
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
        let user = fields.required("user", |value| within(value, USER_CHARACTERS));
        let password = fields.required("password", |value| within(value, PASSWORD_CHARACTERS));
        fields.end(Unknown::Ignored, user.zip(password).map(|(user, password)| Self { user, password }))
    }
}

/// Forms count UTF-16 units, which are at least as many as characters: whatever a form accepts is accepted here.
fn within(value: &Value, most: usize) -> Result<String, Violation> {
    let text = text(value)?;
    let has_length = (1..=most).contains(&text.chars().count());
    has_length
        .then(|| text.to_owned())
        .ok_or_else(|| Violation::new("length", format!("must have 1 to {most} characters")))
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
        let (user, password) = ("é".repeat(100), "ü".repeat(1000));
        let json = Value::from_iter([("user", user.as_str()), ("password", &password)]).to_string();
        let credentials = Credentials::from_json(json.as_bytes()).unwrap();
        assert!(credentials == Credentials { user, password });
        assert!(Credentials::from_form(format!("user={}&password=a", "é".repeat(101)).as_bytes()).is_err());
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
