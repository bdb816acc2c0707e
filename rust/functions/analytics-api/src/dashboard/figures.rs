//! The totals of the period, and the chart with its numbers.

use maud::{Markup, PreEscaped, html};
use reply::Error;

use super::chart::{self, Bar};
use super::page_query::PageQuery;
use super::text::{days, duration, grouped, short};
use crate::report::{By, Compare, Numbers, Point, Report};

/// Renders the totals, each with that of the previous period.
pub fn totals(report: &Report<'_>) -> Markup {
    html! {
        dl.totals {
            (total("Views", report, |numbers| Some(numbers.views), grouped))
            (total("Visitors", report, |numbers| Some(numbers.visitors), grouped))
            @if report.part.unique_visitors.is_some() { (unique(report)) }
            (total("Time on a page", report, |numbers| numbers.average_duration_ms, duration))
            (total("Scrolled", report, |numbers| numbers.average_scroll_percent, |percent| format!("{percent}%")))
            (total("Views by bots", report, |numbers| Some(numbers.bots), grouped))
        }
        p.quiet {
            @match &report.previous {
                Some(previous) => { "Before: " (days(&previous.from, &previous.to)) ". " }
                None if report.compare == Compare::None.name() => {}
                None => "No comparison: the views of the other period have expired. ",
            }
            "Visitors are counted once a day, so those of several days are the sum of the days. "
            (about_unique(report))
            @if report.by == By::Hour.name() {
                "In the chart, they are counted once in each hour. When the clock is set back, both hours are shown as one. "
            }
            @if report.part.totals.measured > 0 {
                "Time and scroll depth are averages over " (grouped(report.part.totals.measured)) " of the views. "
            }
            "Days in " (report.time_zone) "."
            @if report.unreadable > 0 {
                " " (grouped(i64::try_from(report.unreadable).unwrap_or(i64::MAX)))
                " stored items could not be read and are not counted. See the function’s log."
            }
        }
    }
}

/// Renders the estimate of unique visitors.
fn unique(report: &Report<'_>) -> Markup {
    let shown = |estimate: u64| {
        let number = i64::try_from(estimate).unwrap_or(i64::MAX);
        html! { data value=(number) { "≈\u{a0}" (grouped(number)) } }
    };
    let previous = report.previous.as_ref().and_then(|previous| previous.unique_visitors.as_ref());
    html! {
        div {
            dt { "Unique visitors" }
            @if let Some(unique) = &report.part.unique_visitors { dd { (shown(unique.estimate)) } }
            @if let Some(unique) = previous { dd.quiet { (shown(unique.estimate)) " before" } }
        }
    }
}

/// Explains how unique visitors are estimated, or why they are not.
fn about_unique(report: &Report<'_>) -> Markup {
    let Some(unique) = &report.part.unique_visitors else {
        return html! {
            @if !report.filters.is_empty() { "Unique visitors are estimated for reports without filters only. " }
        };
    };
    html! {
        "Unique visitors are an estimate with a standard error of " (unique.standard_error_percent) "%. "
        @if unique.months > 1 { "People who came in several months count once per month. " }
        @if unique.from > report.part.from { "The estimate is of visitors since " (unique.from) ". " }
    }
}

fn total(
    name: &str,
    report: &Report<'_>,
    number: impl Fn(&Numbers) -> Option<i64>,
    text: impl Fn(i64) -> String,
) -> Markup {
    let shown = |numbers: &Numbers| number(numbers).map(|number| html! { data value=(number) { (text(number)) } });
    html! {
        div {
            dt { (name) }
            dd { @if let Some(shown) = shown(&report.part.totals) { (shown) } @else { "–" } }
            @if let Some(shown) = report.previous.as_ref().and_then(|previous| shown(&previous.totals)) {
                dd.quiet { (shown) " before" }
            }
        }
    }
}

/// Renders the chart, and its numbers as a table.
///
/// # Errors
/// See [`chart::svg`].
pub fn chart(report: &Report<'_>, report_query: &PageQuery) -> Result<Markup, Error> {
    let bars = bars(report);
    let drawings = chart::SIZES
        .into_iter()
        .map(|(name, size)| Ok((name, chart::svg(&bars, size)?)))
        .collect::<Result<Vec<_>, Error>>()?;
    Ok(html! {
        figure.chart {
            figcaption {
                h2 { "Views and visitors by " (report.by) }
                ul.legend {
                    li.views { "Views" }
                    li.visitors { "Visitors" }
                    @if report.previous.is_some() { li.previous { "Views before" } }
                }
            }
            div role="img" aria-label=(about(report)) {
                @for (name, svg) in &drawings { div class=(name) { (PreEscaped(svg)) } }
            }
            details {
                summary { "Numbers of the chart" }
                div.scrolled tabindex="0" role="region" aria-label="Numbers of the chart" { (numbers(report)) }
                p { (csv(report_query, "series", "the numbers of the chart")) }
            }
        }
    })
}

fn bars(report: &Report<'_>) -> Vec<Bar> {
    let bar = |(index, point): (usize, &Point)| Bar {
        label: short(&point.bucket),
        views: point.numbers.views,
        visitors: point.numbers.visitors,
        previous: before(report, index).map(|point| point.numbers.views),
    };
    report.part.series.iter().enumerate().map(bar).collect()
}

/// Returns the same bucket of the previous period.
fn before<'a>(report: &'a Report<'_>, index: usize) -> Option<&'a Point> {
    report.previous.as_ref()?.series.get(index)
}

/// Describes the chart in words.
fn about(Report { by, part, .. }: &Report<'_>) -> String {
    let most = part.series.iter().max_by_key(|point| point.numbers.views);
    let most = most.map(|most| format!("Most views: {} in {}. ", grouped(most.numbers.views), most.bucket));
    let (days, most) = (days(&part.from, &part.to), most.unwrap_or_default());
    format!("Chart of views and visitors by {by}, {days}. {most}The table below has all numbers.")
}

fn numbers(report: &Report<'_>) -> Markup {
    let columns = [report.by, "Views", "Visitors", "Bots", "Before", "Views before"];
    html! {
        table {
            thead {
                tr { @for name in columns { th scope="col" { (name) } } }
            }
            tbody {
                @for (index, point) in report.part.series.iter().enumerate() {
                    tr {
                        th scope="row" { (point.bucket) }
                        td { (grouped(point.numbers.views)) }
                        td { (grouped(point.numbers.visitors)) }
                        td { (grouped(point.numbers.bots)) }
                        @if let Some(before) = before(report, index) {
                            td { (before.bucket) }
                            td { (grouped(before.numbers.views)) }
                        } @else {
                            td { "–" }
                            td { "–" }
                        }
                    }
                }
            }
        }
    }
}

/// Renders a link to a table as a file. Screen readers read `title`.
pub fn csv(report_query: &PageQuery, table: &str, title: &str) -> Markup {
    let query = report_query.with("format", "csv").with("table", table);
    html! { a href={ "analytics/report?" (query) } aria-label={ "CSV of " (title) } download { "CSV" } }
}
