use std::collections::BTreeMap;
use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};

use analytics::keys::Sections;
use analytics::{Bucket, Day, DayTally, DecodeError, Dimension, Record, Site, Total, keys};
use analytics_store::{Batches, ReadTables, Table};
use futures_util::future::try_join_all;
use http::StatusCode;
use reply::Error;

use super::details::DayDetails;
use super::figures::Figures;
use super::filter::Filter;
use super::period::{By, Hour, Period};

/// Maximum number of items read for a report: DynamoDB returns some 35,000 per second, and a request has 13 seconds.
const MOST_ITEMS: usize = 100_000;

/// Maximum number of views read for the details of a report that is read from the totals: they take less than a second.
pub const MOST_DETAILED: usize = 20_000;

/// Number of items that may be read.
struct Budget {
    most: usize,
    read: AtomicUsize,
}

impl Budget {
    fn new(most: usize) -> Self {
        Self { most, read: AtomicUsize::new(0) }
    }

    /// Takes items, and returns whether that many may be read.
    fn allows(&self, items: usize) -> bool {
        self.read.fetch_add(items, Ordering::Relaxed) + items <= self.most
    }
}

/// Parts of a period whose views are read concurrently, each with one query. Each holds a batch of up to 1 MB, and a small
/// function has memory for four.
const SPANS: usize = 4;

/// Sums up the totals of a period, and of the one to compare with.
///
/// # Errors
/// `TooManyTotals`, and the error of the store.
pub async fn totals(
    store: &dyn ReadTables,
    site: &Site,
    period: Period,
    previous: Option<Period>,
) -> Result<Figures, Error> {
    let bucket = |day| Bucket::new(period.granularity(), day);
    let ranges = ranges(period, previous);
    let summaries = ranges.into_iter().map(|(first, last)| keys::summaries(site, bucket(first), bucket(last)));
    let values = Dimension::OPEN.map(|dimension| keys::values(site, dimension, period.from(), period.to()));
    let all: Vec<Sections> = values.into_iter().chain(summaries).collect();
    let budget = Budget::new(MOST_ITEMS);
    let parts = try_join_all(all.iter().map(|sections| totals_in(store, sections, period, &budget))).await?;
    Ok(sum(period, parts))
}

/// Returns the days of a period and of the one to compare with, each day once: in two ranges if there are days between
/// them.
fn ranges(period: Period, previous: Option<Period>) -> Vec<(Day, Day)> {
    let days = |period: Period| (period.first_day(), period.last_day());
    let own = days(period);
    let Some(other) = previous.map(days) else { return vec![own] };
    if own.1.plus(1) < other.0 || other.1.plus(1) < own.0 {
        return vec![own, other];
    }
    vec![(own.0.min(other.0), own.1.max(other.1))]
}

async fn totals_in(
    store: &dyn ReadTables,
    sections: &Sections,
    period: Period,
    budget: &Budget,
) -> Result<Figures, Error> {
    let mut figures = Figures::new(period);
    let mut batches = Batches::new(store, Table::Totals, sections);
    while let Some(items) = batches.next().await? {
        if !budget.allows(items.len()) {
            return Err(too_many_totals());
        }
        for item in items {
            match Total::decode(&item) {
                Ok(total) => figures.add(total.key, &total.counts),
                Err(error) => leave_out(&mut figures, &error),
            }
        }
    }
    Ok(figures)
}

/// Counts the views of a period, and of the one to compare with, that match a filter and are in the totals.
///
/// # Errors
/// `TooManyViews`, and the error of the store.
pub async fn views(
    store: &dyn ReadTables,
    site: &Site,
    (period, previous): (Period, Option<Period>),
    filter: &Filter,
    today: Day,
) -> Result<Figures, Error> {
    let ranges: Vec<_> = ranges(period, previous).into_iter().map(|(first, last)| (first, last.min(today))).collect();
    views_of(store, site, &ranges, period, filter, &Budget::new(MOST_ITEMS)).await?.ok_or_else(too_many_views)
}

/// Counts the views of some days of a period that are in the totals; none if they are more than [`MOST_DETAILED`].
///
/// # Errors
/// The error of the store.
pub async fn details(
    store: &dyn ReadTables,
    site: &Site,
    days: (Day, Day),
    period: Period,
) -> Result<Option<Figures>, Error> {
    views_of(store, site, &[days], period, &Filter::default(), &Budget::new(MOST_DETAILED)).await
}

