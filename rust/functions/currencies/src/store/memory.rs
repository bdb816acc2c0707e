//! Currencies in memory: for tests, and for running the service on a desk.

use std::collections::BTreeMap;
use std::future::ready;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Answer, Store, Write};
use crate::{Code, Currency};

/// Currencies that are gone when the process ends.
#[derive(Debug, Default)]
pub struct Memory(Mutex<BTreeMap<Code, Currency>>);

impl Memory {
    /// No lock is held over anything that can panic, so what a poisoned one guards is whole.
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

impl Store for Memory {
    fn get<'a>(&'a self, code: &'a Code) -> Answer<'a, Option<Currency>> {
        Box::pin(ready(Ok(self.currencies().get(code).cloned())))
    }

    fn list<'a>(&'a self, after: Option<&'a Code>, limit: usize) -> Answer<'a, Vec<Currency>> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let page =
            self.currencies().range((start, Bound::Unbounded)).take(limit).map(|(_, found)| found.clone()).collect();
        Box::pin(ready(Ok(page)))
    }

    fn put<'a>(&'a self, currency: &'a Currency, over: Option<u64>) -> Answer<'a, Write> {
        let write = self.write(&currency.code, over, |currencies| {
            currencies.insert(currency.code.clone(), currency.clone());
        });
        Box::pin(ready(Ok(write)))
    }

    fn delete<'a>(&'a self, code: &'a Code, version: u64) -> Answer<'a, Write> {
        let write = self.write(code, Some(version), |currencies| {
            currencies.remove(code);
        });
        Box::pin(ready(Ok(write)))
    }
}
