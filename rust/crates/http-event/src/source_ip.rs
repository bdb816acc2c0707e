use std::fmt;
use std::net::IpAddr;

use serde::Deserialize;

/// The client's IP address. It is personal data, so debug output, and with it every log line, omits it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct SourceIp(String);

impl SourceIp {
    /// Returns the address as text, such as `192.0.2.1`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<IpAddr> for SourceIp {
    fn from(address: IpAddr) -> Self {
        Self(address.to_string())
    }
}

impl fmt::Debug for SourceIp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SourceIp(..)")
    }
}
