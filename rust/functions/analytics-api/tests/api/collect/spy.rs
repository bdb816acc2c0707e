//! A store that records its calls and fails on demand.

use std::collections::BTreeSet;
use std::future::pending;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use analytics::{Bucket, Day, Leave, Mark, Moment, Site, Sketch, View};
use analytics_api::collect::store::memory::Memory;
use analytics_api::collect::store::{AddedValue, KnownKey, Offer, Secret, Store, StoreError, ValueHash};
use async_trait::async_trait;

#[derive(Default)]
pub struct Spy {
    pub memory: Memory,
    calls: Mutex<Vec<&'static str>>,
    broken: Mutex<Option<&'static str>>,
    sketches_hang: AtomicBool,
}

impl Spy {
    /// Returns the calls since the last call of this method.
    pub fn take_calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes this call fail from now on.
    pub fn fail_at(&self, call: Option<&'static str>) {
        *self.broken.lock().unwrap_or_else(PoisonError::into_inner) = call;
    }

    /// Makes writes of sketches take for ever from now on.
    pub fn hang_sketches(&self) {
        self.sketches_hang.store(true, Ordering::Relaxed);
    }

    fn record(&self, call: &'static str) -> Result<(), StoreError> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
        if *self.broken.lock().unwrap_or_else(PoisonError::into_inner) == Some(call) {
            return Err(StoreError::new("table state-4f2 is gone"));
        }
        Ok(())
    }
}

#[async_trait]
impl Store for Spy {
    async fn put_view(&self, view: &View, expires: Moment) -> Result<(), StoreError> {
        self.record("put_view")?;
        self.memory.put_view(view, expires).await
    }

    async fn put_leave(&self, leave: &Leave, expires: Moment) -> Result<(), StoreError> {
        self.record("put_leave")?;
        self.memory.put_leave(leave, expires).await
    }

    async fn secret(&self, site: &Site, bucket: Bucket) -> Result<Option<Secret>, StoreError> {
        self.record("secret")?;
        self.memory.secret(site, bucket).await
    }

    async fn offer_secret(
        &self,
        site: &Site,
        bucket: Bucket,
        secret: Secret,
        expires: Moment,
    ) -> Result<Offer, StoreError> {
        self.record("offer_secret")?;
        self.memory.offer_secret(site, bucket, secret, expires).await
    }

    async fn delete_secrets_before(&self, site: &Site, bucket: Bucket) -> Result<(), StoreError> {
        self.record("delete_secrets_before")?;
        self.memory.delete_secrets_before(site, bucket).await
    }

    async fn known_values(&self, key: &KnownKey) -> Result<BTreeSet<ValueHash>, StoreError> {
        self.record("known_values")?;
        self.memory.known_values(key).await
    }

    async fn count_source(&self, key: &KnownKey, source: &str, expires: Moment) -> Result<u64, StoreError> {
        self.record("count_source")?;
        self.memory.count_source(key, source, expires).await
    }

    async fn add_value(
        &self,
        key: &KnownKey,
        value: ValueHash,
        most: u16,
        expires: Moment,
    ) -> Result<AddedValue, StoreError> {
        self.record("add_value")?;
        self.memory.add_value(key, value, most, expires).await
    }

    async fn raise_register(&self, site: &Site, bucket: Bucket, mark: Mark, day: Day) -> Result<Sketch, StoreError> {
        self.record("raise_register")?;
        if self.sketches_hang.load(Ordering::Relaxed) {
            return pending().await;
        }
        self.memory.raise_register(site, bucket, mark, day).await
    }
}
