//! `POST /analytics/append`.

use analytics::Measure;
use serde_json::{Value, json};

use super::api::{Api, DAY, HOUR, NOW, Request, SECOND};

async fn viewed(api: &Api) -> String {
    api.send(Request::collect("https://example.com/")).await.view()
}

async fn appended(api: &Api, request: Request) -> u64 {
    api.send(request).await.status
}

fn measures(api: &Api) -> Vec<(u64, u8)> {
    api.leaves().iter().map(|leave| (leave.measure.duration_ms, leave.measure.scroll)).collect()
}

#[tokio::test]
async fn a_leave_stores_duration_and_scroll_depth() {
    let api = Api::new();
    let view = viewed(&api).await;
    api.pass(10 * SECOND);
    api.store.take_calls();
    assert_eq!(appended(&api, Request::append(&view, 9 * SECOND, 80)).await, 202);
    assert_eq!(api.store.take_calls(), ["put_leave"], "the view is not read");
    let [leave] = api.leaves().try_into().unwrap();
    assert_eq!((leave.site.as_str(), leave.view), ("example.com", api.only_view().id));
    assert_eq!(leave.measure, Measure { duration_ms: 9 * SECOND, scroll: 80 });
}

/// Regression test for a bug of a well-known pair of analytics functions.
#[tokio::test]
async fn replayed_and_reordered_leaves_change_nothing() {
    let [first, second, third] = [(1000, 20), (5000, 60), (7000, 40)];
    let mut states = Vec::new();
    for order in [vec![first, second, third], vec![third, first, second, second, first, third]] {
        let api = Api::new();
        let view = viewed(&api).await;
        api.pass(10 * SECOND);
        for (duration_ms, scroll) in order {
            api.pass(SECOND);
            assert_eq!(appended(&api, Request::append(&view, duration_ms, scroll)).await, 202);
        }
        let most = api.leaves().iter().map(|leave| leave.measure).reduce(Measure::max).unwrap();
        states.push((measures(&api), most));
    }
    assert_eq!(states[0], states[1]);
    assert_eq!(states[0].1, Measure { duration_ms: 7000, scroll: 60 });
}

#[tokio::test]
async fn a_duration_is_limited_by_the_age_of_the_view() {
    let api = Api::new();
    let view = viewed(&api).await;
    api.pass(10 * SECOND);
    assert_eq!(appended(&api, Request::append(&view, u64::MAX, 100)).await, 202);
    assert_eq!(measures(&api), [(10 * SECOND, 100)]);
}

#[tokio::test]
async fn invalid_values_are_listed() {
    let api = Api::new();
    let view = viewed(&api).await;
    let request = |fields: &Value| Request::new("POST", "/analytics/append").json(fields);
    for duration in [json!(-1), json!(1.5), json!(1e30), json!("1000"), json!(null), json!([1])] {
        let answer = api.send(request(&json!({"view": view, "durationMs": duration, "scroll": 0}))).await;
        assert_eq!((answer.status, answer.errors()), (422, vec![("durationMs", "range")]), "{duration}");
    }
    for scroll in [json!(-1), json!(101), json!(50.5), json!(256), json!("50"), json!(null)] {
        let answer = api.send(request(&json!({"view": view, "durationMs": 0, "scroll": scroll}))).await;
        assert_eq!((answer.status, answer.errors()), (422, vec![("scroll", "range")]), "{scroll}");
    }
    for other in [json!("x"), json!(format!("{view}0")), json!(view.to_uppercase()), json!("../../total")] {
        let answer = api.send(request(&json!({"view": other, "durationMs": 0, "scroll": 0}))).await;
        let expected = if other == json!(view) { 202 } else { 422 };
        assert_eq!(answer.status, expected, "{other}");
    }
    let huge = format!(r#"{{"view": "{view}", "durationMs": 18446744073709551616, "scroll": 0}}"#);
    let answer = api.send(request(&json!({})).body(&huge)).await;
    assert_eq!((answer.status, answer.errors()), (422, vec![("durationMs", "range")]));
    let answer = api.send(request(&json!({"view": 1}))).await;
    assert_eq!(answer.errors(), [("view", "type"), ("durationMs", "required"), ("scroll", "required")]);
    assert_eq!(answer.json["errorType"], "InvalidLeave");
}

#[tokio::test]
async fn a_view_older_than_a_day_is_rejected() {
    let api = Api::new();
    let view = viewed(&api).await;
    api.pass(DAY);
    assert_eq!(appended(&api, Request::append(&view, HOUR, 10)).await, 202);
    api.pass(1);
    let answer = api.send(Request::append(&view, HOUR, 10)).await;
    assert_eq!((answer.status, &answer.json["errorType"]), (422, &json!("ViewTooOld")));
}

#[tokio::test]
async fn a_view_in_the_future_is_rejected() {
    let api = Api::new();
    let other = api.another_environment();
    api.pass(HOUR);
    let view = viewed(&api).await;
    api.set(NOW);
    let answer = other.send(Request::append(&view, 0, 0)).await;
    assert_eq!((answer.status, answer.errors()), (422, vec![("view", "future")]));
    api.set(NOW + HOUR - SECOND);
    assert_eq!(appended(&other, Request::append(&view, 5, 0)).await, 202, "another environment's clock");
    assert_eq!(measures(&api), [(0, 0)]);
}

#[tokio::test]
async fn leaves_of_forged_views_are_not_stored() {
    let api = Api::new();
    let view = viewed(&api).await;
    let (id, signature) = view.rsplit_once('-').unwrap();
    let (time, random) = id.split_once('-').unwrap();
    let zeros = "0".repeat(16);
    for invented in [
        id.to_owned(),
        format!("{id}-{zeros}"),
        format!("{time}-{zeros}-{signature}"),
        format!("{:015}-{random}-{signature}", NOW - 1),
        format!("{:015}-{random}-{signature}", NOW - 23 * HOUR),
        format!("{view}0"),
        view.to_uppercase() + "A",
    ] {
        let answer = api.send(Request::append(&invented, 0, 0)).await;
        assert_eq!((answer.status, answer.errors()), (422, vec![("view", "pattern")]), "{invented}");
    }
    assert_eq!(api.leaves(), []);
    assert_eq!(appended(&api.another_environment(), Request::append(&view, 0, 0)).await, 202);
}

#[tokio::test]
async fn a_view_can_be_left_after_midnight() {
    let api = Api::new();
    let view = viewed(&api).await;
    api.pass(23 * HOUR);
    viewed(&api).await;
    for environment in [&api, &api.another_environment()] {
        assert_eq!(appended(environment, Request::append(&view, HOUR, 10)).await, 202);
    }
}

#[tokio::test]
async fn a_leave_must_come_from_the_site_of_its_view() {
    let api = Api::new();
    let view = viewed(&api).await;
    let request = Request::append(&view, 0, 0);
    assert_eq!(api.send(request.clone().header("origin", "https://evil.example")).await.status, 403);
    assert_eq!(api.send(request.clone().without("origin")).await.status, 403);
    let answer = api.send(request.header("origin", "https://other.example")).await;
    assert_eq!((answer.status, answer.errors()), (422, vec![("view", "pattern")]), "the other site has no such view");
}

#[tokio::test]
async fn a_store_error_is_a_500() {
    let api = Api::new();
    let view = viewed(&api).await;
    api.store.fail_at(Some("put_leave"));
    assert_eq!(appended(&api, Request::append(&view, 0, 0)).await, 500);
}
