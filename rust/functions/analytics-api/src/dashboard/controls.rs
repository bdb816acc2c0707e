//! The controls of the page.

use analytics::{Granularity, TrackedSite};
use maud::{Markup, html};

use super::page_query::PageQuery;
use crate::report::{By, Compare, Named};

/// Renders the choice of the site, the period and the filters.
pub fn controls(query: &PageQuery, report_query: &PageQuery, sites: &[TrackedSite]) -> Markup {
    let shown_by = report_query.value("by").unwrap_or(By::Bucket(Granularity::Day).name());
    html! {
        nav.periods aria-label="Period" {
            @for named in Named::ALL {
                @let current = (query.period() == Some(named)).then_some("true");
                a href=(period_link(query, named)) aria-current=[current] { (named.label()) }
            }
        }
        form.range {
            @if let [_, _, ..] = sites {
                label.site {
                    "Site"
                    select name="site" {
                        @for TrackedSite { site, .. } in sites {
                            option selected[report_query.value("site") == Some(site.as_str())] { (site.as_str()) }
                        }
                    }
                }
            }
            label { "From" input type="date" name="from" value=[report_query.value("from")]; }
            label { "To" input type="date" name="to" value=[report_query.value("to")]; }
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
                        option value=(compare.name()) selected[report_query.value("compare") == Some(compare.name())] { (compare.label()) }
                    }
                }
            }
            label { "Compare from" input type="date" name="compareFrom" value=[report_query.value("compareFrom")]; }
            label { "Compare to" input type="date" name="compareTo" value=[report_query.value("compareTo")]; }
            @for (column, value) in query.filters() {
                input type="hidden" name=(column.name()) value=(value);
            }
            @for name in ["table", "q", "rows"] {
                @if let Some(value) = query.value(name) { input type="hidden" name=(name) value=(value); }
            }
            button { "Show" }
        }
        @if query.filters().next().is_some() {
            ul.filters aria-label="Filters" {
                @for (column, value) in query.filters() {
                    li {
                        a href=(query.without(&[column.name()]).link()) aria-label={ "Show all, not only " (column.label()) " " (value) } {
                            (column.label()) ": " bdi { (value) } span aria-hidden="true" { " ×" }
                        }
                    }
                }
            }
        }
    }
}

/// Returns the link to a period that ends today, which is shown by hour if it is one day.
fn period_link(query: &PageQuery, named: Named) -> String {
    let period = query.without(&["from", "to", "by"]).with("period", named.name());
    if named == Named::Today { period.with("by", By::Hour.name()).link() } else { period.link() }
}
