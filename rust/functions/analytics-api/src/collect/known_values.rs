use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use analytics::{Day, Dimension, OTHER, Site, ViewId};
use sha2::{Digest as _, Sha256};

use super::source::Source;
use super::store::{AddedValue, KnownKey, Store, StoreError, ValueHash};
use crate::lock::lock;

/// Retention of a day's known values: until no environment's clock is on that day.
const RETENTION: Duration = Duration::from_hours(72);

/// Divisor of the cap that gives the share of one source, so that a single source cannot use the cap up.
const SHARE: u16 = 10;

/// Minimum share of a source: as many pages as a visitor may read in a day.
const MIN_SHARE: u16 = 20;

/// The values of open dimensions that have counters. Their number is capped, because clients choose them.
///
/// Values cached in this environment cost no calls. Another value costs one read, and two writes if it is new.
pub struct KnownValues {
    most: u16,
    cache: Mutex<BTreeMap<(Site, Dimension), DayValues>>,
}

/// The values of a site's dimension on one day.
struct DayValues {
    day: Day,
    known: BTreeSet<ValueHash>,
    is_full: bool,
    /// Sources that have used up their share.
    spent: BTreeSet<Source>,
}

impl KnownValues {
    /// Creates the cache; a day counts at most `most` values of a site's dimension.
    pub fn new(most: u16) -> Self {
        Self { most, cache: Mutex::default() }
    }

    /// Whether a value has its own counter on the day of a new view; otherwise it counts as `(other)`.
    ///
    /// # Errors
    /// The store's error.
    pub async fn has(
        &self,
        store: &dyn Store,
        (site, source): (&Site, Source),
        view: ViewId,
        dimension: Dimension,
        value: &str,
    ) -> Result<bool, StoreError> {
        if value == OTHER {
            return Ok(true);
        }
        let value = hash(value);
        let key = KnownKey { site: site.clone(), day: view.day(), dimension };
        let expires = view.time.plus(RETENTION);
        if let Some(is_known) = self.lookup(&key, value, source) {
            return Ok(is_known);
        }
        // Another environment may have added the value since; known values do not use up the share.
        self.store(&key, store.known_values(&key).await?);
        if let Some(is_known) = self.lookup(&key, value, source) {
            return Ok(is_known);
        }
        let per_source = (self.most / SHARE).max(MIN_SHARE);
        if store.count_source(&key, &source.to_string(), expires).await? > u64::from(per_source) {
            tracing::info!(%site, dimension = dimension.name(), per_source, "source reached its share");
            if let Some(values) = lock(&self.cache).get_mut(&(key.site, dimension)) {
                values.spent.insert(source);
            }
            return Ok(false);
        }
        let AddedValue { is_known, values } = store.add_value(&key, value, self.most, expires).await?;
        self.store(&key, values);
        Ok(is_known)
    }

    /// Whether a value is known; `None` if the cache cannot tell.
    fn lookup(&self, KnownKey { site, day, dimension }: &KnownKey, value: ValueHash, source: Source) -> Option<bool> {
        let cache = lock(&self.cache);
        let values = cache.get(&(site.clone(), *dimension)).filter(|values| values.day == *day)?;
        let is_known = values.known.contains(&value);
        let is_settled = values.is_full || values.spent.contains(&source);
        (is_known || is_settled).then_some(is_known)
    }

    fn store(&self, KnownKey { site, day, dimension }: &KnownKey, known: BTreeSet<ValueHash>) {
        let is_full = known.len() >= usize::from(self.most);
        let mut cache = lock(&self.cache);
        let before = cache.remove(&(site.clone(), *dimension)).filter(|values| values.day == *day);
        let was_full = before.as_ref().is_some_and(|values| values.is_full);
        let spent = before.map(|values| values.spent).unwrap_or_default();
        cache.insert((site.clone(), *dimension), DayValues { day: *day, known, is_full, spent });
        if is_full && !was_full {
            powertools::count("CappedNames", 1);
            tracing::error!(%site, dimension = dimension.name(), cap = self.most, "cap reached");
        }
    }
}

fn hash(value: &str) -> ValueHash {
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(Sha256::digest(value));
    [a, b, c, d, e, f, g, h]
}
