use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use http_event::SourceIp;
use sha2::Sha256;
use sha2::digest::InvalidLength;

use super::store::Secret;
use crate::network::network;

/// A keyed hash of the network that a view comes from, used for caps. It does not reveal the network, and cannot be
/// compared after the day. All clients that ask for privacy are one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source([u8; 16]);

impl Source {
    /// Derives the source of an address on the day of a secret.
    ///
    /// # Errors
    /// Never in practice: HMAC accepts secrets of any length.
    pub fn new(Secret(secret): &Secret, source_ip: Option<&SourceIp>) -> Result<Self, InvalidLength> {
        let network = source_ip.map_or_else(String::new, |source_ip| network(source_ip.as_str()));
        let mac = Hmac::<Sha256>::new_from_slice(secret)?.chain_update(format!("\0source\0{network}"));
        let mut source = [0; 16];
        for (byte, derived) in source.iter_mut().zip(mac.finalize().into_bytes()) {
            *byte = derived;
        }
        Ok(Self(source))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}
