use analytics::{Bucket, Count, Counter, Dimension, Granularity, Record, Referrer, TotalKey, View, keys};
use analytics_trigger::store::Failure;

use crate::place::Place;

/// Count views as a plain trigger does, which counts those twice that are delivered twice.
///
/// # Errors
/// The store's.
pub async fn count(place: &Place, views: &[Record]) -> Result<(), Failure> {
    for Record { view, .. } in views {
        for (counter, count) in counts(view) {
            add_one(place, view, counter, count).await?;
        }
        if let Some(visitor) = view.visitor
            && place.mark(keys::visitor(&view.site, view.id.time.day(), visitor), view).await?
        {
            add_one(place, view, Counter::Summary, Count::Visitors).await?;
        }
    }
    Ok(())
}

async fn add_one(place: &Place, view: &View, counter: Counter, count: Count) -> Result<(), Failure> {
    for granularity in Granularity::ALL {
        let bucket = Bucket::of(granularity, view.id.time.day());
        let key = TotalKey { site: view.site.clone(), bucket, counter: counter.clone() };
        place.add_one(keys::total(&key, 0), count.clone()).await?;
    }
    Ok(())
}

fn counts(view: &View) -> impl Iterator<Item = (Counter, Count)> {
    let of = |dimension, value: &str| Some((Counter::Summary, Count::Of(dimension, value.to_owned())));
    let value = |dimension, value: &str| Some((Counter::Value(dimension, value.to_owned()), Count::Views));
    [
        Some((Counter::Summary, Count::Views)),
        of(Dimension::Browser, &view.agent.browser),
        of(Dimension::System, &view.agent.system),
        of(Dimension::Device, view.agent.device.name()),
        view.country.as_deref().and_then(|country| of(Dimension::Country, country)),
        value(Dimension::Page, view.page.as_str()),
        view.referrer.as_ref().map(Referrer::as_str).and_then(|referrer| value(Dimension::Referrer, referrer)),
    ]
    .into_iter()
    .flatten()
}
