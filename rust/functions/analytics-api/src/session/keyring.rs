use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use analytics::{Moment, keys};
use reply::Error;
use thiserror::Error as ThisError;

use super::store::{Failure, Store};
use super::token::{InvalidKeys, Keys};

/// Seconds between two times that keys are read because of a token that none of them has sealed.
const REREAD: u64 = 60;

/// Seconds after which they are read in any case: for so long a key counts on that was taken away.
const STALE: u64 = 900;

/// The stack's keys as this environment has read them.
pub struct Keyring(Mutex<Held>);

struct Held {
    keys: Arc<Keys>,
    read: Moment,
}

impl Keyring {
    /// Read the keys.
    ///
    /// # Errors
    /// `NoKeys` when there are none to use, and the store's failure.
    pub async fn read(store: &dyn Store, now: Moment) -> Result<Self, Failure> {
        Ok(Self(Mutex::new(Held { keys: read(store).await?, read: now })))
    }

    /// The keys.
    ///
    /// # Errors
    /// A failure to read them again.
    pub async fn keys(&self, store: &dyn Store, now: Moment) -> Result<Arc<Keys>, Error> {
        Ok(self.reread(store, now, STALE).await?.unwrap_or_else(|| self.held().keys.clone()))
    }

    /// The keys read again, unless they were just now.
    ///
    /// # Errors
    /// A failure to read them again.
    pub async fn newer(&self, store: &dyn Store, now: Moment) -> Result<Option<Arc<Keys>>, Error> {
        self.reread(store, now, REREAD).await
    }

    async fn reread(&self, store: &dyn Store, now: Moment, after: u64) -> Result<Option<Arc<Keys>>, Error> {
        if now.seconds().saturating_sub(self.held().read.seconds()) < after {
            return Ok(None);
        }
        let keys = read(store).await.map_err(Error::internal)?;
        *self.held() = Held { keys: keys.clone(), read: now };
        Ok(Some(keys))
    }

    /// No lock is held over anything that can panic, so what a poisoned one guards is whole.
    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn read(store: &dyn Store) -> Result<Arc<Keys>, Failure> {
    let texts = store.session_keys().await?;
    Ok(Arc::new(Keys::new(&texts).map_err(NoKeys)?))
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
