use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use analytics::{Day, Dimension, Moment, OTHER, Site};
use sha2::{Digest as _, Sha256};

use super::source::Source;
use super::store::{KnownKey, Noted, Store, StoreError, ValueHash};

/// How long a day's known values are kept: until the clocks of all environments have left the day.
const KEPT: Duration = Duration::from_hours(72);

/// Of the values of a day, the part that one source may bring is one in so many: nobody alone can take all names.
const SHARE: u16 = 10;

/// Values that any source may bring: as many pages as a person reads in a day.
const LEAST: u16 = 20;

/// The values of open dimensions that have counters, of which clients could otherwise make as many as they like.
///
/// What this environment has learnt costs nothing more. The first value is one read; a value that is new is two writes.
pub struct Known {
    most: u16,
    learnt: Mutex<Learnt>,
}

/// What is known of one day.
#[derive(Default)]
struct Learnt {
    day: Option<Day>,
    values: BTreeMap<(Site, Dimension), Values>,
    /// Sources that have brought all they may.
    spent: BTreeSet<(Site, Dimension, Source)>,
}

struct Values {
    known: BTreeSet<ValueHash>,
    is_full: bool,
}

impl Known {
    /// At most so many values of a dimension are known of a site on a day.
    pub fn at_most(most: u16) -> Self {
        Self { most, learnt: Mutex::default() }
    }

    /// Whether a value has a counter of its own on the day that it is `now`; else it counts as `(other)`.
    ///
    /// # Errors
    /// The store's failure.
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
        if !self.has_learnt(&key) {
            self.learn(&key, store.known(&key).await?);
        }
        if let Some(is_known) = self.recall(&key, value, source) {
            return Ok(is_known);
        }
        let per_source = (self.most / SHARE).max(LEAST);
        if store.count_source(&key, &source.to_string(), now.plus(KEPT)).await? > u64::from(per_source) {
            tracing::info!(%site, dimension = dimension.name(), per_source, "source reached its share");
            self.learnt().spent.insert((key.site, dimension, source));
            return Ok(false);
        }
        let Noted { is_known, values } = store.note(&key, value, self.most, now.plus(KEPT)).await?;
        self.learn(&key, values);
        Ok(is_known)
    }

    fn has_learnt(&self, KnownKey { site, day, dimension }: &KnownKey) -> bool {
        let learnt = self.learnt();
        learnt.day == Some(*day) && learnt.values.contains_key(&(site.clone(), *dimension))
    }

    /// Whether a value is known, as far as this environment can tell.
    fn recall(&self, KnownKey { site, dimension, .. }: &KnownKey, value: ValueHash, source: Source) -> Option<bool> {
        let learnt = self.learnt();
        let values = learnt.values.get(&(site.clone(), *dimension))?;
        let is_known = values.known.contains(&value);
        let is_settled = values.is_full || learnt.spent.contains(&(site.clone(), *dimension, source));
        (is_known || is_settled).then_some(is_known)
    }

    fn learn(&self, KnownKey { site, day, dimension }: &KnownKey, known: BTreeSet<ValueHash>) {
        let is_full = known.len() >= usize::from(self.most);
        let mut learnt = self.learnt();
        if learnt.day != Some(*day) {
            *learnt = Learnt { day: Some(*day), ..Learnt::default() };
        }
        let before = learnt.values.insert((site.clone(), *dimension), Values { known, is_full });
        if is_full && !before.is_some_and(|before| before.is_full) {
            powertools::count("CappedNames", 1);
            tracing::error!(%site, dimension = dimension.name(), cap = self.most, "cap reached");
        }
    }

    /// No lock is held over anything that can panic, so what a poisoned one guards is whole.
    fn learnt(&self) -> MutexGuard<'_, Learnt> {
        self.learnt.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hash(value: &str) -> ValueHash {
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(Sha256::digest(value));
    [a, b, c, d, e, f, g, h]
}
