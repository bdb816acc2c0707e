use proptest::prelude::*;

use std::collections::BTreeMap;

use super::*;

/// 2026-11-21, before midnight in UTC.
const LATE: &str = "2026-11-21T23:30:00Z";

fn site(name: &str, zone: Zone) -> TrackedSite {
    TrackedSite { site: Site::parse(name).unwrap(), zone }
}

fn sites() -> Vec<TrackedSite> {
    ["example.com", "example.org"].map(|name| site(name, Zone::utc())).to_vec()
}

fn available(sites: &[TrackedSite]) -> Available<'_> {
    Available { sites, now: Moment::parse_rfc3339(LATE).unwrap(), view_retention_days: 90 }
}

/// Parses a query on 2026-11-21, with two sites, and views that are stored for 90 days.
fn wanted(query: &str) -> Result<ReportQuery, Error> {
    ReportQuery::parse(query, available(&sites()))
}

fn days(period: Period) -> [String; 2] {
    [period.first_day().to_string(), period.last_day().to_string()]
}

/// Returns the parameters that break rules, with the rules and the remedies.
fn errors(query: &str) -> Vec<(String, &'static str, String)> {
    let Err(Error::Invalid { error_type: "InvalidQuery", errors }) = wanted(query) else { panic!("{query}") };
    errors.into_iter().map(|error| (error.field, error.rule, error.detail)).collect()
}

#[test]
fn the_default_is_the_last_thirty_days_of_the_only_site() {
    let only = [site("example.com", Zone::utc())];
    let wanted = ReportQuery::parse("", available(&only)).unwrap();
    assert_eq!(wanted.site, only[0].site);
    assert_eq!(
        (wanted.period.by(), days(wanted.period)),
        (By::Bucket(Granularity::Day), ["2026-10-23", "2026-11-21"].map(Into::into))
    );
    assert_eq!(days(wanted.previous.unwrap()), ["2026-09-23", "2026-10-22"]);
    assert_eq!((wanted.format, wanted.filter), (Format::Json { limit: 10 }, Filter::default()));
}

#[test]
fn a_period_ends_on_the_day_of_the_site() {
    let sites = [
        site("east.example", Zone::new("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3").unwrap()),
        site("west.example", Zone::new("America/New_York", "EST5EDT,M3.2.0,M11.1.0").unwrap()),
    ];
    for (query, expected) in [
        ("site=east.example&period=today", ["2026-11-22", "2026-11-22"]),
        ("site=west.example&period=today", ["2026-11-21", "2026-11-21"]),
        ("site=east.example&period=7d", ["2026-11-16", "2026-11-22"]),
        ("site=east.example&period=today&by=hour", ["2026-11-22", "2026-11-22"]),
        ("site=east.example", ["2026-10-24", "2026-11-22"]),
    ] {
        let wanted = ReportQuery::parse(query, available(&sites)).unwrap();
        assert_eq!(days(wanted.period), expected, "{query}");
        assert_eq!(wanted.retained, wanted.today.minus(89));
    }
}

#[test]
fn rows_of_the_page_are_a_limit() {
    for (rows, limit) in [("50", 50), ("100", 100), ("500", 500)] {
        assert_eq!(wanted(&format!("site=example.com&rows={rows}")).unwrap().format, Format::Json { limit });
    }
}

#[test]
fn a_search_has_as_many_characters_as_the_form_accepts() {
    let query = |length| format!("site=example.com&q={}", "ж".repeat(length));
    assert!(wanted(&query(SEARCH_CHARACTERS)).is_ok());
    let expected = "q must have 1 to 200 characters; give a shorter text or leave it out.";
    assert_eq!(errors(&query(SEARCH_CHARACTERS + 1))[0].2, expected);
}

#[test]
fn a_choice_is_listed_with_its_values() {
    for (query, expected) in [
        ("by=year", "by must be hour, day, week or month."),
        ("compare=never", "compare must be previous, year, dates or none."),
        ("limit=0", "limit must be a whole number from 1 to 1000."),
        ("rows=7", "rows must be 50, 100 or 500."),
        ("format=xml", "format must be json or csv."),
    ] {
        assert_eq!(errors(&format!("site=example.com&{query}"))[0].2, expected);
    }
}

#[test]
fn everything_can_be_chosen() {
    let query =
        "site=example.org&from=2026-11-03&to=2026-11-05&by=week&limit=1000&format=json&page=/a%20b&device=phone";
    let wanted = wanted(query).unwrap();
    assert_eq!(
        (wanted.site.as_str(), days(wanted.period)),
        ("example.org", ["2026-11-02", "2026-11-08"].map(Into::into))
    );
    assert_eq!(wanted.filter.named(), BTreeMap::from([("page", "/a b"), ("device", "phone")]));
    assert_eq!(wanted.format, Format::Json { limit: 1000 });
}

