//! The controls of the page.

use analytics::{Granularity, Site};
use maud::{Markup, html};

use super::page_query::{PERIODS, PageQuery};

/// Renders the choice of the site, the period and the filters.
pub fn controls(asked: &PageQuery, report_asked: &PageQuery, sites: &[Site]) -> Markup {
    html! {
        nav.periods aria-label="Period" {
            @for (name, label) in PERIODS {
                @let current = (asked.period() == Some(name)).then_some("true");
                a href=(asked.without(&["from", "to", "by"]).with("period", name).link()) aria-current=[current] { (label) }
            }
        }
        form.range {
            @if let [_, _, ..] = sites {
                label.site {
                    "Site"
                    select name="site" {
                        @for site in sites {
                            option selected[report_asked.value("site") == Some(site.as_str())] { (site.as_str()) }
                        }
                    }
                }
            }
            label { "From" input type="date" name="from" value=[report_asked.value("from")]; }
            label { "To" input type="date" name="to" value=[report_asked.value("to")]; }
            label {
                "By"
                select name="by" {
                    @for by in Granularity::ALL {
                        option selected[report_asked.value("by") == Some(by.name())] { (by.name()) }
                    }
                }
            }
            @for (column, value) in asked.filters() {
                input type="hidden" name=(column.name()) value=(value);
            }
            button { "Show" }
        }
        @if asked.filters().next().is_some() {
            ul.filters aria-label="Filters" {
                @for (column, value) in asked.filters() {
                    li {
                        a href=(asked.without(&[column.name()]).link()) aria-label={ "Show all, not only " (column.label()) " " (value) } {
                            (column.label()) ": " bdi { (value) } span aria-hidden="true" { " ×" }
                        }
                    }
                }
            }
        }
    }
}
