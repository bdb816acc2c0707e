//! Reports, compared with an independent count.

use std::collections::{BTreeMap, BTreeSet};
use std::future::pending;

use analytics::keys::Sections;
use analytics::keys::{self, Key};
use analytics::{AttributeValue, Bucket, Day, Granularity, Item, Site, Tally, View, Visitor};
use analytics_store::{Batch, ReadTables, StoreError, Table};
use async_trait::async_trait;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::views::{Seen, UTM, VERSIONS, any_view, empty, put_totals, store, view, view_item};
use super::world::World;

/// The day of the world's clock.
const TODAY: &str = "2027-01-20";

/// The first day whose views are stored, for 90 days.
fn retained() -> Day {
    day(TODAY).minus(89)
}

/// Parameters of a count: days, and values that a view must have.
struct Wanted<'a> {
    by: Granularity,
    from: Day,
    to: Day,
    filters: &'a [(&'a str, &'a str)],
    limit: usize,
}

/// Returns the value of a view in a column.
fn value<'a>(view: &'a View, column: &str) -> Option<&'a str> {
    let utm = UTM.into_iter().position(|utm| view.utm.as_deref() == Some(utm));
    match column {
        "page" => Some(view.page.as_str()),
        "utmSource" => [Some("news letter"), None, Some("ad")][utm?],
        "utmMedium" => [Some("email"), None, None][utm?],
        "utmTerm" => [None, Some("a&b"), None][utm?],
        "utmContent" => [None, Some("=1"), None][utm?],
        "browserVersion" => {
            let (_, version) = VERSIONS.into_iter().find(|(stored, _)| *stored == view.agent.version).unwrap();
            Some(format!("{} {}", view.agent.browser, version?).leak())
        }
        "referrer" => Some(view.referrer.as_ref()?.as_str()),
        "campaign" => Some(view.campaign.as_ref()?.as_str()),
        "browser" => Some(&view.agent.browser),
        "system" => Some(&view.agent.system),
        "device" => Some(view.agent.device.name()),
        "country" => view.country.as_deref(),
        _ => panic!("{column}"),
    }
}

/// Returns the numbers of views, counted one by one.
fn numbers(views: &[&Seen]) -> Map<String, Value> {
    let humans: Vec<_> = views.iter().filter(|seen| seen.view.agent.bot.is_none()).collect();
    let visitors: BTreeSet<_> =
        humans.iter().filter_map(|seen| Some((seen.view.id.day(), seen.view.visitor?))).collect();
    let measures: Vec<_> = humans.iter().filter_map(|seen| seen.measure).collect();
    let average = |sum: u64| {
        let of = u64::try_from(measures.len()).unwrap();
        (of > 0).then(|| (2 * sum + of) / (2 * of))
    };
    let numbers = json!({
        "views": humans.len(),
        "visitors": visitors.len(),
        "bots": views.len() - humans.len(),
        "measured": measures.len(),
        "averageDurationMs": average(measures.iter().map(|measure| measure.duration_ms).sum()),
        "averageScrollPercent": average(measures.iter().map(|measure| u64::from(measure.scroll)).sum()),
    });
    numbers.as_object().unwrap().clone()
}

/// Returns the numbers of a period, in total and by bucket.
fn part(views: &[&Seen], by: Granularity, from: Day, to: Day) -> Value {
    let within = |from: Day, to: Day| -> Vec<&Seen> {
        views.iter().copied().filter(|seen| (from..=to).contains(&seen.view.id.day())).collect()
    };
    let mut series = Vec::new();
    let mut first = from;
    while first <= to {
        let bucket = Bucket::new(by, first);
        let mut point = numbers(&within(bucket.first(), bucket.last()));
        point.insert("bucket".to_owned(), json!(bucket.to_string()));
        series.push(point);
        first = bucket.last().plus(1);
    }
    json!({
        "from": from.to_string(), "to": to.to_string(), "totals": numbers(&within(from, to)), "series": series,
        "uniqueVisitors": null,
    })
}

