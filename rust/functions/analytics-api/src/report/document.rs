//! The report as JSON.

use std::collections::BTreeMap;

use analytics::{Count, Counts, Dimension, Granularity, label};
use serde::{Serialize, Serializer};

use super::column::Column;
use super::figures::{Figures, Row};
use super::filter::Filter;
use super::period::Period;
use super::query::ReportQuery;
use super::reports::Unique;
use super::search::Search;
use super::unique_visitors::UniqueVisitors;
use crate::collect::is_ai_crawler;

/// The numbers of a site in a period and in the previous one.
#[derive(Serialize)]
pub struct Report<'a> {
    /// The site.
    pub site: &'a str,
    /// Time zone of its days and hours, such as `Europe/Berlin`.
    #[serde(rename = "timeZone")]
    pub time_zone: &'a str,
    /// `hour`, `day`, `week` or `month`.
    pub by: &'static str,
    /// The period.
    #[serde(flatten)]
    pub part: Part,
    /// The values to filter by, by dimension.
    pub filters: BTreeMap<&'static str, &'a str>,
    /// The name of the comparison: `previous`, `year`, `dates` or `none`.
    pub compare: &'static str,
    /// The other period of the comparison; null for `none`, and if a filtered report would need expired views.
    pub previous: Option<Part>,
    /// A note about the numbers, if they need one.
    pub note: Option<String>,
    /// The stored views, from which `visitors` of rows and some lists are counted; null if they are too many.
    pub details: Option<Coverage>,
    /// The values of each column. Views by bots are only in the list of bots.
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
    /// Estimate of how many different visitors came; null with filters, and for days before sketches were stored.
    #[serde(rename = "uniqueVisitors")]
    pub unique_visitors: Option<UniqueVisitors>,
    /// Every bucket, the earliest first.
    pub series: Vec<Point>,
}

/// A bucket and its numbers.
#[derive(Serialize)]
pub struct Point {
    /// Its name, such as `2026-11-21T13:00`, `2026-11-21`, `2026-W47` or `2026-11`.
    pub bucket: String,
    /// Its numbers.
    #[serde(flatten)]
    pub numbers: Numbers,
}

/// The numbers of a bucket, or of several.
///
/// A visitor is identified for one day only, so the visitors of a longer time are the sum of its days. In a series by hour,
/// a visitor counts once in each hour.
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

/// The part of a period that lists from stored views cover.
#[derive(Serialize)]
pub struct Coverage {
    /// The first day whose views are stored.
    pub from: String,
    /// Stored views by people. If they are fewer than those of the totals, the others have expired.
    pub views: i64,
}

/// The list of each column.
pub struct Lists<'a>(Vec<(Column, Option<List<'a>>)>);

impl<'a> Lists<'a> {
    /// Returns the lists, in the order of reports; none for a column that needs stored views that were not read.
    pub fn iter(&self) -> impl Iterator<Item = (Column, Option<&List<'a>>)> {
        self.0.iter().map(|(column, list)| (*column, list.as_ref()))
    }
}

impl Serialize for Lists<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(column, list)| (column.plural(), list)))
    }
}

/// Values with their views, the most views first.
#[derive(Serialize)]
pub struct List<'a> {
    /// The first values that contain the text of `q`.
    pub rows: Vec<Row<'a>>,
    /// Number of all such values.
    pub all: usize,
}

/// Sources with their views, the most views first.
#[derive(Serialize)]
pub struct Sources<'a> {
    /// The first sources.
    pub rows: Vec<Source<'a>>,
    /// Number of all sources that contain the text of `q`.
    pub all: usize,
}

/// A source of visitors.
#[derive(Serialize)]
pub struct Source<'a> {
    /// Its name, or its host if it has no name.
    pub value: &'a str,
    /// Views by people.
    pub views: i64,
    /// Visitors, each once a day; null if not all views of the period are stored.
    pub visitors: Option<i64>,
    /// Hosts and apps of the source.
    pub referrers: Vec<Row<'a>>,
}

