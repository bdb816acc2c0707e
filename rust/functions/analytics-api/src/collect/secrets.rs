use std::sync::Mutex;
use std::time::Duration;

use analytics::{Bucket, Day, Granularity, Moment, Site, ViewId};

use super::store::{Offer, Secret, Store, StoreError};
use crate::lock::lock;

/// Time for which a secret is stored after its bucket: as long as an open page may report, and an hour by which the clock may
/// be changed.
const AFTER: Duration = Duration::from_hours(25);

/// The secrets of a site's days and months. Visitors of a day are derived from the secret of the day, which also signs the
/// tokens of its views. All environments share one secret per site and bucket, which the first of them creates.
///
/// Once a secret is deleted, an address and a user agent cannot be linked to a visitor of that time any more.
#[derive(Default)]
pub struct Secrets(Mutex<Vec<CachedSecret>>);

struct CachedSecret {
    site: Site,
    bucket: Bucket,
    secret: Secret,
}

impl Secrets {
    /// Returns the secret of a new view's day, and creates it if needed.
    ///
    /// # Errors
    /// The store's error.
    pub async fn of_day(&self, store: &dyn Store, site: &Site, view: ViewId) -> Result<Secret, StoreError> {
        // Pages that were opened yesterday may be left today.
        let yesterday = Bucket::new(Granularity::Day, view.day().minus(1));
        self.current(store, site, view, yesterday).await
    }

    /// Returns the secret of a new view's month, and creates it if needed.
    ///
    /// # Errors
    /// The store's error.
    pub async fn of_month(&self, store: &dyn Store, site: &Site, view: ViewId) -> Result<Secret, StoreError> {
        self.current(store, site, view, Bucket::new(Granularity::Month, view.day())).await
    }

    /// Returns the secret of a day, if it has one.
    ///
    /// # Errors
    /// The store's error.
    pub async fn get(&self, store: &dyn Store, site: &Site, day: Day) -> Result<Option<Secret>, StoreError> {
        self.find(store, site, Bucket::new(Granularity::Day, day)).await
    }

    /// Returns the current secret of a granularity, and deletes those before the `oldest` if there is none.
    async fn current(
        &self,
        store: &dyn Store,
        site: &Site,
        view: ViewId,
        oldest: Bucket,
    ) -> Result<Secret, StoreError> {
        let bucket = Bucket::new(oldest.granularity(), view.day());
        if let Some(secret) = self.find(store, site, bucket).await? {
            return Ok(secret);
        }
        // DynamoDB may take days to delete expired items. Deleting comes first, so that the next request retries a failure.
        store.delete_secrets_before(site, oldest).await?;
        let secret = make(store, site, bucket, end(bucket, view).plus(AFTER)).await?;
        self.store(site, bucket, secret);
        Ok(secret)
    }

    async fn find(&self, store: &dyn Store, site: &Site, bucket: Bucket) -> Result<Option<Secret>, StoreError> {
        let cached = lock(&self.0)
            .iter()
            .find(|cached| cached.site == *site && cached.bucket == bucket)
            .map(|cached| cached.secret);
        if cached.is_some() {
            return Ok(cached);
        }
        Ok(store.secret(site, bucket).await?.inspect(|secret| self.store(site, bucket, *secret)))
    }

    /// Caches a secret, and drops the older ones of the site, except for that of the bucket before.
    fn store(&self, site: &Site, bucket: Bucket, secret: Secret) {
        let mut cache = lock(&self.0);
        let before = Bucket::new(bucket.granularity(), bucket.first().minus(1));
        cache.retain(|cached| {
            cached.site != *site
                || cached.bucket.granularity() != bucket.granularity()
                || (cached.bucket >= before && cached.bucket != bucket)
        });
        cache.push(CachedSecret { site: site.clone(), bucket, secret });
    }
}

async fn make(store: &dyn Store, site: &Site, bucket: Bucket, expires: Moment) -> Result<Secret, StoreError> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(StoreError::new)?;
    let secret = Secret(secret);
    match store.offer_secret(site, bucket, secret, expires).await? {
        Offer::Stored => Ok(secret),
        Offer::Exists => store
            .secret(site, bucket)
            .await?
            .ok_or_else(|| StoreError::new("the current secret was deleted while it was read")),
    }
}

/// Returns a time between the end of a view's bucket and one hour later.
fn end(bucket: Bucket, view: ViewId) -> Moment {
    let days = Duration::from_hours(24 * view.day().days_until(bucket.last()));
    view.time.plus(Duration::from_hours(24 - u64::from(view.hour()))).plus(days)
}
