use std::fmt;

use analytics::{Site, ViewId};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use sha2::digest::InvalidLength;

use super::store::Secret;

/// Length of a signature in bytes.
const BYTES: usize = 8;

/// A view's id for pages, such as `001795231140000-00112233445566aa-8899aabbccddeeff`, signed with the secret of its
/// day, so that clients cannot report views that do not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ViewToken {
    pub id: ViewId,
    signature: [u8; BYTES],
}

impl ViewToken {
    /// Signs the id of a site's view.
    ///
    /// # Errors
    /// Never in practice: HMAC accepts secrets of any length.
    pub fn new(secret: &Secret, site: &Site, id: ViewId) -> Result<Self, InvalidLength> {
        let mut signature = [0; BYTES];
        for (byte, signed) in signature.iter_mut().zip(mac(secret, site, id)?.finalize().into_bytes()) {
            *byte = signed;
        }
        Ok(Self { id, signature })
    }

    /// Parses a token without verifying its signature.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, signature) = text.rsplit_once('-')?;
        let mut token = Self { id: ViewId::parse(id)?, signature: [0; BYTES] };
        hex::decode_to_slice(signature, &mut token.signature).ok()?;
        (token.to_string() == text).then_some(token)
    }

    /// Whether the signature is valid for this site.
    ///
    /// # Errors
    /// See [`new`](Self::new).
    pub fn is_signed(&self, secret: &Secret, site: &Site) -> Result<bool, InvalidLength> {
        Ok(mac(secret, site, self.id)?.verify_truncated_left(&self.signature).is_ok())
    }
}

/// No site starts with a zero byte, so this input differs from that of every visitor.
fn mac(Secret(secret): &Secret, site: &Site, id: ViewId) -> Result<Hmac<Sha256>, InvalidLength> {
    Ok(Hmac::<Sha256>::new_from_slice(secret)?.chain_update(format!("\0view\0{site}\0{id}")))
}

impl fmt::Display for ViewToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.id, hex::encode(self.signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(name: &str) -> Site {
        Site::parse(name).unwrap()
    }

    fn id() -> ViewId {
        ViewId::parse("001795231140000-00112233445566aa").unwrap()
    }

    #[test]
    fn a_token_round_trips_and_verifies() {
        let token = ViewToken::new(&Secret([7; 32]), &site("example.com"), id()).unwrap();
        let read = ViewToken::parse(&token.to_string()).unwrap();
        assert_eq!((read, read.id), (token, id()));
        assert_eq!(read.is_signed(&Secret([7; 32]), &site("example.com")), Ok(true));
        assert_eq!(read.is_signed(&Secret([8; 32]), &site("example.com")), Ok(false));
        assert_eq!(read.is_signed(&Secret([7; 32]), &site("other.example")), Ok(false));
    }

    #[test]
    fn a_changed_token_does_not_verify() {
        let token = ViewToken::new(&Secret([7; 32]), &site("example.com"), id()).unwrap().to_string();
        for index in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[index] = if changed[index] == b'1' { b'2' } else { b'1' };
            let changed = ViewToken::parse(&String::from_utf8(changed).unwrap());
            let is_signed = changed.map(|token| token.is_signed(&Secret([7; 32]), &site("example.com")).unwrap());
            assert_ne!(is_signed, Some(true), "{index}");
        }
        for text in [id().to_string(), token.to_uppercase(), format!("{token}0"), String::new(), "-".to_owned()] {
            assert_eq!(ViewToken::parse(&text), None, "{text}");
        }
    }
}
