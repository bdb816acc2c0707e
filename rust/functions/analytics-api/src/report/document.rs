//! The report as JSON.

use std::collections::BTreeMap;

use analytics::{Bucket, Count, Counts, Dimension, label};
use serde::{Serialize, Serializer};

use super::figures::Figures;
use super::filter::Filter;
use super::period::Period;
use crate::collect::is_ai_crawler;

/// The numbers of a site in a period and in the previous one.
#[derive(Serialize)]
pub struct Report<'a> {
    /// The site.
    pub site: &'a str,
    /// `day`, `week` or `month`.
    pub by: &'static str,
    /// The period.
    #[serde(flatten)]
    pub part: Part,
    /// The values to filter by, by dimension.
    pub filters: BTreeMap<&'static str, &'a str>,
    /// The previous period of the same length; null if a filtered report would need expired views.
    pub previous: Option<Part>,
    /// A note about the numbers, if they need one.
    pub note: Option<String>,
    /// The values of each dimension. Views by bots are only in the list of bots.
    #[serde(flatten)]
    pub lists: Lists<'a>,
    /// Referrers grouped by source, such as Google.
    pub sources: Sources<'a>,
    /// Bots that collect for artificial intelligence.
    #[serde(rename = "aiCrawlers")]
    pub ai_crawlers: List<'a>,
    /// Number of items that cannot be decoded. They are in no number.
    pub unreadable: u64,
}

/// A period and its numbers.
#[derive(Serialize)]
pub struct Part {
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// Numbers of the whole period.
    pub totals: Numbers,
    /// Every bucket, the earliest first.
    pub series: Vec<Point>,
}

/// A bucket and its numbers.
#[derive(Serialize)]
pub struct Point {
    /// Its name, such as `2026-11-21`, `2026-W47` or `2026-11`.
    pub bucket: String,
    /// Its numbers.
    #[serde(flatten)]
    pub numbers: Numbers,
}

/// The numbers of a bucket, or of several.
///
/// A visitor is identified for one day only, so the visitors of a longer time are the sum of its days.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Numbers {
    /// Views by people.
    pub views: i64,
    /// Visitors, each once a day.
    pub visitors: i64,
    /// Views by bots.
    pub bots: i64,
    /// Average duration of a view in milliseconds; null if none was measured.
    pub average_duration_ms: Option<i64>,
    /// Average scroll depth in percent; null if none was measured.
    pub average_scroll_percent: Option<i64>,
    /// Number of measured views.
    pub measured: i64,
}

/// The list of each dimension.
pub struct Lists<'a>([(Dimension, List<'a>); Dimension::ALL.len()]);

impl<'a> Lists<'a> {
    /// Returns the lists, in the order of reports.
    pub fn iter(&self) -> impl Iterator<Item = (Dimension, &List<'a>)> {
        self.0.iter().map(|(dimension, list)| (*dimension, list))
    }
}

impl Serialize for Lists<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(dimension, list)| (dimension.plural(), list)))
    }
}

/// Values with their views, the most views first.
#[derive(Serialize)]
pub struct List<'a> {
    /// The first values.
    pub rows: Vec<Row<'a>>,
    /// Number of all values.
    pub all: usize,
}

/// A value and its views.
#[derive(Serialize)]
pub struct Row<'a> {
    /// The value.
    pub value: &'a str,
    /// Views by people, or by bots.
    pub views: i64,
}

/// Sources with their views, the most views first.
#[derive(Serialize)]
pub struct Sources<'a> {
    /// The first sources.
    pub rows: Vec<Source<'a>>,
    /// Number of all sources.
    pub all: usize,
}

/// A source of visitors.
#[derive(Serialize)]
pub struct Source<'a> {
    /// Its name, or its host if it has no name.
    pub value: &'a str,
    /// Views by people.
    pub views: i64,
    /// Hosts and apps of the source.
    pub referrers: Vec<Row<'a>>,
}

impl<'a> Sources<'a> {
    fn new(figures: &'a Figures, limit: usize) -> Self {
        let mut sources: BTreeMap<&'a str, Source<'a>> = BTreeMap::new();
        for (value, views) in figures.values(Dimension::Referrer) {
            let name = label::source(value).unwrap_or(value);
            let source = sources.entry(name).or_insert_with(|| Source { value: name, views: 0, referrers: Vec::new() });
            source.views = source.views.saturating_add(views);
            source.referrers.push(Row { value, views });
        }
        let all = sources.len();
        let mut rows: Vec<Source<'a>> = sources.into_values().collect();
        rows.sort_by_key(|source| (-source.views, source.value));
        rows.truncate(limit);
        Self { rows, all }
    }
}

