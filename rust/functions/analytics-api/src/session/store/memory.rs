//! Accounts and sessions in memory, for tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

use analytics::Moment;
use async_trait::async_trait;

use super::{Store, StoreError};
use crate::lock::lock;

#[derive(Debug, Default)]
pub struct Memory(Mutex<State>);

/// The content of the tables.
#[derive(Debug, Default)]
pub struct State {
    pub keys: Vec<String>,
    /// Password hashes by user.
    pub accounts: BTreeMap<String, String>,
    /// Ids of ended sessions.
    pub ended: BTreeSet<String>,
    pub attempts: BTreeMap<String, i64>,
    /// Recorded sign-ins, with the second at which each expires.
    pub remembered: BTreeMap<String, u64>,
}

impl Memory {
    /// Returns the content, for reading and writing.
    pub fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.0)
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

    async fn uncount_attempt(&self, who: &str, _: Moment) -> Result<(), StoreError> {
        *self.state().attempts.entry(who.to_owned()).or_default() -= 1;
        Ok(())
    }

    async fn record_sign_in(&self, who: &str, expires: Moment) -> Result<(), StoreError> {
        self.state().remembered.insert(who.to_owned(), expires.seconds());
        Ok(())
    }

    async fn has_signed_in(&self, who: &str) -> Result<bool, StoreError> {
        Ok(self.state().remembered.contains_key(who))
    }
}
