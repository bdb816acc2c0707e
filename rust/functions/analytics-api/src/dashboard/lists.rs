//! The values with the most views.

use analytics::Dimension;
use maud::{Markup, html};

use super::figures::csv;
use super::page_query::PageQuery;
use super::text::{grouped, share};
use crate::report::{Column, Coverage, List, PAGE_ROWS, Report, Row, SEARCH_CHARACTERS, Sources};

const REFERRER: Column = Column::Counted(Dimension::Referrer);
const BOT: Column = Column::Counted(Dimension::Bot);

/// Renders a table for each column. A value links to the report of its views.
pub fn lists(report: &Report<'_>, query: &PageQuery, report_query: &PageQuery) -> Markup {
    let Report { part, lists, ai_crawlers, .. } = report;
    let (views, bots) = (part.totals.views, part.totals.bots);
    html! {
        div.lists {
            section aria-labelledby=(REFERRER.plural()) {
                h2 id=(REFERRER.plural()) { (REFERRER.title()) }
                (sources(&report.sources, views, query))
                (rest(REFERRER, (report.sources.rows.len(), report.sources.all), query, report_query))
            }
            @for (column, list) in lists.iter().filter(|(column, _)| is_counted(*column)) {
                @if let Some(list) = list {
                    (section(column, list, views, query, report_query))
                }
            }
        }
        section.details aria-labelledby="details" {
            h2 #details { "From stored views" }
            p.quiet { (about_details(report.details.as_ref(), views)) }
            @if let Some(Coverage { from, views, .. }) = &report.details {
                // CSV files do not state their period, so the link requests only days with stored views.
                @let report_query = report_query.without(&["by"]).with("from", from);
                div.lists {
                    @for (column, list) in lists.iter().filter(|(column, _)| matches!(column, Column::Detail(_))) {
                        @if let Some(list @ List { all: 1.., .. }) = list {
                            (section(column, list, *views, query, &report_query))
                        }
                    }
                }
            }
        }
        @if !ai_crawlers.rows.is_empty() {
            section.bots aria-labelledby="ai-crawlers" {
                h2 #ai-crawlers { "AI crawlers" }
                p.quiet { "Bots that collect pages for AI training or search, or fetch a page to answer a user’s question." }
                (table(BOT, ai_crawlers, bots, "Share of bots’ views", None))
            }
        }
        @for list in lists.iter().filter(|(column, _)| *column == BOT).filter_map(|(_, list)| list) {
            section.bots aria-labelledby=(BOT.plural()) {
                h2 id=(BOT.plural()) { (BOT.title()) }
                p.quiet { "Programs that identify themselves as bots, and automated requests without a person viewing the page. Of the numbers above, only the views by bots include theirs." }
                (table(BOT, list, bots, "Share of bots’ views", None))
                (rest(BOT, (list.rows.len(), list.all), query, report_query))
            }
        }
    }
}

/// Renders one table alone, with a search and a choice of the number of rows.
pub fn single(column: Column, report: &Report<'_>, query: &PageQuery, report_query: &PageQuery) -> Markup {
    let Report { part, lists, sources, .. } = report;
    let list = lists.iter().find(|(own, _)| *own == column).and_then(|(_, list)| list);
    let (whole, of) = match (column, &report.details) {
        (BOT, _) => (part.totals.bots, "Share of bots’ views"),
        (Column::Detail(_), Some(details)) => (details.views, "Share of views"),
        _ => (part.totals.views, "Share of views"),
    };
    html! {
        section.single aria-labelledby=(column.plural()) {
            h2 id=(column.plural()) { (column.title()) }
            form.search role="search" {
                @for (name, value) in query.parameters().filter(|(name, _)| *name != "q") {
                    input type="hidden" name=(name) value=(value);
                }
                label { "Search" input type="search" name="q" maxlength=(SEARCH_CHARACTERS) value=[query.value("q")]; }
                button { "Search" }
            }
            nav.periods aria-label="Rows" {
                @for rows in PAGE_ROWS.map(|rows| rows.to_string()) {
                    @let current = (query.value("rows") == Some(rows.as_str())).then_some("true");
                    a href=(query.without(&["limit"]).with("rows", &rows).link()) aria-current=[current] { (rows) " rows" }
                }
                a href=(query.without(&["table", "q", "rows"]).link()) { "All tables" }
            }
            @match (column, list) {
                (REFERRER, _) => {
                    (self::sources(sources, whole, query))
                    (shown((sources.rows.len(), sources.all), column, report_query))
                }
                (_, Some(list)) => {
                    (table(column, list, whole, of, link_query(column, query).as_ref()))
                    (shown((list.rows.len(), list.all), column, report_query))
                }
                (_, None) => {}
            }
            @if let Column::Detail(_) = column { p.quiet { (about_details(report.details.as_ref(), part.totals.views)) } }
        }
    }
}