impl<'a> Sources<'a> {
    fn new(figures: &'a Figures, search: &Search, limit: usize) -> Self {
        let mut sources: BTreeMap<&'a str, Source<'a>> = BTreeMap::new();
        for row in figures.rows(Column::Counted(Dimension::Referrer)).unwrap_or_default() {
            let value = label::source(row.value).unwrap_or(row.value);
            let visitors = || figures.visitors_from(value);
            let source = sources.entry(value).or_insert_with(|| Source {
                value,
                views: 0,
                visitors: visitors(),
                referrers: Vec::new(),
            });
            source.views = source.views.saturating_add(row.views);
            source.referrers.push(row);
        }
        let has_text = |row: &Row<'_>| search.matches(row.value);
        sources.retain(|name, source| search.matches(name) || source.referrers.iter().any(has_text));
        let all = sources.len();
        let mut rows: Vec<Source<'a>> = sources.into_values().collect();
        rows.sort_by_key(|source| (-source.views, source.value));
        rows.truncate(limit);
        Self { rows, all }
    }
}

impl<'a> Report<'a> {
    /// Creates a report of figures, with lists of at most `limit` rows.
    pub fn new(wanted: &'a ReportQuery, figures: &'a Figures, unique: &'a Unique, limit: usize) -> Self {
        let ReportQuery { site, zone, compare, previous, retained, filter, search, .. } = wanted;
        let list = |column| (column, List::new(figures, column, search, limit));
        let period = figures.period();
        let part = Part::new(figures, period, unique.period.as_ref());
        let note = note(filter, &part.totals);
        Self {
            site: site.as_str(),
            time_zone: zone,
            note,
            by: period.by().name(),
            part,
            filters: filter.named(),
            compare: compare.name(),
            previous: previous.map(|previous| Part::new(figures, previous, unique.previous.as_ref())),
            details: figures
                .details
                .as_ref()
                .map(|details| Coverage { from: period.first_day().max(*retained).to_string(), views: details.views }),
            lists: Lists(Column::all().map(list).collect()),
            sources: Sources::new(figures, search, limit),
            ai_crawlers: List::ai_crawlers(figures, search, limit),
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
    Some(format!("No views in this period match {}.", values.join(" and ")))
}

impl Part {
    fn new(figures: &Figures, period: Period, unique_visitors: Option<&UniqueVisitors>) -> Self {
        let buckets = || period.buckets().filter_map(|bucket| figures.bucket(bucket));
        let totals = Numbers::sum(buckets());
        // Of a day, the number of visitors is known.
        let days = buckets().filter(|_| period.granularity() == Granularity::Day);
        let most_of_a_day = days.map(|counts| Numbers::sum([counts]).visitors).max().unwrap_or_default();
        Self {
            from: period.first_day().to_string(),
            to: period.last_day().to_string(),
            unique_visitors: unique_visitors.map(|unique| unique.within(most_of_a_day, totals.visitors)),
            totals,
            series: series(figures, period),
        }
    }
}

/// Returns the numbers of every bucket or hour of a period.
pub fn series(figures: &Figures, period: Period) -> Vec<Point> {
    let point = |(bucket, counts)| Point { bucket, numbers: Numbers::sum(counts) };
    figures.series(period).into_iter().map(point).collect()
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
    fn new(figures: &'a Figures, column: Column, search: &Search, limit: usize) -> Option<Self> {
        Some(Self::first(figures.rows(column)?, search, limit))
    }

    fn ai_crawlers(figures: &'a Figures, search: &Search, limit: usize) -> Self {
        let mut rows = figures.rows(Column::Counted(Dimension::Bot)).unwrap_or_default();
        rows.retain(|row| is_ai_crawler(row.value));
        Self::first(rows, search, limit)
    }

    fn first(mut rows: Vec<Row<'a>>, search: &Search, limit: usize) -> Self {
        rows.retain(|row| search.matches(row.value));
        let all = rows.len();
        rows.truncate(limit);
        Self { rows, all }
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
