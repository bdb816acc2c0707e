//! The values that were counted most.

use analytics::Dimension;
use maud::{Markup, html};

use super::asked::Asked;
use super::figures::csv;
use super::text::{grouped, share};
use crate::report::{List, Report};

/// Rows of a list when more are asked for, and then.
const MORE: [usize; 2] = [100, 1000];

/// A table for each dimension; a value leads to the report of its views.
pub fn lists(report: &Report<'_>, asked: &Asked, report_asked: &Asked) -> Markup {
    let views = report.part.totals.views;
    html! {
        div.lists {
            @for (title, name, dimension, list) in [
                ("Pages", "pages", Dimension::Page, &report.pages),
                ("Referrers", "referrers", Dimension::Referrer, &report.referrers),
                ("Browsers", "browsers", Dimension::Browser, &report.browsers),
                ("Systems", "systems", Dimension::System, &report.systems),
                ("Devices", "devices", Dimension::Device, &report.devices),
                ("Countries", "countries", Dimension::Country, &report.countries),
                ("Campaigns", "campaigns", Dimension::Campaign, &report.campaigns),
            ] {
                section aria-labelledby=(name) {
                    h2 id=(name) { (title) }
                    (table(dimension, list, views, "Share of views", Some(asked)))
                    (rest(name, list, asked, report_asked))
                }
            }
        }
        section.bots aria-labelledby="bots" {
            h2 #bots { "Bots" }
            p.quiet { "Programs that said so, or that no person looks at a page with. Their views are in no number above but their own." }
            (table(Dimension::Bot, &report.bots, report.part.totals.bots, "Share of bots’ views", None))
            (rest("bots", &report.bots, asked, report_asked))
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
                @for row in &list.rows {
                    @let share = share(row.views, whole).unwrap_or_default();
                    tr {
                        th scope="row" {
                            svg.share aria-hidden="true" { rect width=(share) height="100%" {} }
                            @if let Some(asked) = asked {
                                a href=(asked.with(dimension.name(), row.value).link()) dir="auto" { (row.value) }
                            } @else {
                                span dir="auto" { (row.value) }
                            }
                        }
                        td { (grouped(row.views)) }
                        td { (share) }
                    }
                }
            }
        }
    }
}

/// How many rows there are, how to see more of them, and all as a file.
fn rest(name: &str, list: &List<'_>, asked: &Asked, report_asked: &Asked) -> Markup {
    let shown = list.rows.len();
    html! {
        @if shown > 0 {
            p.rest {
                @if shown < list.all {
                    (shown) " of " (list.all) " "
                    @if let Some(more) = MORE.into_iter().find(|more| *more > shown) {
                        a href={ (asked.with("limit", &more.to_string()).link()) "#" (name) } aria-label={ "More " (name) } { "More" } " "
                    }
                }
                (csv(report_asked, name))
            }
        }
    }
}