fn shown((shown, all): (usize, usize), column: Column, report_query: &PageQuery) -> Markup {
    html! { p.rest { (shown) " of " (all) " " (csv(report_query, column.plural(), column.title())) } }
}

/// Returns the query that rows of a column add a filter to: a filter leads back to all tables.
fn link_query(column: Column, query: &PageQuery) -> Option<PageQuery> {
    Column::filters().any(|filter| filter == column).then(|| query.without(&["table", "q", "rows"]))
}

fn is_counted(column: Column) -> bool {
    matches!(column, Column::Counted(_)) && ![REFERRER, BOT].contains(&column)
}

/// Describes which numbers are of all views, and which of stored ones only.
fn about_details(details: Option<&Coverage>, views: i64) -> String {
    match details {
        None => "This period has too many views to count campaign parameters, browser versions, entry pages, or visitors per \
                 row. Choose a shorter period, or filter by a row."
            .to_owned(),
        Some(details) if details.views >= views => {
            "Counted from all stored views of this period. An entry page is the page of a visitor’s first view on a day."
                .to_owned()
        }
        Some(details) => format!(
            "Counted from the {} of {} views still stored, from {} on. Other tables cover all views and have no visitor \
             counts. An entry page is the page of a visitor’s first view on a day.",
            grouped(details.views),
            grouped(views),
            details.from
        ),
    }
}

fn section(column: Column, list: &List<'_>, whole: i64, query: &PageQuery, report_query: &PageQuery) -> Markup {
    html! {
        section aria-labelledby=(column.plural()) {
            h2 id=(column.plural()) { (column.title()) }
            (table(column, list, whole, "Share of views", link_query(column, query).as_ref()))
            (rest(column, (list.rows.len(), list.all), query, report_query))
        }
    }
}

/// Renders the sources, each with a link per referrer to the report of its views.
fn sources(sources: &Sources<'_>, whole: i64, query: &PageQuery) -> Markup {
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
                        @let link = query.without(&["table", "q", "rows"]).with(REFERRER.name(), referrer.value).link();
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

/// Renders a list. If `query` is given, each row links to the same page with a filter.
fn table(column: Column, list: &List<'_>, whole: i64, of: &str, query: Option<&PageQuery>) -> Markup {
    let Some(first) = list.rows.first() else { return none() };
    html! {
        table {
            (head(column, first.visitors.is_some(), of))
            tbody {
                @for item in &list.rows {
                    @let value = match query {
                        Some(query) => {
                            let link = query.with(column.name(), item.value).link();
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
fn rest(column: Column, (shown, all): (usize, usize), query: &PageQuery, report_query: &PageQuery) -> Markup {
    let name = column.plural();
    html! {
        @if shown > 0 {
            p.rest {
                @if shown < all {
                    (shown) " of " (all) " "
                    @let more = query.without(&["limit", "q"]).with("table", name).with("rows", &PAGE_ROWS[0].to_string());
                    a href=(more.link()) aria-label={ "More " (column.title()) } { "More" } " "
                }
                (csv(report_query, name, column.title()))
            }
        }
    }
}
