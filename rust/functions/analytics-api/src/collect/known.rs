use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use analytics::{Day, Dimension, Moment, OTHER, Site};
use sha2::{Digest as _, Sha256};

use super::store::{Failure, KnownKey, Noted, Store, ValueHash};

/// How long a day's known values are kept: until the clocks of all environments have left the day.
const KEPT: Duration = Duration::from_hours(72);

/// The values of open dimensions that have counters, of which clients could otherwise make as many as they like.
///
/// What this environment has learnt costs nothing more; a value that is new to it is one write.
pub struct Known {
    most: u16,
    learnt: Mutex<Learnt>,
}

/// What is known of one day.
#[derive(Default)]
struct Learnt {
    day: Option<Day>,
    values: BTreeMap<(Site, Dimension), Values>,
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
        site: &Site,
        now: Moment,
        dimension: Dimension,
        value: &str,
    ) -> Result<bool, Failure> {
        if value == OTHER {
            return Ok(true);
        }
        let value = hash(value);
        let key = KnownKey { site: site.clone(), day: now.day(), dimension };
        if let Some(is_known) = self.recall(&key, value) {
            return Ok(is_known);
        }
        let noted = store.note(&key, value, self.most, now.plus(KEPT)).await?;
        let is_known = noted.is_known;
        self.learn(key, noted);
        Ok(is_known)
    }

    fn recall(&self, KnownKey { site, day, dimension }: &KnownKey, value: ValueHash) -> Option<bool> {
        let learnt = self.learnt();
        let values = learnt.values.get(&(site.clone(), *dimension)).filter(|_| learnt.day == Some(*day))?;
        (values.is_full || values.known.contains(&value)).then(|| values.known.contains(&value))
    }

    fn learn(&self, KnownKey { site, day, dimension }: KnownKey, Noted { is_known, values }: Noted) {
        let mut learnt = self.learnt();
        if learnt.day != Some(day) {
            *learnt = Learnt { day: Some(day), values: BTreeMap::new() };
        }
        learnt.values.insert((site, dimension), Values { known: values, is_full: !is_known });
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
