use std::iter;

use analytics::Moment;
use fernet::Fernet;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use thiserror::Error;

/// Seconds that a token is good for.
pub const LIFETIME: u64 = 3600;

/// Seconds that another environment's clock may be ahead, by the fernet crate.
pub const SKEW: u64 = 60;

/// What a token says: whose session it is, and which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Name of the user.
    pub user: String,
    /// Random, 128 bits in hexadecimal digits.
    pub id: String,
}

/// Keys that seal sessions into tokens, and open those.
///
/// The tokens are those of <https://github.com/fernet/spec>, but for the padding: without it, each token has one text.
pub struct Keys {
    /// Seals and opens.
    newest: Fernet,
    /// Only open.
    older: Vec<Fernet>,
    throttle_key: Hmac<Sha256>,
}

/// Why a token is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unopened {
    /// None of the keys has sealed it.
    Unknown,
    /// It is too old.
    Expired,
}

impl Keys {
    /// The keys with these texts, the newest first.
    ///
    /// # Errors
    /// When there are none, or one is no key.
    pub fn new(texts: &[String]) -> Result<Self, InvalidKeys> {
        let (newest, older) = texts.split_first().ok_or(InvalidKeys::None)?;
        let key = |text: &String| Fernet::new(text).ok_or(InvalidKeys::Malformed);
        let throttle_key = Hmac::new_from_slice(newest.as_bytes()).map_err(|_| InvalidKeys::Malformed)?;
        Ok(Self {
            newest: key(newest)?,
            older: older.iter().map(key).collect::<Result<_, _>>()?,
            throttle_key: throttle_key.chain_update(b"attempts to sign in"),
        })
    }

    /// A token of a session that begins now.
    ///
    /// # Errors
    /// When the session is nothing that JSON has.
    pub fn seal(&self, session: &Session, now: Moment) -> serde_json::Result<String> {
        let session = serde_json::to_vec(session)?;
        let token = self.newest.encrypt_at_time(&session, now.seconds());
        Ok(token.trim_end_matches('=').to_owned())
    }

    /// The session in a token.
    ///
    /// # Errors
    /// When it is none of ours, or too old.
    pub fn open(&self, token: &str, now: Moment) -> Result<Session, Unopened> {
        if token.contains('=') {
            return Err(Unopened::Unknown);
        }
        let now = now.seconds();
        // Without a lifetime first: fernet adds it to the time in the token before it knows that the token is authentic,
        // and the sum may overflow.
        let sealed_by = |key: &&Fernet| key.decrypt_at_time(token, None, now).is_ok();
        let key = iter::once(&self.newest).chain(&self.older).find(sealed_by).ok_or(Unopened::Unknown)?;
        let session = key.decrypt_at_time(token, Some(LIFETIME), now).map_err(|_| Unopened::Expired)?;
        serde_json::from_slice(&session).map_err(|_| Unopened::Unknown)
    }

    /// A name for who attempts to sign in, from which nobody finds who it is.
    pub fn who(&self, window: u64, parts: &[&str]) -> String {
        let mut mac = self.throttle_key.clone().chain_update(window.to_be_bytes());
        for part in parts {
            // With their lengths, so that no two lists of parts are the same bytes.
            mac.update(&part.len().to_be_bytes());
            mac.update(part.as_bytes());
        }
        hex::encode(mac.finalize().into_bytes())
    }
}

/// Texts that are no keys of sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidKeys {
    /// There are none.
    #[error("there are no keys")]
    None,
    /// One of them is not 32 bytes in base64.
    #[error("a key is not 32 bytes in URL-safe base64")]
    Malformed,
}

#[cfg(test)]
mod tests;