/// Returns the rows of a list, with visitors where they are known.
fn list<'a>(values: impl Iterator<Item = (&'a str, &'a View)>, limit: usize, has_visitors: bool) -> Value {
    let mut views: BTreeMap<&str, Vec<&View>> = BTreeMap::new();
    for (value, view) in values {
        views.entry(value).or_default().push(view);
    }
    let mut rows: Vec<_> = views.iter().collect();
    rows.sort_by(|(a, left), (b, right)| right.len().cmp(&left.len()).then(a.cmp(b)));
    let row = |(value, views): &(&&str, &Vec<&View>)| json!({"value": value, "views": views.len(), "visitors": has_visitors.then(|| visitors(views))});
    json!({"rows": rows.iter().take(limit).map(row).collect::<Vec<_>>(), "all": views.len()})
}

fn visitors(views: &[&View]) -> usize {
    views.iter().filter_map(|view| Some((view.id.day(), view.visitor?))).collect::<BTreeSet<_>>().len()
}

/// Returns the report, counted from the views one by one.
fn recount<'a>(all: &'a [Seen], Wanted { by, from, to, filters, limit }: &Wanted) -> Value {
    let taken: Vec<&'a Seen> = all
        .iter()
        .filter(|seen| seen.counted && filters.iter().all(|(name, text)| value(&seen.view, name) == Some(text)))
        .collect();
    let (first, last) = (Bucket::new(*by, *from).first(), Bucket::new(*by, *to).last());
    let mut before = first;
    let mut bucket = first;
    while bucket <= last {
        before = Bucket::new(*by, before.minus(1)).first();
        bucket = Bucket::new(*by, bucket).last().plus(1);
    }
    let current: Vec<&'a View> =
        taken.iter().map(|seen| &seen.view).filter(|view| (first..=last).contains(&view.id.day())).collect();
    let is_stored = |view: &View| (retained()..=day(TODAY)).contains(&view.id.day());
    let people: Vec<&View> = current.iter().copied().filter(|view| view.agent.bot.is_none()).collect();
    let stored: Vec<&View> = people.iter().copied().filter(|view| is_stored(view)).collect();
    let has_visitors = stored.len() == people.len();
    let values_of = |views: &[&'a View], column: &str| -> Vec<(&'a str, &'a View)> {
        views.iter().filter_map(|view| Some((value(view, column)?, *view))).collect()
    };
    let list_of = |column: &str| list(values_of(&people, column).into_iter(), *limit, has_visitors);
    let detail_of = |column: &str| list(values_of(&stored, column).into_iter(), *limit, true);
    let mut entries: BTreeMap<_, &View> = BTreeMap::new();
    for Seen { view, .. } in all.iter().filter(|seen| seen.counted && seen.view.agent.bot.is_none()) {
        if let Some(visitor) = view.visitor {
            let first = entries.entry((view.id.day(), visitor)).or_insert(view);
            *first = if view.id < first.id { view } else { first };
        }
    }
    let entered = |view: &&View| entries.values().any(|entry| entry.id == view.id);
    let entries: Vec<&View> = stored.iter().copied().filter(entered).collect();
    let mut hosts: BTreeMap<&str, Vec<(&str, &View)>> = BTreeMap::new();
    for (referrer, view) in values_of(&people, "referrer") {
        let source = if referrer.ends_with("google.com") { "Google" } else { referrer };
        hosts.entry(source).or_default().push((referrer, view));
    }
    let mut sources: Vec<(usize, &str, Value)> = hosts
        .iter()
        .map(|(source, views)| {
            let referrers = list(views.iter().copied(), usize::MAX, has_visitors)["rows"].clone();
            let of_source: Vec<&View> = views.iter().map(|(_, view)| *view).collect();
            let visitors = has_visitors.then(|| visitors(&of_source));
            let row = json!({"value": source, "views": views.len(), "visitors": visitors, "referrers": referrers});
            (views.len(), *source, row)
        })
        .collect();
    sources.sort_by_key(|(views, source, _)| (usize::MAX - views, *source));
    let rows: Vec<Value> = sources.iter().take(*limit).map(|(.., row)| row.clone()).collect();
    let wanted = filters.iter().map(|(name, value)| (*name, *value)).collect::<BTreeMap<_, _>>();
    let wanted: Vec<String> = wanted.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let is_empty = !wanted.is_empty() && current.is_empty();
    let note = is_empty.then(|| format!("No views in this period match {}.", wanted.join(" and ")));
    let mut report = part(&taken, *by, first, last);
    let filters: BTreeMap<_, _> = filters.iter().copied().collect();
    let rest = json!({
        "note": note, "sources": {"rows": rows, "all": sources.len()},
        "site": "example.com", "timeZone": "UTC", "by": by.name(), "filters": filters, "unreadable": 0,
        "compare": "previous", "previous": part(&taken, *by, before, first.minus(1)),
        "pages": list_of("page"), "referrers": list_of("referrer"), "campaigns": list_of("campaign"),
        "browsers": list_of("browser"), "systems": list_of("system"), "devices": list_of("device"),
        "countries": list_of("country"),
        "bots": list(current.iter().filter_map(|view| Some((view.agent.bot.as_deref()?, *view))), *limit, false),
        "aiCrawlers": list(
            current.iter().filter_map(|view| Some((view.agent.bot.as_deref().filter(|bot| *bot == "GPTBot")?, *view))),
            *limit, false,
        ),
        "details": {"from": first.max(retained()).to_string(), "views": stored.len()},
        "entryPages": list(values_of(&entries, "page").into_iter(), *limit, true),
        "utmSources": detail_of("utmSource"), "utmMediums": detail_of("utmMedium"), "utmTerms": detail_of("utmTerm"),
        "utmContents": detail_of("utmContent"), "browserVersions": detail_of("browserVersion"),
    });
    report.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    report
}

