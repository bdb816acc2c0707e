//! Headers that ask for the debug lines of one invocation: `<expiry>.<signature>`, the seconds since 1970 at which the
//! permission ends, and the hexadecimal Ed25519 signature of `x-debug <expiry>`.
//!
//! The function has the public key only, which is not secret. The signature covers no method or path: a header is for an
//! operator who follows a problem through several requests, and its holder gains nothing but lines without contents.

use std::time::{Duration, SystemTime};

use ring::signature::{ED25519, UnparsedPublicKey};
use thiserror::Error;

pub(crate) const VARIABLE: &str = "POWERTOOLS_DEBUG_PUBLIC_KEY";

/// Maximum validity, so that a header that leaks is soon worthless.
const LONGEST: Duration = Duration::from_secs(3600);

/// The public half of an operator's key.
#[derive(Debug)]
pub(crate) struct PublicKey([u8; 32]);

#[derive(Debug, PartialEq, Error)]
#[error(
    "{VARIABLE} is {0:?}. Set the 64 hexadecimal digits of an Ed25519 public key, which `python -m operations debug-header` \
     prints, or remove it."
)]
pub(crate) struct InvalidKey(String);

impl PublicKey {
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidKey> {
        let mut key = [0; 32];
        hex::decode_to_slice(text, &mut key).map_err(|_| InvalidKey(text.to_owned()))?;
        Ok(Self(key))
    }

    /// Whether a header is signed by this key, and valid at a time.
    pub(crate) fn permits(&self, header: &[u8], now: SystemTime) -> bool {
        self.check(header, now).is_some()
    }

    fn check(&self, header: &[u8], now: SystemTime) -> Option<()> {
        let (expiry, signature) = str::from_utf8(header).ok()?.split_once('.')?;
        let expires = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(expiry.parse().ok()?))?;
        // Cheaper than a signature, and so first.
        if expires.duration_since(now).ok()? > LONGEST {
            return None;
        }
        // Named only here, so that functions without HTTP do not contain it.
        let key = UnparsedPublicKey::new(&ED25519, self.0);
        key.verify(format!("x-debug {expiry}").as_bytes(), &hex::decode(signature).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Signed by `python -m operations debug-header` with the key of RFC 8032's first test,
    /// https://www.rfc-editor.org/rfc/rfc8032#section-7.1.
    const HEADER: &str = "1795900000.55813aff88bdd65d16c860f478a079870afd501700c6349f3ecb7cde391f29d2\
                          f8a02bcb9ae045ce790719caa39e3937976b23bfdf0b3f68905fefcdac5d6f06";
    const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    const EXPIRY: u64 = 1_795_900_000;

    fn permits(header: &str, seconds_left: i64) -> bool {
        let now = Duration::from_secs(EXPIRY.checked_add_signed(-seconds_left).unwrap());
        PublicKey::parse(PUBLIC).unwrap().permits(header.as_bytes(), SystemTime::UNIX_EPOCH + now)
    }

    #[test]
    fn a_header_is_valid_until_it_expires() {
        let valid = [-3600, -1, 0, 1, 3600, 3601].map(|seconds_left| permits(HEADER, seconds_left));
        assert_eq!(valid, [false, false, true, true, true, false]);
    }

    #[test]
    fn only_the_signed_expiry_is_accepted() {
        let (expiry, signature) = HEADER.split_once('.').unwrap();
        for forged in [
            format!("{}.{signature}", EXPIRY + 1),
            format!("+{expiry}.{signature}"),
            format!("{expiry}.{}", "0".repeat(128)),
            format!("{expiry}.{}", signature.trim_end_matches("06")),
            format!("{expiry}.{signature}00"),
            format!("{expiry}{signature}"),
            format!("18446744073709551615.{signature}"),
            format!("{expiry}."),
            ".".to_owned(),
            String::new(),
        ] {
            assert!(!permits(&forged, 60), "{forged}");
        }
        assert!(permits(HEADER, 60));
    }

    #[test]
    fn an_invalid_key_is_rejected_by_its_variable() {
        for text in ["x", "00", PUBLIC.trim_end_matches("1a"), &format!("{PUBLIC}00")] {
            let message = PublicKey::parse(text).unwrap_err().to_string();
            assert!(message.starts_with("POWERTOOLS_DEBUG_PUBLIC_KEY is \""), "{message}");
        }
    }
}
