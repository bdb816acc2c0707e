use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use analytics::{Moment, keys};
use reply::Error;
use thiserror::Error as ThisError;

use super::store::Store;
use super::token::{InvalidKeys, Keys};
use crate::store_error::store_error;

/// Seconds after which the keys are read again: for so long a key counts that was taken away, and for so long one that
/// was added does not. `services/session_keys.py` waits longer between the two steps of a rotation.
const STALE: u64 = 60;

/// The stack's keys as this environment has read them. They are read for the first request that needs them.
#[derive(Default)]
pub struct Keyring(Mutex<Option<Held>>);

struct Held {
    keys: Arc<Keys>,
    read: Moment,
}

impl Keyring {
    /// Returns the keys as they are in the store, or were less than a minute ago.
    ///
    /// # Errors
    /// [`NoKeys`] when there are none to use, and the store's failure.
    pub async fn keys(&self, store: &dyn Store, now: Moment) -> Result<Arc<Keys>, Error> {
        if let Some(keys) = self.fresh(now) {
            return Ok(keys);
        }
        let texts = store.session_keys().await.map_err(store_error)?;
        let keys = Arc::new(Keys::new(&texts).map_err(NoKeys).map_err(Error::internal)?);
        *self.held() = Some(Held { keys: keys.clone(), read: now });
        Ok(keys)
    }

    fn fresh(&self, now: Moment) -> Option<Arc<Keys>> {
        let held = self.held();
        let held = held.as_ref().filter(|held| now.seconds().abs_diff(held.read.seconds()) < STALE)?;
        Some(held.keys.clone())
    }

    /// No lock is held over anything that can panic, so what a poisoned one guards is whole.
    fn held(&self) -> MutexGuard<'_, Option<Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// There are no keys to seal sessions with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ThisError)]
#[error(
    "{0} in {attribute} of the item {item} of the state table. `pulumi up` makes the item where there is none: delete \
     it if it is broken, and run `pulumi up`.",
    attribute = keys::attribute::KEYS,
    item = keys::state::SESSION_KEYS,
)]
pub struct NoKeys(InvalidKeys);