/// Returns the report of the service.
fn report(all: &[Seen], Wanted { by, from, to, filters, limit }: &Wanted) -> Value {
    let mut query = form_urlencoded::Serializer::new(format!("from={from}&to={to}&by={}&limit={limit}", by.name()));
    let query = query.extend_pairs(*filters).finish();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let answer = runtime.block_on(async { World::reporting(store(all), &["example.com"]).report(&query).await });
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_number_matches_a_recount(
        views in prop::collection::vec(any_view(), 0..60), by in 0..3_usize,
        start in 0_u16..42, length in 0_u16..30, limit in 1..5_usize,
    ) {
        let from = day("2026-12-10").plus(start);
        let wanted = Wanted { by: Granularity::ALL[by], from, to: from.plus(length), filters: &[], limit };
        prop_assert_eq!(report(&views, &wanted), recount(&views, &wanted));
    }

    #[test]
    fn every_filtered_number_matches_a_recount(
        views in prop::collection::vec(any_view(), 0..80), by in 0..2_usize, start in 0_u16..20, length in 0_u16..10,
        filters in prop::sample::subsequence(vec![
            ("page", "/about"), ("referrer", "search.example"), ("browser", "Firefox"), ("system", "Linux"),
            ("device", "desktop"), ("country", "DE"), ("campaign", "été/2026"),
            ("utmSource", "news letter"), ("browserVersion", "Firefox 145"),
        ], 1..=2),
    ) {
        let from = day("2026-12-20").plus(start);
        let wanted = Wanted { by: Granularity::ALL[by], from, to: from.plus(length), filters: &filters, limit: 3 };
        prop_assert_eq!(report(&views, &wanted), recount(&views, &wanted));
    }
}

