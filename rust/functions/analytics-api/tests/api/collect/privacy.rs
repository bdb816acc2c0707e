//! Stored data about visitors, and its lifetime.

use analytics::{Granularity, Visitor};

use super::api::{Api, CHROME, DAY, HOUR, IP, ORIGIN_SECRET, Request};
use crate::log::Log;

fn request() -> Request {
    Request::collect("https://example.com/")
}

fn days_with_secrets(api: &Api) -> Vec<String> {
    let secrets = api.store.memory.secrets().into_iter().map(|(_, bucket)| bucket);
    secrets.filter(|bucket| bucket.granularity() == Granularity::Day).map(|bucket| bucket.to_string()).collect()
}

async fn visitor(api: &Api, request: Request) -> Option<Visitor> {
    api.viewed(request).await.visitor
}

#[tokio::test]
async fn a_visitor_is_the_same_all_day_everywhere() {
    let api = Api::new();
    let first = visitor(&api, request()).await;
    assert!(first.is_some());
    api.pass(HOUR);
    assert_eq!(visitor(&api, Request::collect("https://example.com/other")).await, first);
    assert_eq!(visitor(&api.another_environment(), request()).await, first);
}

#[tokio::test]
async fn a_visitor_differs_by_day_and_site() {
    let api = Api::new();
    let first = visitor(&api, request()).await;
    let elsewhere = Request::collect("https://other.example/").header("origin", "https://other.example");
    assert_ne!(visitor(&api, elsewhere).await, first);
    api.pass(DAY);
    assert_ne!(visitor(&api, request()).await, first);
}

#[tokio::test]
async fn visitors_differ_by_address_and_agent() {
    let api = Api::new();
    let first = visitor(&api, request()).await;
    assert_ne!(visitor(&api, request().sent_from("203.0.113.78")).await, first);
    assert_ne!(visitor(&api, request().header("user-agent", &CHROME.replace("140", "141"))).await, first);
}

#[tokio::test]
async fn behind_cloudfront_the_viewer_is_the_visitor() {
    let api = Api::new();
    let viewed_by = |address: &str| request().sent_from("192.0.2.9").header("cloudfront-viewer-address", address);
    let trusted = |address: &str| viewed_by(address).header("x-origin-secret", ORIGIN_SECRET);
    let first = visitor(&api, trusted("203.0.113.1:46532")).await;
    assert_eq!(visitor(&api, request().sent_from("203.0.113.1")).await, first);
    assert_ne!(visitor(&api, trusted("203.0.113.2:46532")).await, first);

    let sender = visitor(&api, request().sent_from("192.0.2.9")).await;
    assert_eq!(visitor(&api, viewed_by("203.0.113.1:46532")).await, sender, "anyone can send the header");
    assert_eq!(visitor(&api, trusted("unknown")).await, sender);
}

#[tokio::test]
async fn global_privacy_control_stores_no_visitor() {
    let api = Api::new();
    assert_eq!(visitor(&api, request().header("sec-gpc", "1")).await, None);
    assert_eq!(api.send(Request::picture("path=/").header("sec-gpc", "1")).await.status, 200);
    assert!(api.records().iter().all(|record| record.view.visitor.is_none()));
    assert!(visitor(&api, request().header("sec-gpc", "0")).await.is_some());
    assert!(visitor(&api, request().header("dnt", "1")).await.is_some(), "DNT has no legal meaning");
}

#[tokio::test]
async fn a_client_without_address_is_no_visitor() {
    let api = Api::new();
    let mut request = request();
    request.0["requestContext"]["http"].as_object_mut().unwrap().remove("sourceIp");
    assert_eq!(visitor(&api, request).await, None);
}

#[tokio::test]
async fn a_secret_is_deleted_two_days_later() {
    let api = Api::new();
    api.send(request()).await;
    assert_eq!(days_with_secrets(&api), ["2026-11-21"]);
    api.pass(DAY);
    api.send(request()).await;
    assert_eq!(days_with_secrets(&api), ["2026-11-21", "2026-11-22"]);
    api.pass(DAY);
    api.send(request()).await;
    assert_eq!(days_with_secrets(&api), ["2026-11-22", "2026-11-23"]);
}

#[tokio::test]
async fn a_failed_deletion_is_retried() {
    let api = Api::new();
    api.send(request()).await;
    api.pass(2 * DAY);
    api.store.fail_at(Some("delete_secrets_before"));
    assert_eq!(api.send(request()).await.status, 500);
    api.store.fail_at(None);
    assert_eq!(api.send(request()).await.status, 202);
    assert_eq!(days_with_secrets(&api), ["2026-11-23"]);
}

#[tokio::test]
async fn older_secrets_are_deleted_after_days_without_views() {
    for days in [2, 3, 4, 5, 7, 30, 365] {
        let api = Api::new();
        api.send(request()).await;
        api.pass(DAY);
        api.send(request()).await;
        api.pass(days * DAY);
        api.send(request()).await;
        assert_eq!(days_with_secrets(&api).len(), 1, "{days}");
    }
}

#[tokio::test]
async fn an_old_secret_is_never_used_again() {
    let api = Api::new();
    let first = visitor(&api, request()).await;
    // That day nothing is deleted, because there are no views; DynamoDB has not deleted it, either.
    api.pass(5 * DAY);
    assert_ne!(visitor(&api, request()).await, first);
}

#[tokio::test]
async fn address_and_agent_are_never_stored_logged_or_sent() {
    let log = Log::default();
    let guard = tracing::subscriber::set_default(log.subscriber());

    let api = Api::new();
    let view = api.send(request()).await.view();
    let mut sent = String::new();
    for request in [
        request(),
        Request::append(&view, 0, 50),
        Request::picture("path=/about"),
        request().header("origin", "https://evil.example"),
        request().body("{"),
        Request::collect("https://other.example/"),
        Request::append(&view, 0, 101),
        Request::new("GET", "/analytics/a.js"),
        Request::new("GET", "/analytics/nothing"),
    ] {
        for broken in [None, Some("put_view"), Some("add_value"), Some("put_leave")] {
            api.store.fail_at(broken);
            let answer = api.send(request.clone()).await;
            sent += &format!("{}{}", answer.headers, answer.text);
        }
    }
    drop(guard);

    let stored = format!("{:?}", api.store.memory);
    let logged = log.text();
    assert!(logged.contains("table state-4f2 is gone"), "our failures are logged: {logged}");
    for (place, text) in [("stored", stored), ("sent", sent), ("logged", logged)] {
        assert!(!text.contains(IP) && !text.contains("AppleWebKit"), "{place}: {text}");
    }
}
