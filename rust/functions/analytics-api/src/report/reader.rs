use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use analytics::keys::Sections;
use analytics::{Day, DecodeError, Dimension, Item, Record, Site, Tally, Total, Visitor, keys};
use futures_util::future::try_join_all;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use http::StatusCode;
use reply::Error;

use super::figures::Figures;
use super::filter::Filter;
use super::period::Period;
use super::store::{Store, Table};
use crate::store_failure::store_failure;

/// Items that are read for a report at most: DynamoDB gives some 35,000 a second, and a request has 13 seconds.
const MOST_ITEMS: usize = 100_000;

/// How many items were read for a report.
#[derive(Default)]
struct Budget(AtomicUsize);

impl Budget {
    /// Takes items, unless they are more than a report may read.
    fn take(&self, items: usize, too_many: impl FnOnce() -> Error) -> Result<(), Error> {
        let read = self.0.fetch_add(items, Ordering::Relaxed) + items;
        if read > MOST_ITEMS { Err(too_many()) } else { Ok(()) }
    }
}

/// Days whose views are read at the same time: with a page of 1 MB each, as many as a small function has memory for.
const DAYS_AT_ONCE: usize = 4;

/// Add up the totals of a period, and of the one before.
///
/// # Errors
/// `TooManyTotals`, and the store's failure.
pub async fn totals(store: &dyn Store, site: &Site, period: Period, previous: Period) -> Result<Figures, Error> {
    let summaries = keys::summaries(site, previous.from(), period.to());
    let values = Dimension::OPEN.map(|dimension| keys::values(site, dimension, period.from(), period.to()));
    let all: Vec<Sections> = values.into_iter().chain([summaries]).collect();
    let budget = Budget::default();
    let parts = try_join_all(all.iter().map(|sections| totals_in(store, sections, period, &budget))).await?;
    Ok(sum(period, parts))
}

async fn totals_in(store: &dyn Store, sections: &Sections, period: Period, budget: &Budget) -> Result<Figures, Error> {
    let mut figures = Figures::of(period);
    let take = |items: Vec<Item>| {
        budget.take(items.len(), too_many_totals)?;
        for item in items {
            match Total::decode(&item) {
                Ok(total) => figures.add(total.key, &total.counts),
                Err(error) => leave_out(&mut figures, &error),
            }
        }
        Ok(())
    };
    every_page(store, Table::Totals, sections, take).await?;
    Ok(figures)
}

/// Count the views of a period, and of the one before, that a filter takes and that are in the totals.
///
/// # Errors
/// `TooManyViews`, and the store's failure.
pub async fn views(
    store: &dyn Store,
    site: &Site,
    (period, previous): (Period, Option<Period>),
    filter: &Filter,
    today: Day,
) -> Result<Figures, Error> {
    let budget = Budget::default();
    let days = previous.into_iter().chain([period]).flat_map(Period::days).filter(|day| *day <= today);
    let parts = stream::iter(days.map(|day| views_of(store, site, day, period, filter, &budget)));
    let sum = |mut sum: Figures, part| async {
        sum.merge(part);
        Ok(sum)
    };
    parts.buffer_unordered(DAYS_AT_ONCE).try_fold(Figures::of(period), sum).await
}

async fn views_of(
    store: &dyn Store,
    site: &Site,
    day: Day,
    period: Period,
    filter: &Filter,
    budget: &Budget,
) -> Result<Figures, Error> {
    let (mut figures, mut visitors) = (Figures::of(period), HashSet::new());
    let take = |items: Vec<Item>| {
        budget.take(items.len(), too_many_views)?;
        let mut tally = Tally::default();
        for item in items {
            match Record::decode(&item) {
                Ok(record) if record.counted && filter.takes(&record.view) => {
                    count(&mut tally, &record, &mut visitors);
                }
                Ok(_) => {}
                Err(error) => leave_out(&mut figures, &error),
            }
        }
        for (key, counts) in tally.iter() {
            figures.add(key.clone(), counts);
        }
        Ok(())
    };
    every_page(store, Table::Views, &keys::views_of_day(site, day), take).await?;
    Ok(figures)
}

/// Count a view of a day on which visitors have been seen.
fn count(tally: &mut Tally, Record { view, measure, .. }: &Record, visitors: &mut HashSet<Visitor>) {
    let is_new = view.agent.bot.is_none() && view.visitor.is_some_and(|visitor| visitors.insert(visitor));
    tally.view(view, is_new);
    if let Some(measure) = measure {
        tally.measure(view, None, *measure);
    }
}

async fn every_page(
    store: &dyn Store,
    table: Table,
    sections: &Sections,
    mut take: impl FnMut(Vec<Item>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut after = None;
    loop {
        let page = store.page(table, sections, after).await.map_err(store_failure)?;
        take(page.items)?;
        match page.next {
            Some(key) => after = Some(key),
            None => return Ok(()),
        }
    }
}

fn sum(period: Period, parts: impl IntoIterator<Item = Figures>) -> Figures {
    let mut sum = Figures::of(period);
    parts.into_iter().for_each(|part| sum.merge(part));
    sum
}

/// One bad item breaks no report.
fn leave_out(figures: &mut Figures, DecodeError { attribute, problem }: &DecodeError) {
    tracing::warn!(attribute, %problem, "an item is left out of a report");
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
