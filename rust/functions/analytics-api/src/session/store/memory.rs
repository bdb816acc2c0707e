//! Accounts and sessions in memory: for tests.

use std::collections::{BTreeMap, BTreeSet};
use std::future::ready;
use std::sync::{Mutex, MutexGuard, PoisonError};

use analytics::Moment;

use super::{Answer, Store};

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

impl Store for Memory {
    fn session_keys(&self) -> Answer<'_, Vec<String>> {
        Box::pin(ready(Ok(self.state().keys.clone())))
    }

    fn password_hash<'a>(&'a self, user: &'a str) -> Answer<'a, Option<String>> {
        Box::pin(ready(Ok(self.state().accounts.get(user).cloned())))
    }

    fn end_session<'a>(&'a self, id: &'a str, _: Moment) -> Answer<'a, ()> {
        self.state().ended.insert(id.to_owned());
        Box::pin(ready(Ok(())))
    }

    fn is_ended<'a>(&'a self, id: &'a str) -> Answer<'a, bool> {
        Box::pin(ready(Ok(self.state().ended.contains(id))))
    }

    fn count_attempt<'a>(&'a self, who: &'a str, _: Moment) -> Answer<'a, u64> {
        let mut state = self.state();
        let attempts = state.attempts.entry(who.to_owned()).or_default();
        *attempts += 1;
        Box::pin(ready(Ok((*attempts).try_into().unwrap_or_default())))
    }

    fn take_back_attempt<'a>(&'a self, who: &'a str, _: Moment) -> Answer<'a, ()> {
        *self.state().attempts.entry(who.to_owned()).or_default() -= 1;
        Box::pin(ready(Ok(())))
    }

    fn remember<'a>(&'a self, who: &'a str, expires: Moment) -> Answer<'a, ()> {
        self.state().remembered.insert(who.to_owned(), expires.seconds());
        Box::pin(ready(Ok(())))
    }

    fn is_remembered<'a>(&'a self, who: &'a str) -> Answer<'a, bool> {
        Box::pin(ready(Ok(self.state().remembered.contains_key(who))))
    }
}
