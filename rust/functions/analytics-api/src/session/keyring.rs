use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use analytics::{Moment, keys};
use reply::Error;
use thiserror::Error as ThisError;

use super::store::Store;
use super::token::{InvalidKeys, Keys};

/// Seconds after which the cached keys expire. For that long, a removed key is still accepted and an added one is not;
/// `services/session_keys.py` waits longer between the two steps of a rotation.
const STALE: u64 = 60;

/// The stack's session keys, cached in this environment and read on first use.
#[derive(Default)]
pub struct Keyring(Mutex<Option<CachedKeys>>);

struct CachedKeys {
    keys: Arc<Keys>,
    read: Moment,
}

impl Keyring {
    /// Returns the keys, which are at most a minute old.
    ///
    /// # Errors
    /// [`NoKeys`] if there are no valid keys, and the store's error.
    pub async fn keys(&self, store: &dyn Store, now: Moment) -> Result<Arc<Keys>, Error> {
        if let Some(keys) = self.fresh(now) {
            return Ok(keys);
        }
        let texts = store.session_keys().await?;
        let keys = Arc::new(Keys::new(&texts).map_err(NoKeys).map_err(Error::internal)?);
        *self.cache() = Some(CachedKeys { keys: keys.clone(), read: now });
        Ok(keys)
    }

    fn fresh(&self, now: Moment) -> Option<Arc<Keys>> {
        let cached = self.cache();
        let cached = cached.as_ref().filter(|cached| now.seconds().abs_diff(cached.read.seconds()) < STALE)?;
        Some(cached.keys.clone())
    }

    /// No code that can panic runs under the lock, so a poisoned lock guards consistent data.
    fn cache(&self) -> MutexGuard<'_, Option<CachedKeys>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The stack has no valid session keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ThisError)]
#[error(
    "{0} in {attribute} of the item {item} of the state table. `pulumi up` creates it if it is missing: delete \
     an invalid item, then run `pulumi up`.",
    attribute = keys::attribute::KEYS,
    item = keys::state::SESSION_KEYS,
)]
pub struct NoKeys(InvalidKeys);
