use serde::{Deserialize, Deserializer};

/// A payload that the handler judges: a `T`, or the reason why it is none.
///
/// Left to lambda_runtime, a payload that is no `T` is logged as our error, and answered with an error type of its own.
#[derive(Debug)]
pub struct Received<T>(pub Result<T, String>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Received<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(T::deserialize(deserializer).map_err(|error| error.to_string())))
    }
}