#[tokio::test]
async fn a_site_without_views_has_a_report_of_zeros() {
    let answer = World::new().report("from=2027-01-01&to=2027-01-03").await;
    assert_eq!((answer.status, &answer.headers["cache-control"]), (200, &json!("no-store")));
    let wanted =
        Wanted { by: Granularity::Day, from: day("2027-01-01"), to: day("2027-01-03"), filters: &[], limit: 10 };
    assert_eq!(answer.json, recount(&[], &wanted));
    assert_eq!(answer.json["totals"]["averageDurationMs"], Value::Null);
    assert_eq!(answer.json["series"].as_array().unwrap().len(), 3);
}

#[test]
fn weeks_at_year_end_and_in_9999_are_reported() {
    let views: Vec<Seen> = ["2026-12-27", "2026-12-28", "2027-01-03", "2027-01-04", "9999-12-30", "9999-12-31"]
        .into_iter()
        .zip(1..)
        .map(|(day, random)| view("example.com", day, random, "/"))
        .collect();
    for (by, from, to, totals, series) in [
        (Granularity::Week, "2026-12-31", "2027-01-01", 2, vec![("2026-W53", 2)]),
        (Granularity::Week, "2027-01-04", "2027-01-04", 1, vec![("2027-W01", 1)]),
        (Granularity::Month, "2026-12-31", "2027-01-01", 4, vec![("2026-12", 2), ("2027-01", 2)]),
        (Granularity::Day, "9999-12-31", "9999-12-31", 1, vec![("9999-12-31", 1)]),
        (Granularity::Week, "9999-12-31", "9999-12-31", 2, vec![("9999-W52", 2)]),
        (Granularity::Month, "9999-12-31", "9999-12-31", 2, vec![("9999-12", 2)]),
    ] {
        let wanted = Wanted { by, from: day(from), to: day(to), filters: &[], limit: 10 };
        let report = report(&views, &wanted);
        assert_eq!(report["totals"]["views"], totals);
        let found: Vec<(&str, i64)> = report["series"]
            .as_array()
            .unwrap()
            .iter()
            .map(|point| (point["bucket"].as_str().unwrap(), point["views"].as_i64().unwrap()))
            .collect();
        assert_eq!(found, series);
    }
}

#[tokio::test]
async fn views_of_other_sites_are_excluded() {
    let views = [view("example.com", "2027-01-02", 1, "/"), view("example.org", "2027-01-02", 2, "/")];
    let world = World::reporting(store(&views), &["example.com", "example.org"]);
    for query in ["site=example.org", "site=example.org&page=/"] {
        let answer = world.report(query).await;
        assert_eq!(
            (answer.json["site"].as_str(), answer.json["totals"]["views"].as_i64()),
            (Some("example.org"), Some(1))
        );
    }
    assert_eq!(world.report("").await.error(), (422, "InvalidQuery"));
}

#[tokio::test]
async fn lists_are_truncated_in_json_and_complete_in_csv() {
    let views: Vec<Seen> =
        (0..25).map(|number| view("example.com", "2027-01-02", number, &format!("/{number:02}"))).collect();
    let world = World::reporting(store(&views), &["example.com"]);
    let json = world.report("").await.json;
    assert_eq!((json["pages"]["rows"].as_array().unwrap().len(), &json["pages"]["all"]), (10, &json!(25)));
    assert_eq!(json["pages"]["rows"][0], json!({"value": "/00", "views": 1, "visitors": 0}));

    let csv = world.report("format=csv&table=pages&limit=3&from=2027-01-01&to=2027-01-20").await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    let name = "attachment; filename=\"example.com-pages-2027-01-01-2027-01-20.csv\"";
    assert_eq!(csv.headers["content-disposition"], name);
    let lines: Vec<&str> = csv.text.split_terminator("\r\n").collect();
    assert_eq!((lines.len(), lines[0], lines[25]), (26, "\"page\",\"views\",\"visitors\"", "\"/24\",\"1\",\"0\""));
}

