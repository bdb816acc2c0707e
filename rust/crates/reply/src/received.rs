use serde::{Deserialize, Deserializer};

/// The payload of an invocation: a `T`, or the reason why it cannot be parsed.
///
/// lambda_runtime would log a payload that cannot be parsed as a server error, and return an error type of its own.
#[derive(Debug)]
pub struct Received<T>(pub Result<T, String>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Received<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(T::deserialize(deserializer).map_err(|error| error.to_string())))
    }
}
