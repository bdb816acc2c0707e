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
        let mut currencies = self.currencies();
        let stored = currencies.get(&currency.code);
        if stored != Some(currency) && stored.map(|stored| stored.version) != over {
            return Ok(Write::Lost);
        }
        currencies.insert(currency.code.clone(), currency.clone());
        Ok(Write::Done)
    }

    async fn delete(&self, code: &Code, version: u64) -> Result<Write, StoreError> {
        let mut currencies = self.currencies();
        if currencies.get(code).is_some_and(|stored| stored.version != version) {
            return Ok(Write::Lost);
        }
        currencies.remove(code);
        Ok(Write::Done)
    }
}
