use std::fmt;

use analytics::{Day, Granularity, TrackedSite};
use form_urlencoded::Serializer;

use crate::report::{By, Column, Compare, Named};

/// The query of a page: the parameters of a report, and `period` instead of `from` and `to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageQuery(Vec<(String, String)>);

impl PageQuery {
    /// Parses a query. Empty values, which forms send for empty fields, are ignored.
    pub fn parse(query: &str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().filter(|(_, value)| !value.is_empty()).collect())
    }

    /// Returns the value of a parameter.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find_map(|(own, value)| (own == name).then_some(value.as_str()))
    }

    /// Returns the named period, or the default one if there is no range of days.
    pub fn period(&self) -> Option<Named> {
        let named = self.value("period").and_then(Named::parse);
        let is_range = ["from", "to"].into_iter().any(|name| self.value(name).is_some());
        named.or((!is_range).then_some(Named::ThirtyDays))
    }

    /// Returns the values to filter by.
    pub fn filters(&self) -> impl Iterator<Item = (Column, &str)> {
        Column::filters().filter_map(|column| Some((column, self.value(column.name())?)))
    }

    /// Returns the column whose table is shown alone, if there is one.
    pub fn table(&self) -> Option<Column> {
        Column::all().find(|column| self.value("table") == Some(column.plural()))
    }

    /// Returns all parameters.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns the query without some parameters.
    pub fn without(&self, names: &[&str]) -> Self {
        Self(self.0.iter().filter(|(name, _)| !names.contains(&name.as_str())).cloned().collect())
    }

    /// Returns the query with a parameter set.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut changed = self.without(&[name]);
        changed.0.push((name.to_owned(), value.to_owned()));
        changed
    }

    /// Returns the URL of the page, relative to the page.
    pub fn link(&self) -> String {
        format!("analytics?{self}")
    }

    /// Returns the site, the first one by default; none if there is no such site.
    pub fn site<'a>(&self, sites: &'a [TrackedSite]) -> Option<&'a TrackedSite> {
        match self.value("site") {
            Some(name) => sites.iter().find(|tracked| tracked.site.as_str() == name),
            None => sites.first(),
        }
    }

    /// Returns the query of the report of a site, whose current day is `today`.
    pub fn report(&self, site: Option<&TrackedSite>, today: Day) -> Self {
        let mut report = match site {
            Some(TrackedSite { site, .. }) if self.value("site").is_none() => self.with("site", site.as_str()),
            _ => self.clone(),
        };
        if let Some(period) = self.period() {
            report = report.with("from", &period.first_day(today).to_string()).with("to", &today.to_string());
            if period.by() != By::Bucket(Granularity::Day) && self.value("by").is_none() {
                report = report.with("by", period.by().name());
            }
        }
        // The fields for dates of the form stay when something else is chosen.
        if self.value("compare").is_some_and(|compare| compare != Compare::Dates.name()) {
            report = report.without(&["compareFrom", "compareTo"]);
        }
        report.without(&["period"])
    }
}

impl fmt::Display for PageQuery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&Serializer::new(String::new()).extend_pairs(&self.0).finish())
    }
}

#[cfg(test)]
mod tests {
    use analytics::{Dimension, Site};

    use super::*;

    fn sites() -> [TrackedSite; 2] {
        ["a.example", "b.example"]
            .map(|site| TrackedSite { site: Site::parse(site).unwrap(), zone: analytics::Zone::utc() })
    }

    fn report(query: &str) -> String {
        let query = PageQuery::parse(query);
        query.report(query.site(&sites()), "2026-11-21".parse().unwrap()).to_string()
    }

    #[test]
    fn a_period_by_name_ends_today() {
        for (query, from) in [
            ("", "2026-10-23"),
            ("period=30d", "2026-10-23"),
            ("period=7d", "2026-11-15"),
            ("period=today", "2026-11-21"),
            ("period=month", "2026-11-01"),
            ("period=never", "2026-10-23"),
            ("period=7d&from=2020-01-01&to=2020-01-02", "2026-11-15"),
        ] {
            assert_eq!(report(query), format!("site=a.example&from={from}&to=2026-11-21"), "{query}");
        }
    }

    #[test]
    fn a_year_is_shown_by_month_unless_requested_otherwise() {
        assert_eq!(report("period=year"), "site=a.example&from=2026-01-01&to=2026-11-21&by=month");
        assert_eq!(report("period=12m"), "site=a.example&from=2025-12-01&to=2026-11-21&by=month");
        assert_eq!(report("period=year&by=week"), "by=week&site=a.example&from=2026-01-01&to=2026-11-21");
    }

    #[test]
    fn twelve_months_are_the_last_twelve_on_any_day() {
        let sites = sites();
        for (today, from) in [("2026-03-31", "2025-04-01"), ("2024-03-01", "2023-04-01"), ("2025-12-31", "2025-01-01")]
        {
            let report = PageQuery::parse("period=12m").report(sites.first(), today.parse().unwrap());
            assert_eq!(report.value("from"), Some(from), "{today}");
        }
    }

    #[test]
    fn dates_to_compare_are_asked_for_unless_a_year_is_chosen() {
        let dates = "compareFrom=2026-01-01&compareTo=2026-01-02";
        let compared = |compare: &str| report(&format!("from=2026-11-01&to=2026-11-02&{dates}{compare}"));
        assert!(compared("").contains(dates) && compared("&compare=dates").contains(dates));
        assert!(!compared("&compare=year").contains("compareFrom"));
    }

    #[test]
    fn a_range_and_other_parameters_are_passed_on_unchanged() {
        assert_eq!(report("site=b.example&from=2026-01-01&by=week&page="), "site=b.example&from=2026-01-01&by=week");
        assert_eq!(report("site=x&to=now&limit=x&y=1"), "site=x&to=now&limit=x&y=1");
    }

    #[test]
    fn a_link_changes_one_thing() {
        let query = PageQuery::parse("period=7d&browser=Firefox");
        assert_eq!(
            query.with("page", "/a&b=\"<é").link(),
            "analytics?period=7d&browser=Firefox&page=%2Fa%26b%3D%22%3C%C3%A9"
        );
        assert_eq!(query.with("period", "today").without(&["browser"]).link(), "analytics?period=today");
        assert_eq!(query.filters().collect::<Vec<_>>(), [(Column::Counted(Dimension::Browser), "Firefox")]);
    }
}
