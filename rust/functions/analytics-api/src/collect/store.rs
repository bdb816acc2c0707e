//! The store of views, secrets, known values and sketches. It has few operations; the collector decides what they mean.

use std::collections::BTreeSet;
use std::fmt;

use analytics::{Bucket, Day, Dimension, Leave, Mark, Moment, Site, Sketch, View};
use async_trait::async_trait;

pub mod dynamodb;
#[cfg(feature = "memory")]
pub mod memory;

pub use dynamo::StoreError;

/// The secret of a day or a month, from which a site's visitors are derived. Debug output hides it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Secret(pub [u8; 32]);

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

/// Result of offering a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// It is the secret of the bucket now.
    Stored,
    /// The bucket has another secret.
    Exists,
}

/// Identifies a value of an open dimension by the first bytes of its SHA-256.
pub type ValueHash = [u8; 8];

/// Identifies a set of known values: those of an open dimension of a site on a day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KnownKey {
    pub site: Site,
    pub day: Day,
    pub dimension: Dimension,
}

/// Result of adding a known value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedValue {
    /// False if the set is full without the value.
    pub is_known: bool,
    /// All values of the set.
    pub values: BTreeSet<ValueHash>,
}

/// A store of views with idempotent writes.
#[async_trait]
pub trait Store: Send + Sync {
    /// Stores a view, unless it exists.
    async fn put_view(&self, view: &View, expires: Moment) -> Result<(), StoreError>;

    /// Stores a leave.
    async fn put_leave(&self, leave: &Leave, expires: Moment) -> Result<(), StoreError>;

    /// Returns the secret of a bucket, if it has one.
    async fn secret(&self, site: &Site, bucket: Bucket) -> Result<Option<Secret>, StoreError>;

    /// Stores the secret of a bucket, unless it has one.
    async fn offer_secret(
        &self,
        site: &Site,
        bucket: Bucket,
        secret: Secret,
        expires: Moment,
    ) -> Result<Offer, StoreError>;

    /// Deletes the secrets of all buckets before one of the same granularity.
    async fn delete_secrets_before(&self, site: &Site, bucket: Bucket) -> Result<(), StoreError>;

    /// Returns the known values.
    async fn known_values(&self, key: &KnownKey) -> Result<BTreeSet<ValueHash>, StoreError>;

    /// Counts a value of a source, and returns the number of its values so far.
    async fn count_source(&self, key: &KnownKey, source: &str, expires: Moment) -> Result<u64, StoreError>;

    /// Adds a value, unless there are `most` others.
    async fn add_value(
        &self,
        key: &KnownKey,
        value: ValueHash,
        most: u16,
        expires: Moment,
    ) -> Result<AddedValue, StoreError>;

    /// Raises the register of a bucket's sketch to the rank of a mark, unless it is as high, and returns the sketch. A new
    /// sketch begins on the day.
    async fn raise_register(&self, site: &Site, bucket: Bucket, mark: Mark, day: Day) -> Result<Sketch, StoreError>;
}
