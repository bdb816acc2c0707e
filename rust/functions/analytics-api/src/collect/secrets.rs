use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use analytics::{Bucket, Day, Granularity, Moment, Site, ViewId};

use super::store::{Offer, Secret, Store, StoreError};

/// Time for which a secret is stored after its day: as long as an open page may report, and an hour by which the clock may
/// be changed.
const AFTER: Duration = Duration::from_hours(25);

/// The secrets from which visitors of a site's day are derived and tokens of views are signed. All environments share one
/// secret per site and day, which the first of them creates.
///
/// Once a secret is deleted, an address and a user agent cannot be linked to a visitor of that day any more.
#[derive(Default)]
pub struct Secrets(Mutex<BTreeMap<(Site, Bucket), Secret>>);

impl Secrets {
    /// Returns the secret of a new view's day, and creates it if needed.
    ///
    /// # Errors
    /// The store's error.
    pub async fn current(&self, store: &dyn Store, site: &Site, view: ViewId) -> Result<Secret, StoreError> {
        let today = view.day();
        if let Some(secret) = self.get(store, site, today).await? {
            return Ok(secret);
        }
        // DynamoDB may take days to delete expired items. Deleting comes first, so that the next request retries a failure.
        let yesterday = bucket(today.minus(1));
        store.delete_secrets_before(site, yesterday).await?;
        let secret = make(store, site, bucket(today), end_of_day(view).plus(AFTER)).await?;
        self.store(site, bucket(today), secret);
        Ok(secret)
    }

    /// Returns the secret of a day, if it has one.
    ///
    /// # Errors
    /// The store's error.
    pub async fn get(&self, store: &dyn Store, site: &Site, day: Day) -> Result<Option<Secret>, StoreError> {
        let bucket = bucket(day);
        let cached = self.cache().get(&(site.clone(), bucket)).copied();
        if cached.is_some() {
            return Ok(cached);
        }
        Ok(store.secret(site, bucket).await?.inspect(|secret| self.store(site, bucket, *secret)))
    }

    /// Caches a secret, and drops those of the site that may be deleted.
    fn store(&self, site: &Site, bucket: Bucket, secret: Secret) {
        let mut cache = self.cache();
        let oldest = Bucket::new(bucket.granularity(), bucket.first().minus(1));
        cache.retain(|(other, cached), _| other != site || *cached >= oldest);
        cache.insert((site.clone(), bucket), secret);
    }

    /// No code that can panic runs under the lock, so a poisoned lock guards consistent data.
    fn cache(&self) -> MutexGuard<'_, BTreeMap<(Site, Bucket), Secret>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bucket(day: Day) -> Bucket {
    Bucket::new(Granularity::Day, day)
}

async fn make(store: &dyn Store, site: &Site, bucket: Bucket, expires: Moment) -> Result<Secret, StoreError> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(StoreError::new)?;
    let secret = Secret(secret);
    match store.offer_secret(site, bucket, secret, expires).await? {
        Offer::Taken => Ok(secret),
        Offer::Refused => store
            .secret(site, bucket)
            .await?
            .ok_or_else(|| StoreError::new("the secret of today was deleted while it was read")),
    }
}

/// Returns the end of a view's day, or a time of the hour after it.
fn end_of_day(view: ViewId) -> Moment {
    view.time.plus(Duration::from_hours(24 - u64::from(view.hour())))
}
