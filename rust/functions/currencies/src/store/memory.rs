//! Currencies in memory, for tests and for running the service locally.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{Store, StoreError, Write};
use crate::{Code, Currency};

#[derive(Debug, Default)]
pub struct Memory(Mutex<BTreeMap<Code, Currency>>);

impl Memory {
    /// No code that can panic runs under the lock, so a poisoned lock guards consistent data.
    fn currencies(&self) -> MutexGuard<'_, BTreeMap<Code, Currency>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, code: &Code, expected: Option<u64>, change: impl FnOnce(&mut BTreeMap<Code, Currency>)) -> Write {
        let mut currencies = self.currencies();
        if currencies.get(code).map(|currency| currency.version) != expected {
            return Write::Lost;
        }
        change(&mut currencies);
        Write::Done
    }
}

#[async_trait]
impl Store for Memory {
    async fn get(&self, code: &Code) -> Result<Option<Currency>, StoreError> {
        Ok(self.currencies().get(code).cloned())
    }

    async fn list(&self, after: Option<&Code>, limit: usize) -> Result<Vec<Currency>, StoreError> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let page =
            self.currencies().range((start, Bound::Unbounded)).take(limit).map(|(_, found)| found.clone()).collect();
        Ok(page)
    }

    async fn put(&self, currency: &Currency, over: Option<u64>) -> Result<Write, StoreError> {
        let write = self.write(&currency.code, over, |currencies| {
            currencies.insert(currency.code.clone(), currency.clone());
        });
        Ok(write)
    }

    async fn delete(&self, code: &Code, version: u64) -> Result<Write, StoreError> {
        let write = self.write(code, Some(version), |currencies| {
            currencies.remove(code);
        });
        Ok(write)
    }
}
