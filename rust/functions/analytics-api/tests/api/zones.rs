//! Days and hours of sites in time zones, from the request of a page to the report.

use std::time::Duration;

use analytics::{Granularity, Moment, Visitor, Zone};
use serde_json::{Value, json};

use crate::collect::api::{Api, DAY, HOUR, Request};
use crate::report::views::{Seen, store};
use crate::report::world::World;

const BERLIN: (&str, &str) = ("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3");
const NEW_YORK: (&str, &str) = ("America/New_York", "EST5EDT,M3.2.0,M11.1.0");
const AUCKLAND: (&str, &str) = ("Pacific/Auckland", "NZST-12NZDT,M9.5.0,M4.1.0/3");
const SECOND: u64 = 1000;

/// 2026-10-25, midnight in UTC. In Berlin, the clock goes from 3:00 to 2:00 an hour later.
const SET_BACK: u64 = 1_792_886_400_000;

/// 2027-03-28, midnight in UTC. In Berlin, the clock goes from 2:00 to 3:00 an hour later.
const SET_FORWARD: u64 = 1_806_192_000_000;

async fn view_at(api: &Api, milliseconds: u64) {
    api.set(milliseconds);
    assert_eq!(api.send(Request::collect("https://example.com/")).await.status, 202);
}

/// Returns the report when all views are counted.
async fn report(api: &Api, zone: (&str, &str), milliseconds: u64, query: &str) -> Value {
    let counted = |view| Seen { view, counted: true, measure: None };
    let seen: Vec<Seen> = api.records().into_iter().map(|record| counted(record.view)).collect();
    World::in_zone(store(&seen), zone, milliseconds / SECOND).report(query).await.json
}

/// Returns the buckets that have views, with views and visitors.
fn counted(report: &Value) -> Value {
    let points = report["series"].as_array().unwrap().iter().filter(|point| point["views"] != 0);
    points.map(|point| json!([point["bucket"], point["views"], point["visitors"]])).collect()
}

#[tokio::test]
async fn today_is_the_day_of_the_site() {
    for (zone, days) in [(BERLIN, ["2026-10-24", "2026-10-25"]), (NEW_YORK, ["2026-10-24", "2026-10-24"])] {
        let api = Api::in_zone(zone.0, zone.1);
        let times = [SET_BACK - 3 * HOUR, SET_BACK - HOUR];
        for time in times {
            view_at(&api, time).await;
        }
        let found: Vec<String> = api.records().iter().map(|record| record.view.id.day().to_string()).collect();
        assert_eq!(found, days);
        for (time, day) in times.into_iter().zip(days) {
            let today = report(&api, zone, time, "period=today").await;
            assert_eq!((&today["from"], &today["to"], &today["timeZone"]), (&json!(day), &json!(day), &json!(zone.0)));
            let of_day = days.iter().filter(|other| **other == day).count();
            assert_eq!(counted(&today), json!([[day, of_day, 1]]));
        }
    }
}

#[tokio::test]
async fn a_repeated_hour_is_one_hour_of_the_report() {
    let api = Api::in_zone(BERLIN.0, BERLIN.1);
    for half_hours in 0..50 {
        view_at(&api, SET_BACK - 2 * HOUR + half_hours * HOUR / 2).await;
    }
    let by_hour = report(&api, BERLIN, SET_BACK + DAY, "from=2026-10-25&to=2026-10-25&by=hour").await;
    assert_eq!((&by_hour["totals"]["views"], &by_hour["totals"]["visitors"]), (&json!(50), &json!(1)));
    let expected: Vec<Value> =
        (0..24).map(|hour| json!([format!("2026-10-25T{hour:02}:00"), if hour == 2 { 4 } else { 2 }, 1])).collect();
    assert_eq!(counted(&by_hour), json!(expected));
}

