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

/// What a token says: whose session it is, since which password, and which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Name of the user.
    pub user: String,
    /// Fingerprint of the password hash that the user signed in with.
    pub credential: String,
    /// Random, 128 bits in hexadecimal digits.
    pub id: String,
}

/// Keys that seal sessions into tokens, and open those.
///
/// The tokens are those of <https://github.com/fernet/spec>, but for the padding: without it, each token has one text.
pub struct Keys {
    /// Seals and opens, and names who attempts to sign in.
    newest: Key,
    /// Only open, and find the names that they gave.
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
            // With their lengths, so that no two lists of parts are the same bytes.
            mac.update(&part.len().to_be_bytes());
            mac.update(part.as_bytes());
        }
        hex::encode(mac.finalize().into_bytes())
    }
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
    /// The keys with these texts, the one that seals first.
    ///
    /// # Errors
    /// When there are none, or one is no key.
    pub fn new(texts: &[String]) -> Result<Self, InvalidKeys> {
        let (newest, others) = texts.split_first().ok_or(InvalidKeys::None)?;
        let others = others.iter().map(|text| Key::new(text)).collect::<Result<_, _>>()?;
        Ok(Self { newest: Key::new(newest)?, others })
    }

    /// A token of a session that begins now.
    ///
    /// # Errors
    /// When the session is nothing that JSON has.
    pub fn seal(&self, session: &Session, now: Moment) -> serde_json::Result<String> {
        let session = serde_json::to_vec(session)?;
        let token = self.newest.sessions.encrypt_at_time(&session, now.seconds());
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
        let key = self.all().map(|key| &key.sessions).find(sealed_by).ok_or(Unopened::Unknown)?;
        let session = key.decrypt_at_time(token, Some(LIFETIME), now).map_err(|_| Unopened::Expired)?;
        serde_json::from_slice(&session).map_err(|_| Unopened::Unknown)
    }

    /// Returns a name for who attempts to sign in, from which nobody finds who it is.
    pub fn who(&self, window: u64, parts: &[&str]) -> String {
        self.newest.name(window, parts)
    }

    /// Returns all names for who attempted to sign in, by each of the keys.
    pub fn all_names(&self, window: u64, parts: &[&str]) -> Vec<String> {
        self.all().map(|key| key.name(window, parts)).collect()
    }

    fn all(&self) -> impl Iterator<Item = &Key> {
        iter::once(&self.newest).chain(&self.others)
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
