//! Views in memory, as the items that they are in DynamoDB: for tests.

use std::collections::{BTreeMap, BTreeSet};
use std::future::ready;
use std::sync::{Mutex, MutexGuard, PoisonError};

use analytics::keys::Key;
use analytics::{Day, Item, Leave, Moment, View, keys};

use super::{Answer, KnownKey, Noted, Offer, Secret, Store, ValueHash};

/// Views that are gone when the process ends.
#[derive(Debug, Default)]
pub struct Memory(Mutex<Tables>);

#[derive(Debug, Default)]
struct Tables {
    views: BTreeMap<Key, Item>,
    secrets: BTreeMap<Day, Secret>,
    known: BTreeMap<KnownKey, Noted>,
    sources: BTreeMap<(KnownKey, String), u64>,
}

impl Memory {
    /// All views and leaves, in the order of their keys.
    #[must_use]
    pub fn items(&self) -> Vec<Item> {
        self.tables().views.values().cloned().collect()
    }

    /// The days that have a secret.
    #[must_use]
    pub fn days_with_secrets(&self) -> Vec<Day> {
        self.tables().secrets.keys().copied().collect()
    }

    /// No lock is held over anything that can panic, so what a poisoned one guards is whole.
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Memory {
    fn put_view<'a>(&'a self, view: &'a View, expires: Moment) -> Answer<'a, ()> {
        self.tables().views.entry(keys::view(&view.site, view.id)).or_insert_with(|| view.item(expires));
        Box::pin(ready(Ok(())))
    }

    fn put_leave<'a>(&'a self, leave: &'a Leave, expires: Moment) -> Answer<'a, ()> {
        self.tables().views.insert(keys::leave(leave), leave.item(expires));
        Box::pin(ready(Ok(())))
    }

    fn secret(&self, day: Day) -> Answer<'_, Option<Secret>> {
        Box::pin(ready(Ok(self.tables().secrets.get(&day).copied())))
    }

    fn offer_secret(&self, day: Day, secret: Secret, _: Moment) -> Answer<'_, Offer> {
        let kept = *self.tables().secrets.entry(day).or_insert(secret);
        Box::pin(ready(Ok(if kept == secret { Offer::Taken } else { Offer::Refused })))
    }

    fn delete_secrets_before(&self, day: Day) -> Answer<'_, ()> {
        self.tables().secrets.retain(|other, _| *other >= day);
        Box::pin(ready(Ok(())))
    }

    fn known<'a>(&'a self, key: &'a KnownKey) -> Answer<'a, BTreeSet<ValueHash>> {
        let values = self.tables().known.get(key).map(|noted| noted.values.clone()).unwrap_or_default();
        Box::pin(ready(Ok(values)))
    }

    fn count_source<'a>(&'a self, key: &'a KnownKey, source: &'a str, _: Moment) -> Answer<'a, u64> {
        let mut tables = self.tables();
        let count = tables.sources.entry((key.clone(), source.to_owned())).or_default();
        *count += 1;
        Box::pin(ready(Ok(*count)))
    }

    fn note<'a>(&'a self, key: &'a KnownKey, value: ValueHash, most: u16, _: Moment) -> Answer<'a, Noted> {
        let mut tables = self.tables();
        let noted = tables.known.entry(key.clone()).or_insert(Noted { is_known: false, values: [].into() });
        noted.is_known = noted.values.contains(&value) || noted.values.len() < usize::from(most);
        if noted.is_known {
            noted.values.insert(value);
        }
        Box::pin(ready(Ok(noted.clone())))
    }
}