#[tokio::test]
async fn the_series_is_a_csv_table() {
    let mut views = vec![view("example.com", "2027-01-02", 1, "/"), view("example.com", "2027-01-02", 2, "/")];
    views[0].measure = Some(analytics::Measure { duration_ms: 1500, scroll: 60 });
    let world = World::reporting(store(&views), &["example.com"]);
    let csv = world.report("format=csv&from=2027-01-01&to=2027-01-02").await.text;
    let expected = "\"bucket\",\"views\",\"visitors\",\"bots\",\"averageDurationMs\",\"averageScrollPercent\",\"measured\"\r\n\
                    \"2027-01-01\",\"0\",\"0\",\"0\",\"\",\"\",\"0\"\r\n\"2027-01-02\",\"2\",\"0\",\"0\",\"1500\",\"60\",\"1\"\r\n";
    assert_eq!(csv, expected);
}

#[tokio::test]
async fn formulas_are_escaped_in_csv() {
    let mut seen = view("example.com", "2027-01-02", 1, "/");
    seen.view.campaign = analytics::Campaign::named("=HYPERLINK(\"http://evil.example\",\"x\")");
    let world = World::reporting(store(&[seen]), &["example.com"]);
    let csv = world.report("format=csv&table=campaigns").await.text;
    assert!(csv.contains("\"'=HYPERLINK(\"\"http://evil.example\"\""), "{csv}");
    let json = world.report("").await.json;
    assert_eq!(json["campaigns"]["rows"][0]["value"], "=HYPERLINK(\"http://evil.example\",\"x\")");
}

#[tokio::test]
async fn any_dates_are_compared_with_and_overlaps_count_in_both() {
    let days = ["2026-01-19", "2026-01-20", "2026-12-31", "2027-01-18", "2027-01-19", "2027-01-20"];
    let views: Vec<Seen> =
        days.into_iter().zip(1..).map(|(day, random)| view("example.com", day, random, "/")).collect();
    let world = World::reporting(store(&views), &["example.com"]);
    for (compare, from, to, views) in [
        ("compare=previous", "2027-01-17", "2027-01-18", 1),
        ("compare=year", "2026-01-19", "2026-01-20", 2),
        ("compareFrom=2027-01-18&compareTo=2027-01-19", "2027-01-18", "2027-01-19", 2),
        ("compareFrom=2026-12-31&compareTo=2026-12-31", "2026-12-31", "2026-12-31", 1),
        ("compareFrom=2027-01-19&compareTo=2027-01-22", "2027-01-19", "2027-01-22", 2),
    ] {
        let json = world.report(&format!("from=2027-01-19&{compare}")).await.json;
        let previous = &json["previous"];
        assert_eq!((&json["totals"]["views"], &previous["totals"]["views"]), (&json!(2), &json!(views)), "{compare}");
        assert_eq!([&previous["from"], &previous["to"]], [from, to], "{compare}");
        let filtered = world.report(&format!("from=2027-01-19&{compare}&browser=Firefox")).await.json;
        let expected = if compare == "compare=year" { &Value::Null } else { previous };
        assert_eq!((&filtered["totals"], &filtered["previous"]), (&json["totals"], expected), "{compare}");
    }
    let json = world.report("from=2027-01-19&compare=none").await.json;
    assert_eq!(
        (&json["compare"], &json["previous"], &json["totals"]["views"]),
        (&json!("none"), &Value::Null, &json!(2))
    );
}

