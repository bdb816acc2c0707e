//! Views in memory, as the items that DynamoDB would store, for tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use analytics::keys::{Key, attribute};
use analytics::{AttributeValue, Bucket, Day, Item, Leave, Mark, Moment, Site, Sketch, View, keys};
use async_trait::async_trait;

use super::{AddedValue, KnownKey, Offer, Secret, Store, StoreError, ValueHash};
use crate::lock::lock;

#[derive(Debug, Default)]
pub struct Memory(Mutex<Tables>);

#[derive(Debug, Default)]
struct Tables {
    views: BTreeMap<Key, Item>,
    secrets: BTreeMap<(Site, Bucket), Secret>,
    known: BTreeMap<KnownKey, AddedValue>,
    sources: BTreeMap<(KnownKey, String), u64>,
    sketches: BTreeMap<Key, (Item, Sketch)>,
}

impl Memory {
    /// Returns all views and leaves, in the order of their keys.
    #[must_use]
    pub fn items(&self) -> Vec<Item> {
        lock(&self.0).views.values().cloned().collect()
    }

    /// Returns all sketches as the items that DynamoDB would store, in the order of their keys.
    #[must_use]
    pub fn sketches(&self) -> Vec<Item> {
        lock(&self.0).sketches.values().map(|(item, _)| item.clone()).collect()
    }

    /// Returns the sites and buckets that have a secret.
    #[must_use]
    pub fn secrets(&self) -> Vec<(Site, Bucket)> {
        lock(&self.0).secrets.keys().cloned().collect()
    }
}

#[async_trait]
impl Store for Memory {
    async fn put_view(&self, view: &View, expires: Moment) -> Result<(), StoreError> {
        lock(&self.0).views.entry(keys::view(&view.site, view.id)).or_insert_with(|| view.item(expires));
        Ok(())
    }

    async fn put_leave(&self, leave: &Leave, expires: Moment) -> Result<(), StoreError> {
        lock(&self.0).views.insert(keys::leave(leave), leave.item(expires));
        Ok(())
    }

    async fn secret(&self, site: &Site, bucket: Bucket) -> Result<Option<Secret>, StoreError> {
        Ok(lock(&self.0).secrets.get(&(site.clone(), bucket)).copied())
    }

    async fn offer_secret(&self, site: &Site, bucket: Bucket, secret: Secret, _: Moment) -> Result<Offer, StoreError> {
        let stored = *lock(&self.0).secrets.entry((site.clone(), bucket)).or_insert(secret);
        Ok(if stored == secret { Offer::Stored } else { Offer::Exists })
    }

    async fn delete_secrets_before(&self, site: &Site, bucket: Bucket) -> Result<(), StoreError> {
        lock(&self.0).secrets.retain(|(other, stored), _| {
            other != site || stored.granularity() != bucket.granularity() || *stored >= bucket
        });
        Ok(())
    }

    async fn known_values(&self, key: &KnownKey) -> Result<BTreeSet<ValueHash>, StoreError> {
        let values = lock(&self.0).known.get(key).map(|added| added.values.clone()).unwrap_or_default();
        Ok(values)
    }

    async fn count_source(&self, key: &KnownKey, source: &str, _: Moment) -> Result<u64, StoreError> {
        let mut tables = lock(&self.0);
        let count = tables.sources.entry((key.clone(), source.to_owned())).or_default();
        *count += 1;
        Ok(*count)
    }

    async fn add_value(
        &self,
        key: &KnownKey,
        value: ValueHash,
        most: u16,
        _: Moment,
    ) -> Result<AddedValue, StoreError> {
        let mut tables = lock(&self.0);
        let added = tables.known.entry(key.clone()).or_insert(AddedValue { is_known: false, values: [].into() });
        added.is_known = added.values.contains(&value) || added.values.len() < usize::from(most);
        if added.is_known {
            added.values.insert(value);
        }
        Ok(added.clone())
    }

    async fn raise_register(&self, site: &Site, bucket: Bucket, mark: Mark, day: Day) -> Result<Sketch, StoreError> {
        let mut tables = lock(&self.0);
        let key = keys::sketch(site, bucket);
        let (item, sketch) = tables.sketches.entry(key.clone()).or_insert_with(|| {
            let mut item = key.item();
            item.insert(attribute::SINCE.to_owned(), AttributeValue::S(day.to_string()));
            (item, Sketch::default())
        });
        if !sketch.has(mark) {
            sketch.add(mark);
            item.insert(mark.attribute(), AttributeValue::N(mark.rank().to_string()));
        }
        Ok(sketch.clone())
    }
}
