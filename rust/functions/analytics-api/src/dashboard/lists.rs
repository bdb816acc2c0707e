//! The values with the most views.

use analytics::Dimension;
use maud::{Markup, html};

use super::figures::csv;
use super::page_query::PageQuery;
use super::text::{grouped, share};
use crate::report::{List, Report, Sources};

/// Numbers of rows after "More".
const MORE: [usize; 2] = [100, 1000];

/// Renders a table for each dimension. A value links to the report of its views.
pub fn lists(report: &Report<'_>, asked: &PageQuery, report_asked: &PageQuery) -> Markup {
    let Report { part, lists, ai_crawlers, .. } = report;
    let (views, bots) = (part.totals.views, part.totals.bots);
    html! {
        div.lists {
            (sources(report, asked, report_asked))
            @for (dimension, list) in lists.iter() {
                @if ![Dimension::Referrer, Dimension::Bot].contains(&dimension) {
                    section aria-labelledby=(dimension.plural()) {
                        h2 id=(dimension.plural()) { (dimension.title()) }
                        (table(dimension, list, views, "Share of views", Some(asked)))
                        (rest(dimension, (list.rows.len(), list.all), asked, report_asked))
                    }
                }
            }
        }
        @if !ai_crawlers.rows.is_empty() {
            section.bots aria-labelledby="ai-crawlers" {
                h2 #ai-crawlers { "AI crawlers" }
                p.quiet { "Bots that collect pages for artificial intelligence, or read them for somebody who asked one." }
                (table(Dimension::Bot, ai_crawlers, bots, "Share of bots’ views", None))
            }
        }
        @for (_, list) in lists.iter().filter(|(dimension, _)| *dimension == Dimension::Bot) {
            section.bots aria-labelledby=(Dimension::Bot.plural()) {
                h2 id=(Dimension::Bot.plural()) { (Dimension::Bot.title()) }
                p.quiet { "Programs that said so, or that no person looks at a page with. Their views are in no number above but their own." }
                (table(Dimension::Bot, list, bots, "Share of bots’ views", None))
                (rest(Dimension::Bot, (list.rows.len(), list.all), asked, report_asked))
            }
        }
    }
}

/// Renders the sources, each with a link per referrer to the report of its views.
fn sources(report: &Report<'_>, asked: &PageQuery, report_asked: &PageQuery) -> Markup {
    let Report { part, sources, .. } = report;
    html! {
        section aria-labelledby=(Dimension::Referrer.plural()) {
            h2 id=(Dimension::Referrer.plural()) { (Dimension::Referrer.title()) }
            (sources_table(sources, part.totals.views, asked))
            (rest(Dimension::Referrer, (sources.rows.len(), sources.all), asked, report_asked))
        }
    }
}

fn sources_table(sources: &Sources<'_>, whole: i64, asked: &PageQuery) -> Markup {
    if sources.rows.is_empty() {
        return html! { p.quiet { "None." } };
    }
    html! {
        table {
            thead {
                tr { th scope="col" { "referrer" } th scope="col" { "Views" } th scope="col" { "Share of views" } }
            }
            @for source in &sources.rows {
                tbody {
                    @if !matches!(source.referrers.as_slice(), [only] if only.value == source.value) {
                        (row(&html! { span { (source.value) } }, source.views, whole, None))
                    }
                    @for referrer in &source.referrers {
                        @let link = asked.with(Dimension::Referrer.name(), referrer.value).link();
                        @let below = (referrer.value != source.value).then_some("below");
                        (row(&html! { a href=(link) dir="auto" { (referrer.value) } }, referrer.views, whole, below))
                    }
                }
            }
        }
    }
}

fn row(value: &Markup, views: i64, whole: i64, class: Option<&str>) -> Markup {
    let share = share(views, whole).unwrap_or_default();
    html! {
        tr class=[class] {
            th scope="row" { svg.share aria-hidden="true" { rect width=(share) height="100%" {} } (value) }
            td { (grouped(views)) }
            td { (share) }
        }
    }
}

/// Renders a list. If `asked` is given, each row links to the same page with a filter.
fn table(dimension: Dimension, list: &List<'_>, whole: i64, of: &str, asked: Option<&PageQuery>) -> Markup {
    if list.rows.is_empty() {
        return html! { p.quiet { "None." } };
    }
    html! {
        table {
            thead {
                tr { th scope="col" { (dimension.name()) } th scope="col" { "Views" } th scope="col" { (of) } }
            }
            tbody {
                @for item in &list.rows {
                    @let value = match asked {
                        Some(asked) => {
                            let link = asked.with(dimension.name(), item.value).link();
                            html! { a href=(link) dir="auto" { (item.value) } }
                        }
                        None => html! { span dir="auto" { (item.value) } },
                    };
                    (row(&value, item.views, whole, None))
                }
            }
        }
    }
}

/// Renders the number of rows, a link to more of them, and a link to all as a file.
fn rest(dimension: Dimension, (shown, all): (usize, usize), asked: &PageQuery, report_asked: &PageQuery) -> Markup {
    let name = dimension.plural();
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
