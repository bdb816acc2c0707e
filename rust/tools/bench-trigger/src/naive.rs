use analytics::{Bucket, Count, Counter, Dimension, Granularity, Record, TotalKey, View, keys};
use analytics_store::StoreError;

use crate::place::Place;

/// Counts views as a naive trigger does; duplicates are counted twice.
///
/// # Errors
/// The store's error.
pub async fn count(place: &Place, views: &[Record]) -> Result<(), StoreError> {
    for Record { view, .. } in views {
        for (counter, count) in counts(view) {
            add_one(place, view, counter, count).await?;
        }
        if let Some(visitor) = view.visitor
            && place.mark(keys::visitor(&view.site, view.id.day(), visitor), view).await?
        {
            add_one(place, view, Counter::Summary, Count::Visitors).await?;
        }
    }
    Ok(())
}

async fn add_one(place: &Place, view: &View, counter: Counter, count: Count) -> Result<(), StoreError> {
    for granularity in Granularity::ALL {
        let bucket = Bucket::new(granularity, view.id.day());
        let key = TotalKey { site: view.site.clone(), bucket, counter: counter.clone() };
        place.add_one(keys::total(&key, 0), count.clone()).await?;
    }
    Ok(())
}

fn counts(view: &View) -> impl Iterator<Item = (Counter, Count)> {
    let values = Dimension::ALL.into_iter().filter_map(|dimension| {
        let value = view.value(dimension)?.to_owned();
        Some(if dimension.is_open() {
            (Counter::Value(dimension, value), Count::Views)
        } else {
            (Counter::Summary, Count::Of(dimension, value))
        })
    });
    [(Counter::Summary, Count::Views)].into_iter().chain(values)
}
