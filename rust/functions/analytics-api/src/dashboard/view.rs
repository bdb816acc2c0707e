use analytics::TrackedSite;
use http::request::Parts;
use maud::{Markup, html};
use reply::Error;

use super::controls::controls;
use super::figures::{chart, totals};
use super::lists::{lists, single};
use super::page_query::PageQuery;
use super::text::days;
use super::tracker::snippet;
use crate::report::Report;

/// The context of a page.
pub struct Page<'a> {
    /// Query of the page.
    pub query: &'a PageQuery,
    /// Query of the report.
    pub report_query: &'a PageQuery,
    /// All sites.
    pub sites: &'a [TrackedSite],
    /// Name of the user.
    pub user: &'a str,
}

/// The content of a page.
pub enum View<'a> {
    /// An error message.
    Refused(&'a str),
    /// A report and its request.
    Report {
        /// The report.
        report: &'a Report<'a>,
        /// The request.
        parts: &'a Parts,
    },
}

impl Page<'_> {
    /// Renders the page.
    ///
    /// # Errors
    /// See [`chart`].
    pub fn html(&self, view: &View<'_>) -> Result<Markup, Error> {
        let Self { query, report_query, sites, user } = self;
        let content = match view {
            View::Refused(message) => html! { p.error role="alert" { (message) } },
            View::Report { report, parts } => self.report(report, parts)?,
        };
        Ok(html! {
            header {
                h1 { "Analytics" }
                form method="post" action="analytics/sign-out" {
                    span.quiet { "Signed in as " bdi { (user) } }
                    button.plain { "Sign out" }
                }
            }
            main {
                (controls(query, report_query, sites))
                (content)
            }
        })
    }

    fn report(&self, report: &Report<'_>, parts: &Parts) -> Result<Markup, Error> {
        let Self { query, report_query, .. } = self;
        let part = &report.part;
        // Only views of people show that the tracker is on the site: bots come anyway.
        let is_empty = part.totals.views == 0 && report.filters.is_empty();
        Ok(html! {
            div.heading {
                h2 { bdi { (report.site) } ", " (days(&part.from, &part.to)) }
                a href={ "analytics/report?" (report_query) } download={ (report.site) "-" (part.from) "-" (part.to) ".json" } { "Download as JSON" }
            }
            @if is_empty {
                p { "No views by people in this period." }
                (snippet(parts))
            }
            @if let Some(note) = &report.note {
                p role="status" { bdi { (note) } }
            }
            @if let Some(column) = query.table() {
                (single(column, report, query, report_query))
            } @else {
                (totals(report))
                (chart(report, report_query)?)
                @if !is_empty || part.totals.bots > 0 { (lists(report, query, report_query)) }
            }
        })
    }
}