#[tokio::test]
async fn a_day_is_reported_by_hour() {
    let hours = [(0, 1), (0, 1), (0, 2), (13, 1), (23, 2)];
    let mut views: Vec<Seen> = Vec::new();
    for (index, (hour, visitor)) in (0..).zip(hours) {
        let mut seen = view("example.com", "2027-01-20", hour * 3_600_000 + index, "/");
        seen.view.visitor = Some(Visitor::from_bytes([visitor; 16]));
        views.push(seen);
    }
    views.push(view("example.com", "2027-01-19", 13 * 3_600_000, "/"));
    let world = World::reporting(store(&views), &["example.com"]);
    let json = world.report("period=today&by=hour").await.json;
    assert_eq!(
        (&json["by"], &json["totals"]["views"], &json["totals"]["visitors"]),
        (&json!("hour"), &json!(5), &json!(2))
    );
    let counted = |series: &Value| -> Vec<Value> {
        let points = series.as_array().unwrap();
        assert_eq!(points.len(), 24);
        let counted = points.iter().filter(|point| point["views"] != 0);
        counted.map(|point| json!([point["bucket"], point["views"], point["visitors"]])).collect()
    };
    let expected = json!([["2027-01-20T00:00", 3, 2], ["2027-01-20T13:00", 1, 1], ["2027-01-20T23:00", 1, 1]]);
    assert_eq!(json!(counted(&json["series"])), expected);
    assert_eq!(counted(&json["previous"]["series"]), [json!(["2027-01-19T13:00", 1, 0])]);
    assert_eq!(json["previous"]["totals"]["views"], 1);
    let csv = world.report("format=csv&by=hour&from=2027-01-19&to=2027-01-20").await.text;
    assert!(csv.contains("\r\n\"2027-01-20T00:00\",\"3\",\"2\",") && csv.lines().count() == 49, "{csv}");
}

#[tokio::test]
async fn rows_are_searched_in_any_case() {
    let mut views: Vec<Seen> =
        (0..60).map(|number| view("example.com", "2027-01-20", number, &format!("/Été/{number:02}"))).collect();
    for (seen, referrer) in views.iter_mut().zip(["https://news.google.com/", "https://search.example/"]) {
        seen.view.referrer = analytics::Referrer::parse(referrer, &seen.view.site);
    }
    let world = World::reporting(store(&views), &["example.com"]);
    let json = world.report("q=%C3%A9T%C3%89/5&rows=50").await.json;
    assert_eq!((&json["pages"]["all"], &json["pages"]["rows"][9]["value"]), (&json!(10), &json!("/Été/59")));
    assert_eq!((&json["browsers"]["all"], &json["totals"]["views"]), (&json!(0), &json!(60)));
    assert_eq!(world.report("rows=50").await.json["pages"]["rows"].as_array().unwrap().len(), 50);
    for (text, sources) in
        [("google", json!(["Google"])), ("news.g", json!(["Google"])), ("x", json!(["search.example"]))]
    {
        let json = world.report(&format!("q={text}")).await.json;
        let found: Vec<&Value> = json["sources"]["rows"].as_array().unwrap().iter().map(|row| &row["value"]).collect();
        assert_eq!(json!(found), sources, "{text}");
    }
    let csv = world.report("format=csv&table=pages&q=/01").await.text;
    assert_eq!(csv, "\"page\",\"views\",\"visitors\"\r\n\"/Été/01\",\"1\",\"0\"\r\n");
}

#[tokio::test]
async fn details_are_of_stored_views_and_say_so() {
    let views: Vec<Seen> = ["2026-10-22", "2026-10-23", "2027-01-20"]
        .into_iter()
        .zip(1..)
        .map(|(day, random)| view("example.com", day, random, "/"))
        .collect();
    let store = store(&views);
    store.tables().views.pop_first();
    let world = World::reporting(store, &["example.com"]);
    for (from, views, stored, visitors) in [("2026-10-22", 3, 2, Value::Null), ("2026-10-23", 2, 2, json!(0))] {
        let json = world.report(&format!("from={from}")).await.json;
        assert_eq!((&json["totals"]["views"], &json["details"]["views"]), (&json!(views), &json!(stored)));
        assert_eq!(json["details"]["from"], "2026-10-23");
        assert_eq!(json["browserVersions"]["rows"], json!([{"value": "Firefox 145", "views": stored, "visitors": 0}]));
        assert_eq!(json["pages"]["rows"], json!([{"value": "/", "views": views, "visitors": visitors}]));
    }
    let old = world.report("from=2026-10-01&to=2026-10-22").await.json;
    assert_eq!((&old["totals"]["views"], &old["details"]["views"]), (&json!(1), &json!(0)));
    let csv = world.report("format=csv&table=browserVersions&from=2026-10-23").await.text;
    assert_eq!(csv, "\"browserVersion\",\"views\",\"visitors\"\r\n\"Firefox 145\",\"2\",\"0\"\r\n");
    let refused = world.report("format=csv&table=browserVersions&from=2026-10-22").await;
    assert_eq!(refused.errors(), [("from", "retention")]);
    assert!(refused.text.contains("Reports for table=browserVersions need stored views"), "{}", refused.text);
}

