//! Where views are kept, and what is known of a day. What a store is asked is little; what it means is decided
//! elsewhere.

use std::collections::BTreeSet;
use std::fmt;

use analytics::{Day, Dimension, Leave, Moment, Site, View};
use async_trait::async_trait;

pub mod dynamodb;
#[cfg(feature = "memory")]
pub mod memory;

pub use dynamo::StoreError;

/// What visitors of a day are derived from. It is in no debug output.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Secret(pub [u8; 32]);

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

/// What became of a secret that was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// It is the day's secret.
    Taken,
    /// The day has another one.
    Refused,
}

/// Stands for a value of an open dimension: the first bytes of its SHA-256.
pub type ValueHash = [u8; 8];

/// Which values are known together: those of an open dimension of a site on a day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KnownKey {
    /// Whose.
    pub site: Site,
    /// When.
    pub day: Day,
    /// Of what.
    pub dimension: Dimension,
}

/// Whether a value is known now, and which are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// False when there were too many already.
    pub is_known: bool,
    /// All that are known.
    pub values: BTreeSet<ValueHash>,
}

/// A store of views that takes each write any number of times.
#[async_trait]
pub trait Store: Send + Sync {
    /// Store a view, unless it is stored already.
    async fn put_view(&self, view: &View, expires: Moment) -> Result<(), StoreError>;

    /// Store what a page told when it was left.
    async fn put_leave(&self, leave: &Leave, expires: Moment) -> Result<(), StoreError>;

    /// The secret of a day, if it has one.
    async fn secret(&self, day: Day) -> Result<Option<Secret>, StoreError>;

    /// Make a secret that of a day, unless the day has one.
    async fn offer_secret(&self, day: Day, secret: Secret, expires: Moment) -> Result<Offer, StoreError>;

    /// Delete all secrets of days before one.
    async fn delete_secrets_before(&self, day: Day) -> Result<(), StoreError>;

    /// All values that are known.
    async fn known(&self, key: &KnownKey) -> Result<BTreeSet<ValueHash>, StoreError>;

    /// Count a value that a source brings, and return how many it has brought with it.
    async fn count_source(&self, key: &KnownKey, source: &str, expires: Moment) -> Result<u64, StoreError>;

    /// Make a value known, unless `most` others are.
    async fn note(&self, key: &KnownKey, value: ValueHash, most: u16, expires: Moment) -> Result<Noted, StoreError>;
}