/// Counts the views of ranges of days; none if the budget ends.
async fn views_of(
    store: &dyn ReadTables,
    site: &Site,
    ranges: &[(Day, Day)],
    period: Period,
    filter: &Filter,
    budget: &Budget,
) -> Result<Option<Figures>, Error> {
    let ranges: Vec<Vec<Day>> = ranges.iter().map(|(first, last)| first.through(*last).collect()).collect();
    // The last span of each range may be a short one.
    let full_spans = (SPANS + 1).saturating_sub(ranges.len()).max(1);
    let length = ranges.iter().map(Vec::len).sum::<usize>().div_ceil(full_spans).max(1);
    let spans = ranges.iter().flat_map(|days| days.chunks(length));
    let spans = spans.filter_map(|days| Some((*days.first()?, *days.last()?)));
    let parts = try_join_all(spans.map(|span| views_between(store, site, span, period, filter, budget))).await?;
    let parts: Option<Vec<Figures>> = parts.into_iter().collect();
    let mut figures = parts.map(|parts| sum(period, parts));
    if let Some(figures) = &mut figures {
        figures.details.get_or_insert_default();
    }
    Ok(figures)
}

async fn views_between(
    store: &dyn ReadTables,
    site: &Site,
    (first, last): (Day, Day),
    period: Period,
    filter: &Filter,
    budget: &Budget,
) -> Result<Option<Figures>, Error> {
    let mut figures = Figures::new(period);
    let mut day = DayViews::new(first);
    let sections = keys::views_between(site, first, last);
    let mut batches = Batches::new(store, Table::Views, &sections);
    while let Some(items) = batches.next().await? {
        if !budget.allows(items.len()) {
            return Ok(None);
        }
        for item in items {
            match Record::decode(&item) {
                Ok(record) if record.counted => {
                    let recorded = record.view.id.day();
                    if recorded != day.day {
                        mem::replace(&mut day, DayViews::new(recorded)).add_to(&mut figures);
                    }
                    day.add(&record, filter, period.by());
                }
                Ok(_) => {}
                Err(error) => leave_out(&mut figures, &error),
            }
        }
    }
    day.add_to(&mut figures);
    Ok(Some(figures))
}

/// The views of a day.
struct DayViews {
    day: Day,
    tally: DayTally,
    hours: BTreeMap<u8, DayTally>,
    details: DayDetails,
}

impl DayViews {
    fn new(day: Day) -> Self {
        Self { day, tally: DayTally::default(), hours: BTreeMap::new(), details: DayDetails::default() }
    }

    fn add(&mut self, record: &Record, filter: &Filter, by: By) {
        let is_wanted = filter.matches(&record.view);
        self.details.add(&record.view, is_wanted);
        if is_wanted {
            self.tally.add(record);
            if by == By::Hour {
                self.hours.entry(record.view.id.hour()).or_default().add(record);
            }
        }
    }

    fn add_to(self, figures: &mut Figures) {
        figures.add_day(self.tally);
        for (hour, views) in self.hours {
            figures.add_hour(Hour { day: self.day, hour }, views);
        }
        let period = figures.period();
        if (period.first_day()..=period.last_day()).contains(&self.day) {
            figures.add_details(self.details);
        }
    }
}

fn sum(period: Period, parts: impl IntoIterator<Item = Figures>) -> Figures {
    let mut sum = Figures::new(period);
    parts.into_iter().for_each(|part| sum.merge(part));
    sum
}

/// Skips an item that cannot be decoded, so that it does not break the report.
fn leave_out(figures: &mut Figures, DecodeError { attribute, problem }: &DecodeError) {
    tracing::warn!(attribute, %problem, "item left out of a report");
    figures.unreadable += 1;
}

fn too_many_totals() -> Error {
    let detail = format!(
        "The period has more than {MOST_ITEMS} totals of pages, referrers and campaigns. Ask for a shorter period, or \
         for by=week or by=month."
    );
    Error::client(StatusCode::UNPROCESSABLE_ENTITY, "TooManyTotals", detail)
}

fn too_many_views() -> Error {
    let detail = format!(
        "Reports with filters, by hour, or for a table of details are computed from stored views, and this one needs more \
         than {MOST_ITEMS}. Choose a shorter period, or omit the filters, by=hour or the table."
    );
    Error::client(StatusCode::UNPROCESSABLE_ENTITY, "TooManyViews", detail)
}