#[test]
fn a_parameter_that_breaks_a_rule_is_named_with_the_rule() {
    for (query, field, rule) in [
        ("", "site", "required"),
        ("site=example.net", "site", "known"),
        ("site=", "site", "known"),
        ("site=example.com&site=example.com", "site", "unique"),
        ("site=example.com&sites=1", "sites", "unknown"),
        ("site=example.com&by=year", "by", "value"),
        ("site=example.com&by=hour", "from", "period"),
        ("site=example.com&by=hour&from=2026-08-23&to=2026-08-23", "from", "retention"),
        ("site=example.com&period=never", "period", "value"),
        ("site=example.com&period=7d&to=2026-11-20", "period", "exclusive"),
        ("site=example.com&period=30d&by=hour", "period", "period"),
        ("site=example.com&compare=never", "compare", "value"),
        ("site=example.com&compare=year&from=2026-11-22", "from", "order"),
        ("site=example.com&compare=dates&compareFrom=2026-01-01", "compareTo", "required"),
        ("site=example.com&compareTo=2026-01-01", "compareFrom", "required"),
        ("site=example.com&compareFrom=x&compareTo=2026-01-01", "compareFrom", "day"),
        ("site=example.com&compareFrom=2026-01-02&compareTo=2026-01-01", "compareFrom", "order"),
        ("site=example.com&compareFrom=2024-01-01&compareTo=2026-01-01", "compareFrom", "period"),
        ("site=example.com&compare=year&compareFrom=2026-01-01&compareTo=2026-01-01", "compare", "exclusive"),
        ("site=example.com&from=2026-02-30", "from", "day"),
        ("site=example.com&to=yesterday", "to", "day"),
        ("site=example.com&to=0000-01-01", "to", "day"),
        ("site=example.com&from=1969-12-31", "from", "day"),
        ("site=example.com&from=2026-11-22", "from", "order"),
        ("site=example.com&from=2025-10-17", "from", "period"),
        ("site=example.com&limit=0", "limit", "range"),
        ("site=example.com&limit=1001", "limit", "range"),
        ("site=example.com&limit=%2B1", "limit", "range"),
        ("site=example.com&limit=", "limit", "range"),
        ("site=example.com&rows=10", "rows", "value"),
        ("site=example.com&rows=many", "rows", "value"),
        ("site=example.com&q=", "q", "length"),
        ("site=example.com&format=xml", "format", "value"),
        ("site=example.com&table=page", "table", "value"),
        ("site=example.com&page=", "page", "length"),
        ("site=example.com&bot=x", "bot", "unknown"),
        ("site=example.com&page=/&from=2026-08-23", "from", "retention"),
    ] {
        let found: Vec<_> = errors(query).into_iter().map(|(field, rule, _)| (field, rule)).collect();
        assert_eq!(found, [(field.to_owned(), rule)], "{query}");
    }
}

#[test]
fn all_problems_are_reported_together_with_remedies() {
    let errors = errors("site=example.net&by=year&from=1&limit=x&format=xml&table=x&page=&x=1");
    assert_eq!(errors.len(), 8);
    let detail = |name| &errors.iter().find(|(field, ..)| field == name).unwrap().2;
    assert_eq!(detail("site"), "site must be one of example.com, example.org.");
    assert_eq!(detail("by"), "by must be hour, day, week or month.");
}

#[test]
fn what_a_period_is_compared_with_can_be_chosen() {
    for (compare, expected) in [
        ("", Some(["2026-11-16", "2026-11-18"])),
        ("&compare=previous", Some(["2026-11-16", "2026-11-18"])),
        ("&compare=year", Some(["2025-11-19", "2025-11-21"])),
        ("&compareFrom=2026-01-01&compareTo=2026-01-09", Some(["2026-01-01", "2026-01-09"])),
        ("&compare=dates&compareFrom=2026-01-01&compareTo=2026-01-09", Some(["2026-01-01", "2026-01-09"])),
        ("&compare=none", None),
    ] {
        let wanted = wanted(&format!("site=example.com&from=2026-11-19{compare}")).unwrap();
        assert_eq!(wanted.previous.map(days), expected.map(|days| days.map(Into::into)), "{compare}");
    }
}

#[test]
fn the_year_to_date_is_by_month_unless_asked_otherwise() {
    for (by, granularity, to) in [("", Granularity::Month, "2026-11-30"), ("&by=day", Granularity::Day, "2026-11-21")] {
        let period = wanted(&format!("site=example.com&period=year{by}")).unwrap().period;
        assert_eq!((period.by(), days(period)), (By::Bucket(granularity), ["2026-01-01", to].map(Into::into)));
    }
}

#[test]
fn a_period_that_is_too_long_has_a_remedy() {
    let expected = "from is more than 400 days before to; ask for a shorter period, or by=week or by=month.";
    assert_eq!(errors("site=example.com&from=2025-10-17")[0].2, expected);
}

#[test]
fn with_filters_a_period_begins_while_its_views_are_stored() {
    let period = |query: &str| wanted(&format!("site=example.com&country=DE&{query}"));
    assert_eq!(days(period("from=2026-08-24").unwrap().period), ["2026-08-24", "2026-11-21"]);
    for (by, day) in [("day", "2026-08-24"), ("week", "2026-08-24"), ("month", "2026-09-01")] {
        let error = &errors(&format!("site=example.com&country=DE&from=2026-08-23&by={by}"))[0].2;
        assert!(error.contains(&format!("set from to {day} or later")), "{error}");
        assert!(period(&format!("from={day}&by={by}")).is_ok());
    }
}

#[test]
fn a_filtered_previous_period_with_deleted_views_is_omitted() {
    let previous = |from: &str| wanted(&format!("site=example.com&country=DE&from={from}")).unwrap().previous;
    // 45 days, of which the 45 before begin on the last day that is kept, and 46.
    assert_eq!(days(previous("2026-10-08").unwrap()), ["2026-08-24", "2026-10-07"]);
    assert_eq!(previous("2026-10-07"), None);
}

proptest! {
    #[test]
    fn any_query_is_valid_or_a_parameter_is_named(query: String) {
        match wanted(&format!("site=example.com&{query}")) {
            Ok(wanted) => prop_assert!(wanted.period.buckets().count() <= MOST_BUCKETS),
            Err(Error::Invalid { errors, .. }) => prop_assert!(!errors.is_empty()),
            Err(error) => prop_assert!(false, "{error:?}"),
        }
    }
}