impl<'a> Report<'a> {
    /// Creates a report of figures, with lists of at most `limit` rows.
    pub fn new(
        site: &'a str,
        filter: &'a Filter,
        figures: &'a Figures,
        previous: Option<Period>,
        limit: usize,
    ) -> Self {
        let period = figures.period();
        let part = Part::new(figures, period);
        let note = note(filter, &part.totals);
        Self {
            site,
            note,
            by: period.by().name(),
            part,
            filters: filter.named(),
            previous: previous.map(|previous| Part::new(figures, previous)),
            lists: Lists(Dimension::ALL.map(|dimension| (dimension, List::new(figures, dimension, limit)))),
            sources: Sources::new(figures, limit),
            ai_crawlers: List::ai_crawlers(figures, limit),
            unreadable: figures.unreadable,
        }
    }
}

/// Returns a note for a filter that matches no view, which looks like a mistake.
fn note(filter: &Filter, totals: &Numbers) -> Option<String> {
    let named = filter.named();
    if named.is_empty() || totals.views > 0 || totals.bots > 0 {
        return None;
    }
    let values: Vec<String> = named.iter().map(|(name, value)| format!("{name} {value}")).collect();
    Some(format!("No view of this time has {}.", values.join(" and ")))
}

impl Part {
    fn new(figures: &Figures, period: Period) -> Self {
        Self {
            from: period.first_day().to_string(),
            to: period.last_day().to_string(),
            totals: Numbers::sum(period.buckets().filter_map(|bucket| figures.bucket(bucket))),
            series: series(figures, period),
        }
    }
}

/// Returns the numbers of every bucket of a period.
pub fn series(figures: &Figures, period: Period) -> Vec<Point> {
    let point = |bucket: Bucket| Point { bucket: bucket.to_string(), numbers: Numbers::sum(figures.bucket(bucket)) };
    period.buckets().map(point).collect()
}

impl Numbers {
    fn sum<'a>(counts: impl IntoIterator<Item = &'a Counts>) -> Self {
        let (mut views, mut visitors, mut bots) = (0, 0, 0);
        let (mut measured, mut duration, mut scroll) = (0_i64, 0_i64, 0_i64);
        for (count, number) in counts.into_iter().flatten() {
            let total = match count {
                Count::Views => &mut views,
                Count::Visitors => &mut visitors,
                Count::Bots => &mut bots,
                Count::Measured => &mut measured,
                Count::DurationMs => &mut duration,
                Count::Scroll => &mut scroll,
                Count::Of(..) => continue,
            };
            *total = number.saturating_add(*total);
        }
        Self {
            views,
            visitors,
            bots,
            average_duration_ms: average(duration, measured),
            average_scroll_percent: average(scroll, measured),
            measured,
        }
    }
}

/// Rounds half up.
fn average(sum: i64, of: i64) -> Option<i64> {
    sum.saturating_add(of / 2).checked_div_euclid(of)
}

impl<'a> List<'a> {
    fn new(figures: &'a Figures, dimension: Dimension, limit: usize) -> Self {
        Self::first(&figures.values(dimension), limit)
    }

    fn ai_crawlers(figures: &'a Figures, limit: usize) -> Self {
        let mut values = figures.values(Dimension::Bot);
        values.retain(|(name, _)| is_ai_crawler(name));
        Self::first(&values, limit)
    }

    fn first(values: &[(&'a str, i64)], limit: usize) -> Self {
        let row = |&(value, views): &(&'a str, i64)| Row { value, views };
        Self { rows: values.iter().take(limit).map(row).collect(), all: values.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_are_rounded_and_there_is_none_of_nothing() {
        assert_eq!(average(0, 0), None);
        assert_eq!([1, 2, 3].map(|sum| average(sum, 2)), [Some(1), Some(1), Some(2)]);
        assert_eq!([3, 4, 5].map(|sum| average(sum, 3)), [Some(1), Some(1), Some(2)]);
    }
}
