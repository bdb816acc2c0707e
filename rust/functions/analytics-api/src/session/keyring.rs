use std::sync::{Arc, Mutex};

use analytics::{Moment, keys};
use reply::Error;
use thiserror::Error as ThisError;

use super::store::Store;
use super::token::{InvalidKeys, Keys};
use crate::lock::lock;

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
    /// No key is valid, and errors of the store.
    pub async fn keys(&self, store: &dyn Store, now: Moment) -> Result<Arc<Keys>, Error> {
        if let Some(keys) = self.fresh(now) {
            return Ok(keys);
        }
        let texts = store.session_keys().await?;
        let keys = Arc::new(Keys::new(&texts).map_err(NoKeys).map_err(Error::internal)?);
        *lock(&self.0) = Some(CachedKeys { keys: keys.clone(), read: now });
        Ok(keys)
    }

    fn fresh(&self, now: Moment) -> Option<Arc<Keys>> {
        let cached = lock(&self.0);
        let cached = cached.as_ref().filter(|cached| now.seconds().abs_diff(cached.read.seconds()) < STALE)?;
        Some(cached.keys.clone())
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
struct NoKeys(InvalidKeys);