#[tokio::test]
async fn with_too_many_views_a_report_has_totals_without_details() {
    let mut tally = Tally::default();
    for number in 0..=20_000 {
        tally.view(&view("example.com", "2027-01-02", number, "/").view, false);
    }
    let store = empty();
    put_totals(&store, &tally, 0);
    let world = World::reporting(store, &["example.com"]);
    let json = world.report("").await.json;
    assert_eq!(
        (&json["totals"]["views"], &json["details"], &json["utmSources"]),
        (&json!(20_001), &Value::Null, &Value::Null)
    );
    assert_eq!(json["pages"]["rows"], json!([{"value": "/", "views": 20_001, "visitors": null}]));
}

#[tokio::test]
async fn an_unreadable_item_is_skipped_and_counted() {
    let store = store(&[view("example.com", "2027-01-02", 1, "/")]);
    let path = "total/example.com/day".to_owned();
    for section in ["summary/2027-01-02/x", "summary/2027-01-0", "page/2027-01-02/0", "page/2027-01-02/500/x"] {
        let key = Key { path: path.clone(), section: section.to_owned() };
        let item = key.item();
        store.tables().totals.insert(key, item);
    }
    let key = Key { path, section: "summary/2027-01-02/9".to_owned() };
    let mut item: std::collections::HashMap<String, AttributeValue> = key.item().into();
    item.insert("Views".to_owned(), AttributeValue::S("many".to_owned()));
    store.tables().totals.insert(key, item.into());
    let (key, item) = view_item(&view("example.com", "2027-01-02", 2, "/").view, true, None);
    let mut item: std::collections::HashMap<String, AttributeValue> = item.into();
    item.remove("Page");
    store.tables().views.insert(key, item.into());

    let world = World::reporting(store, &["example.com"]);
    for (query, unreadable) in [("", 6), ("page=/", 1)] {
        let answer = world.report(query).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!((&answer.json["totals"]["views"], &answer.json["unreadable"]), (&json!(1), &json!(unreadable)));
    }
}

