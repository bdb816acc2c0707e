use std::io;

use reply::{Error, PAYLOAD_LIMIT};
use serde::{Deserialize, Serialize, Serializer};

/// What the caller sends: `{"message": "hi"}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    message: String,
}

/// What the caller gets: `{"echo": "hi... hi... hi..."}`.
#[derive(Debug, Serialize)]
pub struct Echo {
    #[serde(rename = "echo", serialize_with = "thrice")]
    message: String,
}

impl Echo {
    /// The echo of the message in `json`.
    ///
    /// # Errors
    /// `InvalidMessage` unless `json` is an object with a string `message` and no more.
    pub fn of(json: &[u8]) -> Result<Self, Error> {
        // serde would also take the fields in order, as in `["hi"]`.
        if !json.trim_ascii_start().starts_with(b"{") {
            return Err(invalid("it is no object"));
        }
        let Message { message } = serde_json::from_slice(json).map_err(invalid)?;
        Ok(Self { message })
    }
}

/// Written piece by piece, so that a message that is too large for a reply does not fill the memory.
fn thrice<S: Serializer>(message: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{message}... {message}... {message}..."))
}

/// An `InvalidMessage`, for a reason.
pub fn invalid(reason: impl std::fmt::Display) -> Error {
    Error::bad_request("InvalidMessage", format!(r#"Send {{"message": "hi"}}, an object with one string: {reason}."#))
}

/// A reply that Lambda will pass on.
///
/// # Errors
/// `MessageTooLarge` when the reply's JSON is over Lambda's limit.
pub fn within_limit<T: Serialize>(reply: T) -> Result<T, Error> {
    let mut length = Length(0);
    serde_json::to_writer(&mut length, &reply).map_err(Error::internal)?;
    if length.0 <= PAYLOAD_LIMIT {
        return Ok(reply);
    }
    Err(Error::too_large(
        "MessageTooLarge",
        format!(
            "The echo would be {} bytes long; Lambda returns at most {PAYLOAD_LIMIT}. Send a message of a third of that.",
            length.0
        ),
    ))
}

/// Counts the bytes that are written.
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
