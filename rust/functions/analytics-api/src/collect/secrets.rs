use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use analytics::{Day, Moment};

use super::store::{Offer, Secret, Store, StoreError};

const DAY_MILLISECONDS: u64 = 24 * 60 * 60 * 1000;

/// The secrets from which visitors of a day are derived and tokens of views are signed. All environments share one
/// secret per day, which the first of them creates.
///
/// Once a secret is deleted, an address and a user agent cannot be linked to a visitor of that day any more.
#[derive(Default)]
pub struct Secrets(Mutex<BTreeMap<Day, Secret>>);

impl Secrets {
    /// Returns the secret of the current day, and creates it if needed.
    ///
    /// # Errors
    /// The store's error.
    pub async fn today(&self, store: &dyn Store, now: Moment) -> Result<Secret, StoreError> {
        let today = now.day();
        if let Some(secret) = self.get(store, today, now).await? {
            return Ok(secret);
        }
        let secret = make(store, now).await?;
        self.store(today, secret, now);
        Ok(secret)
    }

    /// Returns the secret of a day, if it has one.
    ///
    /// # Errors
    /// The store's error.
    pub async fn get(&self, store: &dyn Store, day: Day, now: Moment) -> Result<Option<Secret>, StoreError> {
        let cached = self.cache().get(&day).copied();
        if cached.is_some() {
            return Ok(cached);
        }
        let secret = store.secret(day).await?;
        secret.inspect(|secret| self.store(day, *secret, now)).map_or(Ok(None), |secret| Ok(Some(secret)))
    }

    fn store(&self, day: Day, secret: Secret, now: Moment) {
        let mut cache = self.cache();
        cache.retain(|day, _| *day >= now.day().minus(1));
        cache.insert(day, secret);
    }

    /// No code that can panic runs under the lock, so a poisoned lock guards consistent data.
    fn cache(&self) -> MutexGuard<'_, BTreeMap<Day, Secret>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn make(store: &dyn Store, now: Moment) -> Result<Secret, StoreError> {
    let today = now.day();
    // DynamoDB may take days to delete expired items. Deleting comes first, so that the next request retries a failure.
    store.delete_secrets_before(today.minus(1)).await?;
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(StoreError::new)?;
    let secret = Secret(secret);
    match store.offer_secret(today, secret, a_day_after(now)).await? {
        Offer::Taken => Ok(secret),
        Offer::Refused => store
            .secret(today)
            .await?
            .ok_or_else(|| StoreError::new("the secret of today was deleted while it was read")),
    }
}

/// Returns the end of the day plus 24 hours, which is how long an open page may report. DynamoDB deletes expired items
/// within about two days, also on days without views.
fn a_day_after(now: Moment) -> Moment {
    now.plus(Duration::from_millis(2 * DAY_MILLISECONDS - now.milliseconds() % DAY_MILLISECONDS))
}