#[tokio::test]
async fn unknown_attributes_are_ignored() {
    let mut tally = Tally::default();
    tally.view(&view("example.com", "2027-01-02", 1, "/").view, true);
    let store = empty();
    put_totals(&store, &tally, 0);
    let bucket = Bucket::new(Granularity::Day, day("2027-01-02"));
    let key =
        analytics::TotalKey { site: Site::parse("example.com").unwrap(), bucket, counter: analytics::Counter::Summary };
    let key = keys::total(&key, 1);
    let mut item: std::collections::HashMap<String, AttributeValue> = key.item().into();
    item.insert("Clicks".to_owned(), AttributeValue::N("7".to_owned()));
    store.tables().totals.insert(key, item.into());
    let json = World::reporting(store, &["example.com"]).report("").await.json;
    assert_eq!((&json["totals"]["views"], &json["unreadable"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn every_invalid_parameter_is_reported_in_one_response() {
    let answer = World::new().report("site=example.net&by=year&limit=0").await;
    assert_eq!(answer.error(), (422, "InvalidQuery"));
    let fields: Vec<&str> =
        answer.json["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["site", "by", "limit"]);
}

/// A store whose views of a day never end.
struct Endless;

#[async_trait]
impl ReadTables for Endless {
    async fn query(&self, _: Table, _: &Sections, after: Option<&Key>) -> Result<Batch, StoreError> {
        let next = after.cloned().or_else(|| Some(Key { path: String::new(), section: String::new() }));
        Ok(Batch { items: vec![Item::default(); 1000], next })
    }
}

#[tokio::test]
async fn at_most_100_000_views_are_read() {
    let world = World::reporting(Endless, &["example.com"]);
    let answer = world.report("browser=Firefox").await;
    assert_eq!(answer.error(), (422, "TooManyViews"));
    assert!(answer.json["detail"].as_str().unwrap().contains("shorter period"));
}

/// A store that always fails.
pub struct Down;

#[async_trait]
impl ReadTables for Down {
    async fn query(&self, _: Table, _: &Sections, _: Option<&Key>) -> Result<Batch, StoreError> {
        Err(StoreError::new("table totals-4f2 is gone"))
    }
}

#[tokio::test]
async fn a_store_error_is_a_500_without_its_cause() {
    let world = World::reporting(Down, &["example.com"]);
    for query in ["", "page=/"] {
        let answer = world.report(query).await;
        assert_eq!(answer.error(), (500, "InternalError"));
        assert!(!answer.text.contains("4f2"), "{}", answer.text);
    }
}

/// A store that throttles.
struct Busy;

#[async_trait]
impl ReadTables for Busy {
    async fn query(&self, _: Table, _: &Sections, _: Option<&Key>) -> Result<Batch, StoreError> {
        Err(StoreError::transient("table totals-4f2 is slow"))
    }
}

/// A store that never responds.
struct Silent;

#[async_trait]
impl ReadTables for Silent {
    async fn query(&self, _: Table, _: &Sections, _: Option<&Key>) -> Result<Batch, StoreError> {
        pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_store_is_503_with_retry_after() {
    for world in [World::reporting(Busy, &["example.com"]), World::reporting(Silent, &["example.com"])] {
        let token = world.token().await;
        for query in ["", "?page=/"] {
            let answer = world.ask("GET", &format!("/analytics/report{query}"), &token).await;
            assert_eq!(answer.error(), (503, "Unavailable"));
            assert_eq!(answer.headers["retry-after"], "5");
            assert_eq!(answer.json["detail"], "The service is busy. Try again in 5 seconds.");
            assert!(!answer.text.contains("4f2"), "{}", answer.text);
        }
    }
}

#[tokio::test]
async fn too_many_totals_are_rejected_with_a_remedy() {
    /// A store with endless batches of totals.
    struct Many;

    #[async_trait]
    impl ReadTables for Many {
        async fn query(&self, _: Table, sections: &Sections, _: Option<&Key>) -> Result<Batch, StoreError> {
            let key = sections.first();
            Ok(Batch { items: vec![key.item(); 1000], next: Some(key) })
        }
    }

    let answer = World::reporting(Many, &["example.com"]).report("").await;
    assert_eq!(answer.error(), (422, "TooManyTotals"));
    assert!(answer.json["detail"].as_str().unwrap().contains("shorter period, or for by=week or by=month"));
}

#[tokio::test]
async fn too_large_reports_are_rejected_with_a_remedy() {
    let mut tally = Tally::default();
    for number in 0..13_000 {
        tally.view(&view("example.com", "2027-01-02", number, &format!("/{number:0510}")).view, false);
    }
    let store = empty();
    put_totals(&store, &tally, 0);
    let world = World::reporting(store, &["example.com"]);
    assert_eq!(world.report("format=csv&table=pages").await.error(), (413, "ReportTooLarge"));
    assert_eq!(world.report("limit=1000").await.status, 200);
}
