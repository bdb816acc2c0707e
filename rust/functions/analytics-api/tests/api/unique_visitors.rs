//! Estimates of unique visitors, from the request of a page to the report.

use std::collections::BTreeSet;

use analytics::Item;
use analytics::keys::Key;
use analytics_store::Memory;
use serde_json::{Value, json};

use crate::collect::api::{Api, DAY, NOW, Request};
use crate::report::forms::{cookie, get};
use crate::report::views::{Seen, store};
use crate::report::world::World;

/// Greatest number of marks that a sketch can take: 1,024 registers of ranks up to 55.
const MOST_MARKS: usize = 1024 * 55;

/// Returns a view by a visitor.
fn by(visitor: u32) -> Request {
    let [_, a, b, c] = visitor.to_be_bytes();
    Request::collect("https://example.com/").sent_from(&format!("10.{a}.{b}.{c}"))
}

async fn send(api: &Api, visitors: impl IntoIterator<Item = u32>) {
    for visitor in visitors {
        assert_eq!(api.send(by(visitor)).await.status, 202);
    }
}

/// Returns the tables of a report, when all views are counted.
fn tables(api: &Api) -> Memory {
    let counted = |view| Seen { view, counted: true, measure: None };
    let seen: Vec<Seen> = api.records().into_iter().map(|record| counted(record.view)).collect();
    let tables = store(&seen);
    for item in api.store.memory.sketches() {
        tables.tables().totals.insert(Key::from_item(&item).unwrap(), item);
    }
    tables
}

/// Returns the text of the dashboard.
async fn page(api: &Api, milliseconds: u64, query: &str) -> String {
    let world = World::in_zone(tables(api), ("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3"), milliseconds / 1000);
    let cookie = cookie(&world).await;
    get(&world, &format!("/analytics?{query}"), &cookie).await.text
}

async fn report(api: &Api, milliseconds: u64, query: &str) -> Value {
    World::in_zone(tables(api), ("UTC", "UTC0"), milliseconds / 1000).report(query).await.json
}

fn assert_about(estimate: &Value, visitors: f64) {
    let error = (estimate["estimate"].as_f64().unwrap() - visitors).abs() / visitors;
    assert!(error < 4.0 * 0.0325, "{estimate} of {visitors}");
    assert_eq!(estimate["standardErrorPercent"], 3.25);
}

#[tokio::test]
async fn a_visitor_of_several_days_is_estimated_once() {
    let api = Api::new();
    for day in 0..5 {
        api.set(NOW + day * DAY);
        send(&api, 0..400).await;
    }
    let week = report(&api, NOW + 5 * DAY, "from=2026-11-21&to=2026-11-25").await;
    assert_eq!(week["totals"]["visitors"], 5 * 400, "the exact number stays");
    assert_about(&week["uniqueVisitors"], 400.0);
    assert_eq!((&week["uniqueVisitors"]["from"], &week["uniqueVisitors"]["months"]), (&json!("2026-11-21"), &json!(1)));
    let by_week = report(&api, NOW + 5 * DAY, "from=2026-11-21&to=2026-11-25&by=week").await;
    assert_about(&by_week["uniqueVisitors"], 400.0);
    let month = report(&api, NOW + 5 * DAY, "period=month&by=month").await;
    assert_eq!(month["uniqueVisitors"], by_week["uniqueVisitors"], "the sketch of the month");
}

#[tokio::test]
async fn visitors_of_one_day_are_known_exactly() {
    let api = Api::new();
    send(&api, 0..300).await;
    let today = report(&api, NOW, "period=today").await;
    assert_eq!((&today["totals"]["visitors"], &today["uniqueVisitors"]["estimate"]), (&json!(300), &json!(300)));
}

#[tokio::test]
async fn months_are_estimated_apart_and_added_up() {
    let api = Api::new();
    for day in [9, 10] {
        api.set(NOW + day * DAY);
        send(&api, 0..300).await;
    }
    let both = report(&api, NOW + 10 * DAY, "from=2026-11-30&to=2026-12-01").await;
    assert_about(&both["uniqueVisitors"], 600.0);
    assert_eq!(both["uniqueVisitors"]["months"], 2);
    let compared = report(&api, NOW + 10 * DAY, "from=2026-12-01&to=2026-12-01&compare=previous").await;
    assert_about(&compared["previous"]["uniqueVisitors"], 300.0);
}

#[tokio::test]
async fn reports_with_filters_or_without_sketches_have_no_estimate() {
    let api = Api::new();
    send(&api, 0..3).await;
    for query in ["browser=Chrome", "from=2026-10-01&to=2026-10-31"] {
        assert_eq!(report(&api, NOW, query).await["uniqueVisitors"], Value::Null, "{query}");
    }
    assert_eq!(report(&api, NOW, "period=today&by=hour").await["uniqueVisitors"]["estimate"], 3);
}

