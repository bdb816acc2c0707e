use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};

use analytics::keys::Sections;
use analytics::{Day, DayTally, DecodeError, Dimension, Record, Site, Total, keys};
use analytics_store::{Batches, ReadTables, Table};
use futures_util::future::try_join_all;
use http::StatusCode;
use reply::Error;

use super::figures::Figures;
use super::filter::Filter;
use super::period::Period;
use crate::store_error::store_error;

/// Maximum number of items read for a report: DynamoDB returns some 35,000 per second, and a request has 13 seconds.
const MOST_ITEMS: usize = 100_000;

/// Number of items read for a report.
#[derive(Default)]
struct Budget(AtomicUsize);

impl Budget {
    /// Takes items, unless they are more than a report may read.
    fn take(&self, items: usize, too_many: impl FnOnce() -> Error) -> Result<(), Error> {
        let read = self.0.fetch_add(items, Ordering::Relaxed) + items;
        if read > MOST_ITEMS { Err(too_many()) } else { Ok(()) }
    }
}

/// Parts of a period whose views are read concurrently, each with one query. Each holds a batch of up to 1 MB, and a small
/// function has memory for four.
const SPANS: usize = 4;

/// Sums up the totals of a period, and of the one before.
///
/// # Errors
/// `TooManyTotals`, and the error of the store.
pub async fn totals(store: &dyn ReadTables, site: &Site, period: Period, previous: Period) -> Result<Figures, Error> {
    let summaries = keys::summaries(site, previous.from(), period.to());
    let values = Dimension::OPEN.map(|dimension| keys::values(site, dimension, period.from(), period.to()));
    let all: Vec<Sections> = values.into_iter().chain([summaries]).collect();
    let budget = Budget::default();
    let parts = try_join_all(all.iter().map(|sections| totals_in(store, sections, period, &budget))).await?;
    Ok(sum(period, parts))
}

async fn totals_in(
    store: &dyn ReadTables,
    sections: &Sections,
    period: Period,
    budget: &Budget,
) -> Result<Figures, Error> {
    let mut figures = Figures::new(period);
    let mut batches = Batches::new(store, Table::Totals, sections);
    while let Some(items) = batches.next().await.map_err(store_error)? {
        budget.take(items.len(), too_many_totals)?;
        for item in items {
            match Total::decode(&item) {
                Ok(total) => figures.add(total.key, &total.counts),
                Err(error) => leave_out(&mut figures, &error),
            }
        }
    }
    Ok(figures)
}

/// Counts the views of a period, and of the one before, that match a filter and are in the totals.
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
    let budget = Budget::default();
    let last = period.last_day().min(today);
    let days: Vec<Day> = previous.unwrap_or(period).first_day().through(last).collect();
    let spans = days.chunks(days.len().div_ceil(SPANS).max(1)).filter_map(|days| Some((*days.first()?, *days.last()?)));
    let parts = try_join_all(spans.map(|span| views_between(store, site, span, period, filter, &budget))).await?;
    Ok(sum(period, parts))
}

async fn views_between(
    store: &dyn ReadTables,
    site: &Site,
    (first, last): (Day, Day),
    period: Period,
    filter: &Filter,
    budget: &Budget,
) -> Result<Figures, Error> {
    let mut figures = Figures::new(period);
    let (mut day, mut tally) = (first, DayTally::default());
    let sections = keys::views_between(site, first, last);
    let mut batches = Batches::new(store, Table::Views, &sections);
    while let Some(items) = batches.next().await.map_err(store_error)? {
        budget.take(items.len(), too_many_views)?;
        for item in items {
            match Record::decode(&item) {
                Ok(record) if record.counted && filter.matches(&record.view) => {
                    let recorded = record.view.id.time.day();
                    if recorded != day {
                        figures.add_day(mem::take(&mut tally));
                        day = recorded;
                    }
                    tally.add(&record);
                }
                Ok(_) => {}
                Err(error) => leave_out(&mut figures, &error),
            }
        }
    }
    figures.add_day(tally);
    Ok(figures)
}

fn sum(period: Period, parts: impl IntoIterator<Item = Figures>) -> Figures {
    let mut sum = Figures::new(period);
    parts.into_iter().for_each(|part| sum.merge(part));
    sum
}

/// Leaves an item out that cannot be decoded: it does not break the report.
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
        "With filters, a report is counted from the views, of which at most {MOST_ITEMS} are read. Ask for a shorter \
         period, or leave the filters out."
    );
    Error::client(StatusCode::UNPROCESSABLE_ENTITY, "TooManyViews", detail)
}