#[tokio::test]
async fn a_skipped_hour_has_no_views() {
    let api = Api::in_zone(BERLIN.0, BERLIN.1);
    for hours in 0..23 {
        view_at(&api, SET_FORWARD - HOUR + hours * HOUR).await;
    }
    let by_hour = report(&api, BERLIN, SET_FORWARD + DAY, "from=2027-03-28&to=2027-03-28&by=hour").await;
    assert_eq!(by_hour["series"].as_array().unwrap().len(), 24);
    let expected: Vec<Value> =
        (0..24).filter(|hour| *hour != 2).map(|hour| json!([format!("2027-03-28T{hour:02}:00"), 1, 1])).collect();
    assert_eq!(counted(&by_hour), json!(expected));
}

#[tokio::test]
async fn a_visitor_of_the_long_day_is_counted_once() {
    let api = Api::in_zone(BERLIN.0, BERLIN.1);
    for hours in [0, 12, 24] {
        view_at(&api, SET_BACK - 2 * HOUR + hours * HOUR).await;
    }
    view_at(&api, SET_BACK + 23 * HOUR).await;
    let week = report(&api, BERLIN, SET_BACK + DAY, "period=7d").await;
    assert_eq!(counted(&week), json!([["2026-10-25", 3, 1], ["2026-10-26", 1, 1]]));
}

#[tokio::test]
async fn another_zone_changes_no_stored_view() {
    let api = Api::in_zone(AUCKLAND.0, AUCKLAND.1);
    api.set(SET_BACK);
    let token = api.send(Request::collect("https://example.com/")).await.view();
    let before = api.records();
    let moved = api.moved_to(NEW_YORK.0, NEW_YORK.1);
    moved.pass(HOUR);
    assert_eq!(moved.send(Request::append(&token, 5 * SECOND, 50)).await.status, 202, "the page was opened before");
    view_at(&moved, SET_BACK + HOUR).await;
    let days: Vec<String> = api.records().iter().map(|record| record.view.id.day().to_string()).collect();
    assert_eq!(days, ["2026-10-24", "2026-10-25"], "the stored day, and that of the new zone");
    assert!(api.records().contains(&before[0]));
    let both = report(&api, NEW_YORK, SET_BACK + HOUR, "from=2026-10-24&to=2026-10-25").await;
    assert_eq!(both["totals"]["views"], 2);
}

#[tokio::test]
async fn all_views_of_a_reports_first_day_are_stored() {
    for (zone, hours) in [(BERLIN, 0), (BERLIN, 23), (NEW_YORK, 0), (AUCKLAND, 0)] {
        let api = Api::in_zone(zone.0, zone.1);
        view_at(&api, SET_BACK - 2 * HOUR + hours * HOUR).await;
        let [record] = api.records().try_into().unwrap();
        let last_day = record.view.id.day().plus(89).to_string();
        let start = Moment::parse_rfc3339(&format!("{last_day}T00:00:00Z")).unwrap().minus(Duration::from_hours(14));
        let zone = Zone::new(zone.0, zone.1).unwrap();
        let of_day = (0..60).map(|hours| start.plus(Duration::from_hours(hours)));
        let last_hour = of_day.rev().find(|time| zone.day(*time).to_string() == last_day).unwrap();
        assert!(last_hour.plus(Duration::from_hours(1)) <= record.expires, "{last_day}");
    }
}

#[tokio::test]
async fn a_secret_is_deleted_by_the_day_of_its_site() {
    let api = Api::in_zone(AUCKLAND.0, AUCKLAND.1);
    let mut before: Option<Visitor> = None;
    for (day, days) in [("2026-10-25", 1), ("2026-10-26", 2), ("2026-10-27", 2), ("2026-10-28", 2)] {
        // Half past midnight in Auckland, and late in the evening.
        let midnight = Moment::parse_rfc3339(&format!("{day}T00:30:00+13:00")).unwrap().milliseconds();
        view_at(&api, midnight).await;
        view_at(&api, midnight + 23 * HOUR).await;
        let views: Vec<_> = api.records().into_iter().map(|record| record.view).collect();
        let [.., first, second] = views.as_slice() else { panic!("{views:?}") };
        assert!(first.visitor == second.visitor && first.visitor != before, "{day}");
        before = first.visitor;
        let secrets = api.store.memory.secrets().into_iter();
        assert_eq!(secrets.filter(|(_, bucket)| bucket.granularity() == Granularity::Day).count(), days, "{day}");
    }
}
