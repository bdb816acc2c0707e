use std::fmt;

use serde::Deserialize;

/// The address that a request came from. It tells who someone is, so it is in no debug output, and so in no log line.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct SourceIp(String);

impl SourceIp {
    /// The address as text, such as `192.0.2.1`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SourceIp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SourceIp(..)")
    }
}
