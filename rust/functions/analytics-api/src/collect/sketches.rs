use std::sync::Mutex;
use std::time::Duration;

use analytics::{Bucket, Granularity, Mark, Site, Sketch, ViewId};
use futures_util::future::try_join;
use tokio::time::timeout;

use super::client::Identity;
use super::secrets::Secrets;
use super::store::{Store, StoreError};
use super::visitor::visitor;
use crate::lock::lock;

/// Maximum time that a view waits for its sketches.
const TIMEOUT: Duration = Duration::from_millis(100);

/// The sketches of a site's current day and month, from which unique visitors are estimated.
///
/// A visitor has the same mark in all sketches of a month. It is derived from the secret of the month, and is not stored
/// with the view. A mark that the cached sketch has costs no call.
#[derive(Default)]
pub struct Sketches(Mutex<Vec<CachedSketch>>);

struct CachedSketch {
    site: Site,
    bucket: Bucket,
    sketch: Sketch,
}

impl Sketches {
    /// Adds the visitor of a new view. A failure is logged: the view is counted without an estimate.
    pub async fn add(&self, store: &dyn Store, secrets: &Secrets, site: &Site, view: ViewId, client: &Identity) {
        let result = match timeout(TIMEOUT, self.try_add(store, secrets, site, view, client)).await {
            Ok(result) => result,
            Err(_) => Err(StoreError::transient(format!("a sketch took over {TIMEOUT:?}"))),
        };
        if let Err(error) = result {
            powertools::count("SketchFailures", 1);
            tracing::warn!(%site, %error, "visitor left out of the estimate");
        }
    }

    async fn try_add(
        &self,
        store: &dyn Store,
        secrets: &Secrets,
        site: &Site,
        view: ViewId,
        client: &Identity,
    ) -> Result<(), StoreError> {
        let secret = secrets.of_month(store, site, view).await?;
        let [a, b, c, d, e, f, g, h, ..] = visitor(&secret, site, client).map_err(StoreError::new)?;
        let mark = Mark::from_hash(u64::from_be_bytes([a, b, c, d, e, f, g, h]));
        let raise = |granularity| self.raise(store, site, view, granularity, mark);
        try_join(raise(Granularity::Day), raise(Granularity::Month)).await?;
        Ok(())
    }

    async fn raise(
        &self,
        store: &dyn Store,
        site: &Site,
        view: ViewId,
        granularity: Granularity,
        mark: Mark,
    ) -> Result<(), StoreError> {
        let bucket = Bucket::new(granularity, view.day());
        let is_marked =
            |cached: &CachedSketch| cached.site == *site && cached.bucket == bucket && cached.sketch.has(mark);
        if lock(&self.0).iter().any(is_marked) {
            return Ok(());
        }
        let sketch = store.raise_register(site, bucket, mark, view.day()).await?;
        let mut cache = lock(&self.0);
        cache.retain(|cached| cached.site != *site || cached.bucket.granularity() != granularity);
        cache.push(CachedSketch { site: site.clone(), bucket, sketch });
        Ok(())
    }
}
