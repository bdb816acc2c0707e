//! The values that were counted most.

use analytics::Dimension;
use maud::{Markup, html};

use super::asked::Asked;
use super::figures::csv;
use super::text::{grouped, share};
use crate::report::{List, Report, Sources};

/// Rows of a list when more are asked for, and then.
const MORE: [usize; 2] = [100, 1000];

/// A table for each dimension; a value leads to the report of its views.
pub fn lists(report: &Report<'_>, asked: &Asked, report_asked: &Asked) -> Markup {
    let views = report.part.totals.views;
    html! {
        div.lists {
            section aria-labelledby="referrers" {
                h2 #referrers { "Sources" }
                (sources(&report.sources, views, asked))
                (rest("referrers", (report.sources.rows.len(), report.sources.all), asked, report_asked))
            }
            @for (title, name, dimension, list) in [
                ("Pages", "pages", Dimension::Page, &report.pages),
                ("Browsers", "browsers", Dimension::Browser, &report.browsers),
                ("Systems", "systems", Dimension::System, &report.systems),
                ("Devices", "devices", Dimension::Device, &report.devices),
                ("Countries", "countries", Dimension::Country, &report.countries),
                ("Campaigns", "campaigns", Dimension::Campaign, &report.campaigns),
            ] {
                section aria-labelledby=(name) {
                    h2 id=(name) { (title) }
                    (table(dimension, list, views, "Share of views", Some(asked)))
                    (rest(name, (list.rows.len(), list.all), asked, report_asked))
                }
            }
        }
        @if !report.ai_crawlers.rows.is_empty() {
            section.bots aria-labelledby="ai-crawlers" {
                h2 #ai-crawlers { "AI crawlers" }
                p.quiet { "Bots that collect pages for artificial intelligence, or read them for somebody who asked one." }
                (table(Dimension::Bot, &report.ai_crawlers, report.part.totals.bots, "Share of bots’ views", None))
            }
        }
        section.bots aria-labelledby="bots" {
            h2 #bots { "Bots" }
            p.quiet { "Programs that said so, or that no person looks at a page with. Their views are in no number above but their own." }
            (table(Dimension::Bot, &report.bots, report.part.totals.bots, "Share of bots’ views", None))
            (rest("bots", (report.bots.rows.len(), report.bots.all), asked, report_asked))
        }
    }
}

/// Sources, and below those that are more than a host their hosts, each of which leads to the report of its views.
fn sources(sources: &Sources<'_>, whole: i64, asked: &Asked) -> Markup {
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

/// Rows lead to the page with a filter where `asked` is what it is added to.
fn table(dimension: Dimension, list: &List<'_>, whole: i64, of: &str, asked: Option<&Asked>) -> Markup {
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

/// How many rows there are, how to see more of them, and all as a file.
fn rest(name: &str, (shown, all): (usize, usize), asked: &Asked, report_asked: &Asked) -> Markup {
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
