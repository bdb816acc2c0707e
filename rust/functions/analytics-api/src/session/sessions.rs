use std::sync::Arc;

use futures_util::future::{join, try_join};
use reply::Error;

use super::body::Credentials;
use super::keyring::Keyring;
use super::password::NOBODYS;
use super::store::{Failure, Store};
use super::throttle::{self, after};
use super::token::{LIFETIME, SKEW, Session, Unopened};
use super::{Refusal, Verify};
use crate::Clock;

/// All sessions of the stack.
pub struct Sessions {
    store: Arc<dyn Store>,
    keyring: Keyring,
    verify: Verify,
    clock: Clock,
}

impl Sessions {
    /// Read the keys that sessions need.
    ///
    /// # Errors
    /// [`NoKeys`](super::NoKeys) when there are none, and the store's failure.
    pub async fn start(store: Arc<dyn Store>, verify: Verify, clock: Clock) -> Result<Self, Failure> {
        let now = clock.time()?;
        let keyring = Keyring::read(store.as_ref(), now).await?;
        Ok(Self { store, keyring, verify, clock })
    }

    /// The token of a new session.
    ///
    /// # Errors
    /// `TooManyAttempts`, `WrongCredentials`, and a failure of the store or of the account's hash.
    pub async fn sign_in(&self, credentials: Credentials, address: &str) -> Result<String, Refusal> {
        let Credentials { user, password } = credentials;
        let now = self.clock.now()?;
        let keys = self.keyring.keys(self.store.as_ref(), now).await?;
        throttle::admit(self.store.as_ref(), &keys, &user, address, now).await?;
        let hash = self.store.password_hash(&user).await.map_err(Error::internal)?;
        let matches = (self.verify)(password.as_bytes(), hash.as_deref().unwrap_or(NOBODYS));
        if !matches.map_err(Error::internal)? || hash.is_none() {
            return Err(Refusal::WrongCredentials);
        }
        throttle::forgive(self.store.as_ref(), &keys, &user, address, now).await?;
        Ok(keys.seal(&Session { user, id: random_id()? }, now).map_err(Error::internal)?)
    }

    /// The session that a token claims. Whether it still counts is for [`guard`](Self::guard) to say.
    ///
    /// # Errors
    /// `InvalidSession`, and a failure to read the keys.
    pub async fn open(&self, token: &str) -> Result<Session, Refusal> {
        let now = self.clock.now()?;
        let keys = self.keyring.keys(self.store.as_ref(), now).await?;
        let opened = match keys.open(token, now) {
            // Another environment may have sealed it with a newer key.
            Err(Unopened::Unknown) => match self.keyring.newer(self.store.as_ref(), now).await? {
                Some(keys) => keys.open(token, now),
                None => Err(Unopened::Unknown),
            },
            opened => opened,
        };
        opened.map_err(|_| Refusal::InvalidSession)
    }

    /// Do some work, and check at the same time that the session counts; what the work comes to is told only then.
    ///
    /// # Errors
    /// `InvalidSession` when the session has ended or its user is no more, the store's failure, and the work's error.
    pub async fn guard<T>(
        &self,
        session: &Session,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Refusal> {
        let (counts, outcome) = join(self.counts(session), work).await;
        if !counts.map_err(Error::internal)? {
            return Err(Refusal::InvalidSession);
        }
        Ok(outcome?)
    }

    async fn counts(&self, Session { user, id }: &Session) -> Result<bool, Failure> {
        let (account, is_ended) = try_join(self.store.password_hash(user), self.store.is_ended(id)).await?;
        Ok(account.is_some() && !is_ended)
    }

    /// End a session, whether it has ended already or not.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn sign_out(&self, session: &Session) -> Result<(), Error> {
        // Its token is good for no longer than one that is made now.
        let expires = after(self.clock.now()?.seconds(), LIFETIME + SKEW)?;
        self.store.end_session(&session.id, expires).await.map_err(Error::internal)
    }
}

fn random_id() -> Result<String, Error> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(Error::internal)?;
    Ok(hex::encode(id))
}
