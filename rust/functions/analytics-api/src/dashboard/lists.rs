//! The values with the most views.

use analytics::Dimension;
use maud::{Markup, html};

use super::figures::csv;
use super::page_query::PageQuery;
use super::text::{grouped, share};
use crate::report::{Column, Coverage, List, Report, Row, Sources};

/// Numbers of rows after "More".
const MORE: [usize; 2] = [100, 1000];

const REFERRER: Column = Column::Counted(Dimension::Referrer);
const BOT: Column = Column::Counted(Dimension::Bot);

/// Renders a table for each column. A value links to the report of its views.
pub fn lists(report: &Report<'_>, asked: &PageQuery, report_asked: &PageQuery) -> Markup {
    let Report { part, lists, ai_crawlers, .. } = report;
    let (views, bots) = (part.totals.views, part.totals.bots);
    html! {
        div.lists {
            section aria-labelledby=(REFERRER.plural()) {
                h2 id=(REFERRER.plural()) { (REFERRER.title()) }
                (sources(&report.sources, views, asked))
                (rest(REFERRER, (report.sources.rows.len(), report.sources.all), asked, report_asked))
            }
            @for (column, list) in lists.iter().filter(|(column, _)| is_counted(*column)) {
                @if let Some(list) = list {
                    (section(column, list, views, asked, report_asked))
                }
            }
        }
        section.details aria-labelledby="details" {
            h2 #details { "From stored views" }
            p.quiet { (about_details(report.details.as_ref(), views)) }
            @if let Some(Coverage { from, views, .. }) = &report.details {
                // A file does not say which days it covers, so it is asked for from the first one.
                @let report_asked = report_asked.without(&["by"]).with("from", from);
                div.lists {
                    @for (column, list) in lists.iter().filter(|(column, _)| matches!(column, Column::Detail(_))) {
                        @if let Some(list @ List { all: 1.., .. }) = list {
                            (section(column, list, *views, asked, &report_asked))
                        }
                    }
                }
            }
        }
        @if !ai_crawlers.rows.is_empty() {
            section.bots aria-labelledby="ai-crawlers" {
                h2 #ai-crawlers { "AI crawlers" }
                p.quiet { "Bots that collect pages for artificial intelligence, or read them for somebody who asked one." }
                (table(BOT, ai_crawlers, bots, "Share of bots’ views", None))
            }
        }
        @for list in lists.iter().filter(|(column, _)| *column == BOT).filter_map(|(_, list)| list) {
            section.bots aria-labelledby=(BOT.plural()) {
                h2 id=(BOT.plural()) { (BOT.title()) }
                p.quiet { "Programs that said so, or that no person looks at a page with. Their views are in no number above but their own." }
                (table(BOT, list, bots, "Share of bots’ views", None))
                (rest(BOT, (list.rows.len(), list.all), asked, report_asked))
            }
        }
    }
}

fn is_counted(column: Column) -> bool {
    matches!(column, Column::Counted(_)) && ![REFERRER, BOT].contains(&column)
}

/// Says which numbers are of all views, and which of stored ones only.
fn about_details(details: Option<&Coverage>, views: i64) -> String {
    match details {
        None => "The views of this period are too many to count campaign parameters, browser versions, entry pages and the \
                 visitors of each row from. Choose a shorter period, or filter by a row."
            .to_owned(),
        Some(details) if details.views >= views => {
            "These tables, and the visitors of each row, are counted from the stored views of this period, which are all of \
             them. An entry page is the page of a visitor’s first view on a day."
                .to_owned()
        }
        Some(details) => format!(
            "These tables are counted from the views that are still stored: {} of {}, from {} on. All other numbers are of all \
             views, so rows above have no visitors. An entry page is the page of a visitor’s first view on a day.",
            grouped(details.views),
            grouped(views),
            details.from
        ),
    }
}

fn section(column: Column, list: &List<'_>, whole: i64, asked: &PageQuery, report_asked: &PageQuery) -> Markup {
    let link_query = Column::filters().any(|filter| filter == column).then_some(asked);
    html! {
        section aria-labelledby=(column.plural()) {
            h2 id=(column.plural()) { (column.title()) }
            (table(column, list, whole, "Share of views", link_query))
            (rest(column, (list.rows.len(), list.all), asked, report_asked))
        }
    }
}

/// Renders the sources, each with a link per referrer to the report of its views.
fn sources(sources: &Sources<'_>, whole: i64, asked: &PageQuery) -> Markup {
    let Some(first) = sources.rows.first() else { return none() };
    html! {
        table {
            (head(REFERRER, first.visitors.is_some(), "Share of views"))
            @for source in &sources.rows {
                tbody {
                    @if !matches!(source.referrers.as_slice(), [only] if only.value == source.value) {
                        @let numbers = Row { value: source.value, views: source.views, visitors: source.visitors };
                        (row(&html! { span { (source.value) } }, &numbers, whole, None))
                    }
                    @for referrer in &source.referrers {
                        @let link = asked.with(REFERRER.name(), referrer.value).link();
                        @let below = (referrer.value != source.value).then_some("below");
                        (row(&html! { a href=(link) dir="auto" { (referrer.value) } }, referrer, whole, below))
                    }
                }
            }
        }
    }
}

fn none() -> Markup {
    html! { p.quiet { "None." } }
}

fn head(column: Column, has_visitors: bool, of: &str) -> Markup {
    html! {
        thead {
            tr {
                th scope="col" { (column.label()) }
                th scope="col" { "Views" }
                @if has_visitors { th scope="col" { "Visitors" } }
                th scope="col" { (of) }
            }
        }
    }
}

fn row(value: &Markup, numbers: &Row<'_>, whole: i64, class: Option<&str>) -> Markup {
    let share = share(numbers.views, whole).unwrap_or_default();
    html! {
        tr class=[class] {
            th scope="row" { svg.share aria-hidden="true" { rect width=(share) height="100%" {} } (value) }
            td { (grouped(numbers.views)) }
            @if let Some(visitors) = numbers.visitors { td { (grouped(visitors)) } }
            td { (share) }
        }
    }
}

/// Renders a list. If `asked` is given, each row links to the same page with a filter.
fn table(column: Column, list: &List<'_>, whole: i64, of: &str, asked: Option<&PageQuery>) -> Markup {
    let Some(first) = list.rows.first() else { return none() };
    html! {
        table {
            (head(column, first.visitors.is_some(), of))
            tbody {
                @for item in &list.rows {
                    @let value = match asked {
                        Some(asked) => {
                            let link = asked.with(column.name(), item.value).link();
                            html! { a href=(link) dir="auto" { (item.value) } }
                        }
                        None => html! { span dir="auto" { (item.value) } },
                    };
                    (row(&value, item, whole, None))
                }
            }
        }
    }
}

/// Renders the number of rows, a link to more of them, and a link to all as a file.
fn rest(column: Column, (shown, all): (usize, usize), asked: &PageQuery, report_asked: &PageQuery) -> Markup {
    let name = column.plural();
    html! {
        @if shown > 0 {
            p.rest {
                @if shown < all {
                    (shown) " of " (all) " "
                    @if let Some(more) = MORE.into_iter().find(|more| *more > shown) {
                        a href={ (asked.with("limit", &more.to_string()).link()) "#" (name) } aria-label={ "More " (name) } { "More" } " "
                    }
                }
                (csv(report_asked, name))
            }
        }
    }
}
