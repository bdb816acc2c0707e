//! Estimates of how many different visitors came in a period, from the sketches of its days and months.

use std::iter;

use analytics::{Bucket, Day, Granularity, Item, STANDARD_ERROR_PERCENT, Site, Sketch, keys};
use analytics_store::{Batches, ReadTables, StoreError, Table};
use futures_util::future::try_join_all;
use serde::Serialize;

use super::period::Period;

/// An estimate of unique visitors.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UniqueVisitors {
    /// People who came in several months count once per month.
    pub estimate: u64,
    /// Standard error of the estimate in percent.
    pub standard_error_percent: f64,
    /// First day of the period whose visitors are in the estimate.
    pub from: String,
    /// Number of months whose estimates are added up.
    pub months: usize,
}

impl UniqueVisitors {
    /// Returns the estimate within exact bounds: at least the visitors of one day, and at most those of all days.
    #[must_use]
    pub fn within(&self, least: i64, most: i64) -> Self {
        let [least, most] = [least, most].map(|visitors| u64::try_from(visitors).unwrap_or_default());
        Self { estimate: self.estimate.min(most).max(least), ..self.clone() }
    }
}

/// Estimates the unique visitors of a period; none if it has no sketch.
///
/// # Errors
/// The error of the store.
pub async fn unique_visitors(
    store: &dyn ReadTables,
    site: &Site,
    period: Period,
) -> Result<Option<UniqueVisitors>, StoreError> {
    let parts = parts(period);
    let parts = try_join_all(parts.into_iter().map(|(from, to)| sketches(store, site, from, to))).await?;
    let Some(from) = parts.iter().flatten().map(|(_, since, _)| *since).min() else { return Ok(None) };
    // Days of a part are of one month, in which a visitor has the same mark.
    let mut months: Vec<(Bucket, Sketch)> = Vec::new();
    for (month, _, sketch) in parts.into_iter().flatten() {
        match months.iter_mut().find(|(other, _)| *other == month) {
            Some((_, sum)) => sum.merge(&sketch),
            None => months.push((month, sketch)),
        }
    }
    let estimate: f64 = months.iter().map(|(_, sketch)| sketch.estimate()).sum();
    Ok(Some(UniqueVisitors {
        estimate: whole(estimate),
        standard_error_percent: STANDARD_ERROR_PERCENT,
        from: from.to_string(),
        months: months.len(),
    }))
}

/// Returns the buckets of a period, from the first to the last of each range: months that it covers, and days of others.
fn parts(period: Period) -> Vec<(Bucket, Bucket)> {
    let (first, last) = (period.first_day(), period.last_day());
    let month = |day| Bucket::new(Granularity::Month, day);
    let day = |day| Bucket::new(Granularity::Day, day);
    let months = iter::successors(Some(month(first)), |month| month.next());
    let mut parts: Vec<(Bucket, Bucket)> = Vec::new();
    for month in months.take_while(|month| month.first() <= last) {
        let is_covered = first <= month.first() && month.last() <= last;
        match parts.last_mut() {
            Some((_, to)) if is_covered && to.granularity() == Granularity::Month => *to = month,
            _ if is_covered => parts.push((month, month)),
            _ => parts.push((day(first.max(month.first())), day(last.min(month.last())))),
        }
    }
    parts
}

/// Reads sketches, with their months and the days on which they begin. Skips items that cannot be decoded.
async fn sketches(
    store: &dyn ReadTables,
    site: &Site,
    from: Bucket,
    to: Bucket,
) -> Result<Vec<(Bucket, Day, Sketch)>, StoreError> {
    let sections = keys::sketches(site, from, to);
    let mut batches = Batches::new(store, Table::Totals, &sections);
    let mut found = Vec::new();
    while let Some(items) = batches.next().await? {
        found.extend(items.iter().filter_map(decode));
    }
    Ok(found)
}

fn decode(item: &Item) -> Option<(Bucket, Day, Sketch)> {
    let decoded = Sketch::decode_since(item).and_then(|since| Ok((since, Sketch::decode(item)?)));
    let (since, sketch) = decoded.inspect_err(|error| tracing::warn!(%error, "sketch left out of an estimate")).ok()?;
    Some((Bucket::new(Granularity::Month, since), since, sketch))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an estimate is not negative")]
fn whole(estimate: f64) -> u64 {
    estimate.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::By;

    fn ranges(from: &str, to: &str) -> Vec<String> {
        let period =
            Period::covering(By::Bucket(Granularity::Day), from.parse().unwrap(), to.parse().unwrap()).unwrap();
        parts(period).into_iter().map(|(from, to)| format!("{from} to {to}")).collect()
    }

    #[test]
    fn a_period_has_whole_months_and_days_of_others() {
        for (from, to, expected) in [
            ("2026-11-05", "2026-11-20", vec!["2026-11-05 to 2026-11-20"]),
            ("2026-11-01", "2026-11-30", vec!["2026-11 to 2026-11"]),
            ("2026-11-05", "2026-12-04", vec!["2026-11-05 to 2026-11-30", "2026-12-01 to 2026-12-04"]),
            (
                "2026-10-31",
                "2027-02-01",
                vec!["2026-10-31 to 2026-10-31", "2026-11 to 2027-01", "2027-02-01 to 2027-02-01"],
            ),
            ("9999-12-31", "9999-12-31", vec!["9999-12-31 to 9999-12-31"]),
        ] {
            assert_eq!(ranges(from, to), expected);
        }
    }

    #[test]
    fn estimates_are_rounded() {
        assert_eq!([0.0, 1.4, 1.6, 1e6].map(whole), [0, 1, 2, 1_000_000]);
    }
}
