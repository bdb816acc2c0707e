use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use analytics::{Day, Dimension, Moment, OTHER, Site};
use sha2::{Digest as _, Sha256};

use super::source::Source;
use super::store::{AddedValue, KnownKey, Store, StoreError, ValueHash};

/// Retention of a day's known values: until no environment's clock is on that day.
const RETENTION: Duration = Duration::from_hours(72);

/// Divisor of the cap that gives the share of one source, so that a single source cannot use the cap up.
const SHARE: u16 = 10;

/// Minimum share of a source: as many pages as a visitor may read in a day.
const MIN_SHARE: u16 = 20;

/// The values of open dimensions that have counters. Their number is capped, because clients choose them.
///
/// Values cached in this environment cost no calls. The first value costs one read; a new value costs two writes.
pub struct KnownValues {
    most: u16,
    cache: Mutex<DayCache>,
}

/// The cache of one day.
#[derive(Default)]
struct DayCache {
    day: Option<Day>,
    values: BTreeMap<(Site, Dimension), Values>,
    /// Sources that have used up their share.
    spent: BTreeSet<(Site, Dimension, Source)>,
}

struct Values {
    known: BTreeSet<ValueHash>,
    is_full: bool,
}

impl KnownValues {
    /// Creates the cache; a day counts at most `most` values of a site's dimension.
    pub fn new(most: u16) -> Self {
        Self { most, cache: Mutex::default() }
    }

    /// Whether a value has its own counter on the current day; otherwise it counts as `(other)`.
    ///
    /// # Errors
    /// The store's error.
    pub async fn has(
        &self,
        store: &dyn Store,
        (site, source): (&Site, Source),
        now: Moment,
        dimension: Dimension,
        value: &str,
    ) -> Result<bool, StoreError> {
        if value == OTHER {
            return Ok(true);
        }
        let value = hash(value);
        let key = KnownKey { site: site.clone(), day: now.day(), dimension };
        if !self.is_cached(&key) {
            self.store(&key, store.known_values(&key).await?);
        }
        if let Some(is_known) = self.lookup(&key, value, source) {
            return Ok(is_known);
        }
        let per_source = (self.most / SHARE).max(MIN_SHARE);
        if store.count_source(&key, &source.to_string(), now.plus(RETENTION)).await? > u64::from(per_source) {
            tracing::info!(%site, dimension = dimension.name(), per_source, "source reached its share");
            self.cache().spent.insert((key.site, dimension, source));
            return Ok(false);
        }
        let AddedValue { is_known, values } = store.add_value(&key, value, self.most, now.plus(RETENTION)).await?;
        self.store(&key, values);
        Ok(is_known)
    }

    fn is_cached(&self, KnownKey { site, day, dimension }: &KnownKey) -> bool {
        let cache = self.cache();
        cache.day == Some(*day) && cache.values.contains_key(&(site.clone(), *dimension))
    }

    /// Whether a value is known; `None` if the cache cannot tell.
    fn lookup(&self, KnownKey { site, dimension, .. }: &KnownKey, value: ValueHash, source: Source) -> Option<bool> {
        let cache = self.cache();
        let values = cache.values.get(&(site.clone(), *dimension))?;
        let is_known = values.known.contains(&value);
        let is_settled = values.is_full || cache.spent.contains(&(site.clone(), *dimension, source));
        (is_known || is_settled).then_some(is_known)
    }

    fn store(&self, KnownKey { site, day, dimension }: &KnownKey, known: BTreeSet<ValueHash>) {
        let is_full = known.len() >= usize::from(self.most);
        let mut cache = self.cache();
        if cache.day != Some(*day) {
            *cache = DayCache { day: Some(*day), ..DayCache::default() };
        }
        let before = cache.values.insert((site.clone(), *dimension), Values { known, is_full });
        if is_full && !before.is_some_and(|before| before.is_full) {
            powertools::count("CappedNames", 1);
            tracing::error!(%site, dimension = dimension.name(), cap = self.most, "cap reached");
        }
    }

    /// No code that can panic runs under the lock, so a poisoned lock guards consistent data.
    fn cache(&self) -> MutexGuard<'_, DayCache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hash(value: &str) -> ValueHash {
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(Sha256::digest(value));
    [a, b, c, d, e, f, g, h]
}
