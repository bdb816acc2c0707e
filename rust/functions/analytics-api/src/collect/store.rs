//! Where views are kept, and what is known of a day. What a store is asked is little; what it means is decided
//! elsewhere.

use std::collections::BTreeSet;
use std::fmt;

use analytics::{Day, Dimension, Leave, Moment, Site, View};

pub mod dynamodb;
pub mod memory;

pub use dynamo::{Answer, Failure};

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
pub trait Store: Send + Sync {
    /// Store a view, unless it is stored already.
    fn put_view<'a>(&'a self, view: &'a View, expires: Moment) -> Answer<'a, ()>;

    /// Store what a page told when it was left.
    fn put_leave<'a>(&'a self, leave: &'a Leave, expires: Moment) -> Answer<'a, ()>;

    /// The secret of a day, if it has one.
    fn secret(&self, day: Day) -> Answer<'_, Option<Secret>>;

    /// Make a secret that of a day, unless the day has one.
    fn offer_secret(&self, day: Day, secret: Secret, expires: Moment) -> Answer<'_, Offer>;

    /// Delete all secrets of days before one.
    fn delete_secrets_before(&self, day: Day) -> Answer<'_, ()>;

    /// All values that are known.
    fn known<'a>(&'a self, key: &'a KnownKey) -> Answer<'a, BTreeSet<ValueHash>>;

    /// Count a value that a source brings, and return how many it has brought with it.
    fn count_source<'a>(&'a self, key: &'a KnownKey, source: &'a str, expires: Moment) -> Answer<'a, u64>;

    /// Make a value known, unless `most` others are.
    fn note<'a>(&'a self, key: &'a KnownKey, value: ValueHash, most: u16, expires: Moment) -> Answer<'a, Noted>;
}
