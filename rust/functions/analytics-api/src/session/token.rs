use std::iter;

use analytics::Moment;
use fernet::Fernet;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use thiserror::Error;

/// Lifetime of a token in seconds.
pub const LIFETIME: u64 = 3600;

/// Seconds by which another environment's clock may be ahead; the fernet crate's value.
pub const SKEW: u64 = 60;

/// The content of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Name of the user.
    pub user: String,
    /// Fingerprint of the password hash that the user signed in with.
    pub credential: String,
    /// Random, 128 bits in hexadecimal digits.
    pub id: String,
}

/// Keys that seal sessions into tokens and open tokens.
///
/// Tokens have the format of <https://github.com/fernet/spec> without the padding, so that each token has one text.
pub struct Keys {
    /// Seals and opens tokens, and names clients that attempt to sign in.
    newest: Key,
    /// Open tokens, and find names that they made when they were the newest.
    others: Vec<Key>,
}

struct Key {
    sessions: Fernet,
    names: Hmac<Sha256>,
}

impl Key {
    fn new(text: &str) -> Result<Self, InvalidKeys> {
        let names = Hmac::<Sha256>::new_from_slice(text.as_bytes()).map_err(|_| InvalidKeys::Malformed)?;
        Ok(Self {
            sessions: Fernet::new(text).ok_or(InvalidKeys::Malformed)?,
            names: names.chain_update(b"attempts to sign in"),
        })
    }

    fn name(&self, window: u64, parts: &[&str]) -> String {
        let mut mac = self.names.clone().chain_update(window.to_be_bytes());
        for part in parts {
            // With the length of each part, so that different lists of parts give different bytes.
            mac.update(&part.len().to_be_bytes());
            mac.update(part.as_bytes());
        }
        hex::encode(mac.finalize().into_bytes())
    }
}

impl Keys {
    /// Creates keys from texts; the first one seals.
    ///
    /// # Errors
    /// There are no texts, or one is not a key.
    pub fn new(texts: &[String]) -> Result<Self, InvalidKeys> {
        let (newest, others) = texts.split_first().ok_or(InvalidKeys::Missing)?;
        let others = others.iter().map(|text| Key::new(text)).collect::<Result<_, _>>()?;
        Ok(Self { newest: Key::new(newest)?, others })
    }

    /// Returns the token of a session that starts now.
    ///
    /// # Errors
    /// The session cannot be serialized.
    pub fn seal(&self, session: &Session, now: Moment) -> serde_json::Result<String> {
        let session = serde_json::to_vec(session)?;
        let token = self.newest.sessions.encrypt_at_time(&session, now.seconds());
        Ok(token.trim_end_matches('=').to_owned())
    }

    /// Returns the session in a token; none if the token is invalid or expired.
    pub fn open(&self, token: &str, now: Moment) -> Option<Session> {
        if token.contains('=') {
            return None;
        }
        let now = now.seconds();
        // Without a lifetime first: fernet adds it to the time in the token before it verifies the token, and the sum
        // may overflow.
        let sealed_by = |key: &&Fernet| key.decrypt_at_time(token, None, now).is_ok();
        let key = self.all().map(|key| &key.sessions).find(sealed_by)?;
        let session = key.decrypt_at_time(token, Some(LIFETIME), now).ok()?;
        serde_json::from_slice(&session).ok()
    }

    /// Returns a keyed hash that names a client that attempts to sign in, without revealing it.
    pub fn client_name(&self, window: u64, parts: &[&str]) -> String {
        self.newest.name(window, parts)
    }

    /// Returns the name of a client by each of the keys.
    pub fn client_names(&self, window: u64, parts: &[&str]) -> Vec<String> {
        self.all().map(|key| key.name(window, parts)).collect()
    }

    fn all(&self) -> impl Iterator<Item = &Key> {
        iter::once(&self.newest).chain(&self.others)
    }
}

/// Texts that are not session keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidKeys {
    #[error("there are no keys")]
    Missing,
    #[error("a key is not 32 bytes in URL-safe base64")]
    Malformed,
}

#[cfg(test)]
mod tests;
