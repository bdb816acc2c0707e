use std::sync::Arc;

use futures_util::future::{join, try_join, try_join_all};
use reply::Error;
use sha2::{Digest as _, Sha256};

use super::body::Credentials;
use super::keyring::Keyring;
use super::password::DUMMY_HASH;
use super::store::{Store, StoreError};
use super::throttle::{Throttle, after};
use super::token::{LIFETIME, SKEW, Session};
use super::{Refusal, Verify};
use crate::Clock;

/// The sessions of the stack.
pub struct Sessions {
    store: Arc<dyn Store>,
    keyring: Keyring,
    throttle: Throttle,
    verify: Verify,
    clock: Clock,
}

impl Sessions {
    /// Creates the sessions over a store. The store is read on first use.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, verify: Verify, clock: Clock) -> Self {
        Self { keyring: Keyring::default(), throttle: Throttle::new(store.clone()), store, verify, clock }
    }

    /// Returns the token of a new session.
    ///
    /// # Errors
    /// `TooManyAttempts`, `WrongCredentials`, and errors of the store, the keys or the account's hash.
    pub async fn sign_in(&self, credentials: Credentials, address: &str) -> Result<String, Refusal> {
        self.authenticate(credentials, address).await.inspect_err(|refusal| {
            if let Some(reason) = refusal.reason() {
                powertools::count_by("SignInsRefused", reason);
            }
        })
    }

    async fn authenticate(&self, credentials: Credentials, address: &str) -> Result<String, Refusal> {
        let Credentials { user, password } = credentials;
        let now = self.clock.now()?;
        let keys = self.keyring.keys(self.store.as_ref(), now).await?;
        let attempt = self.throttle.admit(&keys, &user, address, now).await?;
        let hash = self.store.password_hash(&user).await?;
        let matches = (self.verify)(password.as_bytes(), hash.as_deref().unwrap_or(DUMMY_HASH));
        let hash = hash.filter(|_| matches.as_ref().is_ok_and(|matches| *matches));
        matches.map_err(Error::internal)?;
        let hash = hash.ok_or(Refusal::WrongCredentials)?;
        self.throttle.succeed(attempt, now).await?;
        let session = Session { user, credential: fingerprint(&hash), id: random_id()? };
        Ok(keys.seal(&session, now).map_err(Error::internal)?)
    }

    /// Opens tokens and skips invalid ones. [`guard`](Self::guard) checks whether a session is still valid.
    ///
    /// # Errors
    /// The keys cannot be read.
    pub async fn open_all(&self, tokens: &[&str]) -> Result<Vec<Session>, Error> {
        let now = self.clock.now()?;
        let keys = self.keyring.keys(self.store.as_ref(), now).await?;
        Ok(tokens.iter().filter_map(|token| keys.open(token, now)).collect())
    }

    /// Returns the first valid session.
    ///
    /// # Errors
    /// `InvalidSession` if there is none, and the store's error.
    pub async fn first_valid(&self, sessions: Vec<Session>) -> Result<Session, Refusal> {
        for session in sessions {
            if self.is_valid(&session).await? {
                return Ok(session);
            }
        }
        Err(Refusal::InvalidSession)
    }

    /// Does some work while it checks that the session is valid, and returns the result only if it is.
    ///
    /// # Errors
    /// `InvalidSession` if the session has ended, or its user was removed or has another password; the store's error,
    /// and the work's error.
    pub async fn guard<T>(
        &self,
        session: &Session,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Refusal> {
        let (is_valid, outcome) = join(self.is_valid(session), work).await;
        if !is_valid? {
            return Err(Refusal::InvalidSession);
        }
        Ok(outcome?)
    }

    async fn is_valid(&self, Session { user, credential, id }: &Session) -> Result<bool, StoreError> {
        let (hash, is_ended) = try_join(self.store.password_hash(user), self.store.is_ended(id)).await?;
        Ok(hash.is_some_and(|hash| fingerprint(&hash) == *credential) && !is_ended)
    }

    /// Ends sessions; idempotent.
    ///
    /// # Errors
    /// The store's error.
    pub async fn sign_out(&self, sessions: &[Session]) -> Result<(), Error> {
        // Their tokens expire no later than one created now.
        let expires = after(self.clock.now()?.seconds(), LIFETIME + SKEW)?;
        let ended = sessions.iter().map(|session| self.store.end_session(&session.id, expires));
        try_join_all(ended).await.map(drop).map_err(Error::from)
    }
}

/// Returns a token's substitute for a password hash. Hashes are salted, so a user who is created again with the same
/// name and password has another fingerprint.
fn fingerprint(password_hash: &str) -> String {
    hex::encode(Sha256::digest(password_hash))
}

fn random_id() -> Result<String, Error> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(Error::internal)?;
    Ok(hex::encode(id))
}
