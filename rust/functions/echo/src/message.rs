use std::io;

use reply::{Error, PAYLOAD_LIMIT};
use serde::{Deserialize, Serialize, Serializer};

/// The request: `{"message": "hi"}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    message: String,
}

/// The response: `{"echo": "hi... hi... hi..."}`.
#[derive(Debug, Serialize)]
pub struct Echo {
    #[serde(rename = "echo", serialize_with = "thrice")]
    message: String,
}

impl Echo {
    /// Parses a request and builds its response.
    ///
    /// # Errors
    /// `InvalidMessage` unless `json` is an object with exactly one field, the string `message`.
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        // serde also accepts an array of the fields, as in `["hi"]`.
        if !json.trim_ascii_start().starts_with(b"{") {
            return Err(invalid("it is not an object"));
        }
        let Message { message } = serde_json::from_slice(json).map_err(invalid)?;
        Ok(Self { message })
    }
}

/// Serializes piece by piece, so that a message that is too large for a response does not fill the memory.
fn thrice<S: Serializer>(message: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{message}... {message}... {message}..."))
}

/// Creates an `InvalidMessage` error.
pub fn invalid(reason: impl std::fmt::Display) -> Error {
    Error::bad_request("InvalidMessage", format!(r#"Send {{"message": "hi"}}, an object with one string: {reason}."#))
}

/// Returns the reply if Lambda can return it.
///
/// # Errors
/// `MessageTooLarge` if the reply's JSON exceeds Lambda's limit.
pub fn within_limit<T: Serialize>(reply: T) -> Result<T, Error> {
    let mut length = Length(0);
    serde_json::to_writer(&mut length, &reply).map_err(Error::internal)?;
    if length.0 <= PAYLOAD_LIMIT {
        return Ok(reply);
    }
    Err(Error::too_large(
        "MessageTooLarge",
        format!(
            "The echo has {} bytes; the limit of Lambda is {PAYLOAD_LIMIT}. Send a message of less than a third of that.",
            length.0
        ),
    ))
}

/// Counts written bytes.
struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