#[tokio::test]
async fn sketches_are_written_only_when_they_grow() {
    let api = Api::new();
    let environments = [api.another_environment(), api.another_environment(), api.another_environment()];
    let calls = |api: &Api| api.store.take_calls().into_iter().filter(|call| *call == "raise_register").count();
    let mut made = 0;
    for environment in &environments {
        send(environment, 0..500).await;
        made += calls(&api);
    }
    let marks: usize = api.store.memory.sketches().iter().map(|item| item.len() - 3).sum();
    assert!(marks <= made && made < 2 * 2 * 500, "{made} writes of {marks} registers");
    for environment in &environments {
        send(environment, (0..500).rev()).await;
    }
    assert_eq!(calls(&api), 0, "known visitors cost no write");
    let sketches = api.store.memory.sketches().len();
    assert!(made <= environments.len() * sketches * (MOST_MARKS + 1));
}

#[tokio::test]
async fn a_view_is_counted_even_if_its_sketch_fails() {
    let api = Api::new();
    send(&api, [0]).await;
    let before = api.store.memory.sketches();
    api.store.fail_at(Some("raise_register"));
    send(&api, [1]).await;
    assert_eq!((api.records().len(), api.store.memory.sketches()), (2, before.clone()));
    api.store.fail_at(None);
    send(&api, [1]).await;
    assert_ne!(api.store.memory.sketches(), before, "the next view of the visitor is in the sketch");
}

#[tokio::test(start_paused = true)]
async fn a_slow_sketch_does_not_delay_a_view() {
    let api = Api::new();
    send(&api, [0]).await;
    api.store.hang_sketches();
    let start = tokio::time::Instant::now();
    send(&api, 1..20).await;
    assert!(start.elapsed() <= std::time::Duration::from_millis(100) * 19);
    assert_eq!(api.records().len(), 20);
}

/// Returns the registers in an item.
fn registers(item: &Item) -> Vec<String> {
    let is_register = |name: &str| name.strip_prefix('R').is_some_and(|number| number.parse::<u16>().is_ok());
    item.keys().filter(|name| is_register(name)).cloned().collect()
}

#[tokio::test]
async fn nothing_in_a_view_tells_its_place_in_the_sketch() {
    let api = Api::new();
    for day in 0..3 {
        api.set(NOW + day * DAY);
        send(&api, [7]).await;
    }
    let mut visitors = BTreeSet::new();
    for record in api.records() {
        assert!(visitors.insert(record.view.visitor), "views of different days have no value in common");
        assert_eq!(registers(&record.view.item(record.expires)), Vec::<String>::new());
    }
    let sketches = api.store.memory.sketches();
    let [first, ..] = sketches.as_slice() else { panic!("{sketches:?}") };
    assert!(sketches.iter().all(|item| registers(item).len() == 1 && registers(item) == registers(first)));
}

#[tokio::test]
async fn bots_and_private_visitors_are_in_no_sketch() {
    let api = Api::new();
    send(&api, [0]).await;
    let before = api.store.memory.sketches();
    for visitor in 1..50 {
        api.send(by(visitor).header("user-agent", "Googlebot-Image/1.0")).await;
        api.send(by(visitor).header("sec-gpc", "1")).await;
    }
    assert_eq!(api.store.memory.sketches(), before);
}

#[tokio::test]
async fn the_secret_of_a_month_is_deleted_with_it() {
    let api = Api::new();
    let months = |api: &Api| -> Vec<String> {
        let secrets = api.store.memory.secrets().into_iter().map(|(_, bucket)| bucket.to_string());
        secrets.filter(|bucket| bucket.len() == "2026-11".len()).collect()
    };
    for (day, month) in [(0, "2026-11"), (9, "2026-11"), (10, "2026-12"), (45, "2027-01")] {
        api.set(NOW + day * DAY);
        send(&api, [0]).await;
        assert_eq!(months(&api), [month], "{day}");
    }
}

#[tokio::test]
async fn the_dashboard_says_what_is_estimated_and_how() {
    let api = Api::new();
    for day in [9, 10] {
        api.set(NOW + day * DAY);
        send(&api, 0..3).await;
    }
    let now = NOW + 10 * DAY;
    let both = page(&api, now, "period=30d").await;
    for text in [
        "<dt>Unique visitors</dt><dd><data value=\"6\">≈\u{a0}6</data></dd>",
        "an estimate with a standard error of 3.25%.",
        "People who came in several months count once per month.",
        "The estimate is of visitors since 2026-11-30.",
        "Days in Europe/Berlin.",
    ] {
        assert!(both.contains(text), "{text}: {both}");
    }
    let month = page(&api, now, "period=month").await;
    assert!(!month.contains("several months") && !month.contains("since 2026"), "{month}");
    let filtered = page(&api, now, "period=month&browser=Chrome").await;
    assert!(filtered.contains("Unique visitors are estimated for reports without filters only."), "{filtered}");
    assert!(!filtered.contains("≈"), "{filtered}");
}
