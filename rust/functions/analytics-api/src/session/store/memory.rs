//! Accounts and sessions in memory: for tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use analytics::Moment;
use async_trait::async_trait;

use super::{Store, StoreError};

/// Accounts and sessions that are gone when the process ends.
#[derive(Debug, Default)]
pub struct Memory(Mutex<State>);

/// What the tables hold.
#[derive(Debug, Default)]
pub struct State {
    /// Keys of sessions.
    pub keys: Vec<String>,
    /// Hashes of passwords by user.
    pub accounts: BTreeMap<String, String>,
    /// Sessions that have ended.
    pub ended: BTreeSet<String>,
    /// Attempts to sign in.
    pub attempts: BTreeMap<String, i64>,
    /// Who has signed in, and until which second that is remembered.
    pub remembered: BTreeMap<String, u64>,
}

impl Memory {
    /// What is stored, to look at and to change.
    ///
    /// No lock is held over anything that can panic, so what a poisoned one guards is whole.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for Memory {
    async fn session_keys(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.state().keys.clone())
    }

    async fn password_hash(&self, user: &str) -> Result<Option<String>, StoreError> {
        Ok(self.state().accounts.get(user).cloned())
    }

    async fn end_session(&self, id: &str, _: Moment) -> Result<(), StoreError> {
        self.state().ended.insert(id.to_owned());
        Ok(())
    }

    async fn is_ended(&self, id: &str) -> Result<bool, StoreError> {
        Ok(self.state().ended.contains(id))
    }

    async fn count_attempt(&self, who: &str, _: Moment) -> Result<u64, StoreError> {
        let mut state = self.state();
        let attempts = state.attempts.entry(who.to_owned()).or_default();
        *attempts += 1;
        Ok((*attempts).try_into().unwrap_or_default())
    }

    async fn take_back_attempt(&self, who: &str, _: Moment) -> Result<(), StoreError> {
        *self.state().attempts.entry(who.to_owned()).or_default() -= 1;
        Ok(())
    }

    async fn remember(&self, who: &str, expires: Moment) -> Result<(), StoreError> {
        self.state().remembered.insert(who.to_owned(), expires.seconds());
        Ok(())
    }

    async fn is_remembered(&self, who: &str) -> Result<bool, StoreError> {
        Ok(self.state().remembered.contains_key(who))
    }
}
