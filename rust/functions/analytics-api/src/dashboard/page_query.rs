use std::iter;

use analytics::{Bucket, Day, Granularity, Site};
use form_urlencoded::Serializer;

use crate::report::Column;

/// Periods that end today: names in a query, and labels.
pub const PERIODS: [(&str, &str); 6] = [
    ("today", "Today"),
    ("7d", "7 days"),
    (DEFAULT_PERIOD, "30 days"),
    ("month", "This month"),
    ("year", "Year to date"),
    ("12m", "12 months"),
];

const DEFAULT_PERIOD: &str = "30d";

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
    pub fn period(&self) -> Option<&'static str> {
        let named = PERIODS.into_iter().map(|(name, _)| name).find(|name| self.value("period") == Some(name));
        let is_range = ["from", "to"].into_iter().any(|name| self.value(name).is_some());
        named.or((!is_range).then_some(DEFAULT_PERIOD))
    }

    /// Returns the values to filter by.
    pub fn filters(&self) -> impl Iterator<Item = (Column, &str)> {
        Column::filters().filter_map(|column| Some((column, self.value(column.name())?)))
    }

    /// Returns the query without some parameters.
    pub fn without(&self, names: &[&str]) -> Self {
        Self(self.0.iter().filter(|(name, _)| !names.contains(&name.as_str())).cloned().collect())
    }

    /// Returns the query with a parameter set.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut asked = self.without(&[name]);
        asked.0.push((name.to_owned(), value.to_owned()));
        asked
    }

    /// Returns the URL of the page, relative to the page.
    pub fn link(&self) -> String {
        format!("analytics?{}", self.query())
    }

    /// Returns the query of the report, of the first site by default.
    pub fn report(&self, sites: &[Site], today: Day) -> Self {
        let mut report = match (self.value("site"), sites.first()) {
            (None, Some(first)) => self.with("site", first.as_str()),
            _ => self.clone(),
        };
        if let Some(period) = self.period() {
            let month = |day| Bucket::new(Granularity::Month, day).first();
            let january = iter::successors(Some(month(today)), |first| Some(month(first.minus(1))))
                .find(|first| first.to_string().ends_with("-01-01"));
            let from = match period {
                "today" => today,
                "7d" => today.minus(6),
                "month" => month(today),
                "year" => january.unwrap_or(today),
                "12m" => month(today.minus(334)),
                _ => today.minus(29),
            };
            report = report.with("from", &from.to_string()).with("to", &today.to_string());
            if ["year", "12m"].contains(&period) && self.value("by").is_none() {
                report = report.with("by", Granularity::Month.name());
            }
        }
        report.without(&["period"])
    }

    /// Returns the query as text.
    pub fn query(&self) -> String {
        Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

#[cfg(test)]
mod tests {
    use analytics::Dimension;

    use super::*;

    fn report(query: &str) -> String {
        let sites = ["a.example", "b.example"].map(|site| Site::parse(site).unwrap());
        PageQuery::parse(query).report(&sites, "2026-11-21".parse().unwrap()).query()
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
    fn a_year_is_shown_by_month_unless_asked_otherwise() {
        assert_eq!(report("period=year"), "site=a.example&from=2026-01-01&to=2026-11-21&by=month");
        assert_eq!(report("period=12m"), "site=a.example&from=2025-12-01&to=2026-11-21&by=month");
        assert_eq!(report("period=year&by=week"), "by=week&site=a.example&from=2026-01-01&to=2026-11-21");
    }

    #[test]
    fn a_range_and_all_else_is_asked_for_as_it_is() {
        assert_eq!(report("site=b.example&from=2026-01-01&by=week&page="), "site=b.example&from=2026-01-01&by=week");
        assert_eq!(report("site=x&to=now&limit=x&y=1"), "site=x&to=now&limit=x&y=1");
    }

    #[test]
    fn a_link_changes_one_thing() {
        let asked = PageQuery::parse("period=7d&browser=Firefox");
        assert_eq!(
            asked.with("page", "/a&b=\"<é").link(),
            "analytics?period=7d&browser=Firefox&page=%2Fa%26b%3D%22%3C%C3%A9"
        );
        assert_eq!(asked.with("period", "today").without(&["browser"]).link(), "analytics?period=today");
        assert_eq!(asked.filters().collect::<Vec<_>>(), [(Column::Counted(Dimension::Browser), "Firefox")]);
    }
}
