//! The controls of the page.

use analytics::{Granularity, TrackedSite};
use maud::{Markup, html};

use super::page_query::PageQuery;
use crate::report::{By, Compare, Named};

/// Renders the choice of the site, the period and the filters.
pub fn controls(asked: &PageQuery, report_asked: &PageQuery, sites: &[TrackedSite]) -> Markup {
    let shown_by = report_asked.value("by").unwrap_or(By::Bucket(Granularity::Day).name());
    html! {
        nav.periods aria-label="Period" {
            @for named in Named::ALL {
                @let current = (asked.period() == Some(named)).then_some("true");
                a href=(period_link(asked, named)) aria-current=[current] { (named.label()) }
            }
        }
        form.range {
            @if let [_, _, ..] = sites {
                label.site {
                    "Site"
                    select name="site" {
                        @for TrackedSite { site, .. } in sites {
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
                    @for by in By::ALL {
                        option selected[by.name() == shown_by] { (by.name()) }
                    }
                }
            }
            label {
                "Compare with"
                select name="compare" {
                    @for compare in Compare::ALL {
                        option value=(compare.name()) selected[report_asked.value("compare") == Some(compare.name())] { (compare.label()) }
                    }
                }
            }
            label { "Compare from" input type="date" name="compareFrom" value=[report_asked.value("compareFrom")]; }
            label { "Compare to" input type="date" name="compareTo" value=[report_asked.value("compareTo")]; }
            @for (column, value) in asked.filters() {
                input type="hidden" name=(column.name()) value=(value);
            }
            @for name in ["table", "q", "rows"] {
                @if let Some(value) = asked.value(name) { input type="hidden" name=(name) value=(value); }
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

/// Returns the link to a period that ends today, which is shown by hour if it is one day.
fn period_link(asked: &PageQuery, named: Named) -> String {
    let period = asked.without(&["from", "to", "by"]).with("period", named.name());
    if named == Named::Today { period.with("by", By::Hour.name()).link() } else { period.link() }
}
