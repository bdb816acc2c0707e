//! What is known of people, and for how long.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use analytics::Visitor;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::api::{Api, CHROME, DAY, HOUR, IP, Request};

fn request() -> Request {
    Request::collect("https://example.com/")
}

async fn visitor(api: &Api, request: Request) -> Option<Visitor> {
    api.viewed(request).await.visitor
}

#[tokio::test]
async fn a_visitor_is_the_same_one_on_one_day_in_every_environment() {
    let api = Api::new();
    let first = visitor(&api, request()).await;
    assert!(first.is_some());
    api.pass(HOUR);
    assert_eq!(visitor(&api, Request::collect("https://example.com/other")).await, first);
    assert_eq!(visitor(&api.another_environment(), request()).await, first);
}

#[tokio::test]
async fn a_visitor_is_another_one_the_day_after_and_on_another_site() {
    let api = Api::new();
    let first = visitor(&api, request()).await;
    let elsewhere = Request::collect("https://other.example/").header("origin", "https://other.example");
    assert_ne!(visitor(&api, elsewhere).await, first);
    api.pass(DAY);
    assert_ne!(visitor(&api, request()).await, first);
}

#[tokio::test]
async fn other_addresses_and_agents_are_other_visitors() {
    let api = Api::new();
    let first = visitor(&api, request()).await;
    assert_ne!(visitor(&api, request().sent_from("203.0.113.78")).await, first);
    assert_ne!(visitor(&api, request().header("user-agent", &CHROME.replace("140", "141"))).await, first);
}

#[tokio::test]
async fn under_global_privacy_control_a_view_is_nobodys() {
    let api = Api::new();
    assert_eq!(visitor(&api, request().header("sec-gpc", "1")).await, None);
    assert_eq!(api.send(Request::picture("path=/").header("sec-gpc", "1")).await.status, 200);
    assert!(api.records().iter().all(|record| record.view.visitor.is_none()));
    assert!(visitor(&api, request().header("sec-gpc", "0")).await.is_some());
    assert!(visitor(&api, request().header("dnt", "1")).await.is_some(), "which says nothing that law knows");
}

#[tokio::test]
async fn who_has_no_address_is_nobody() {
    let api = Api::new();
    let mut request = request();
    request.0["requestContext"]["http"].as_object_mut().unwrap().remove("sourceIp");
    assert_eq!(visitor(&api, request).await, None);
}

#[tokio::test]
async fn the_secret_of_a_day_is_deleted_when_the_second_day_after_begins() {
    let api = Api::new();
    let days =
        |api: &Api| -> Vec<String> { api.store.memory.days_with_secrets().iter().map(ToString::to_string).collect() };
    api.send(request()).await;
    assert_eq!(days(&api), ["2026-11-21"]);
    api.pass(DAY);
    api.send(request()).await;
    assert_eq!(days(&api), ["2026-11-21", "2026-11-22"]);
    api.pass(DAY);
    api.send(request()).await;
    assert_eq!(days(&api), ["2026-11-22", "2026-11-23"]);
}

#[tokio::test]
async fn a_deletion_that_failed_is_made_up_for() {
    let api = Api::new();
    api.send(request()).await;
    api.pass(2 * DAY);
    api.store.fail_at(Some("delete_secrets_before"));
    assert_eq!(api.send(request()).await.status, 500);
    api.store.fail_at(None);
    assert_eq!(api.send(request()).await.status, 202);
    let days: Vec<String> = api.store.memory.days_with_secrets().iter().map(ToString::to_string).collect();
    assert_eq!(days, ["2026-11-23"]);
}

#[tokio::test]
async fn after_days_without_views_every_older_secret_is_deleted() {
    for days in [2, 3, 4, 5, 7, 30, 365] {
        let api = Api::new();
        api.send(request()).await;
        api.pass(DAY);
        api.send(request()).await;
        api.pass(days * DAY);
        api.send(request()).await;
        assert_eq!(api.store.memory.days_with_secrets().len(), 1, "{days}");
    }
}

#[tokio::test]
async fn a_secret_of_the_past_is_never_used_again() {
    let api = Api::new();
    let first = visitor(&api, request()).await;
    // The day after that one deletes nothing, as nobody comes; DynamoDB has not, either.
    api.pass(5 * DAY);
    assert_ne!(visitor(&api, request()).await, first);
}

/// Everything that is logged, at any level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn neither_address_nor_agent_is_stored_logged_or_told() {
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().json().with_max_level(LevelFilter::TRACE).with_writer(log.clone()).finish();
    let guard = tracing::subscriber::set_default(subscriber);

    let api = Api::new();
    let view = api.send(request()).await.view();
    let mut told = String::new();
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
        for broken in [None, Some("put_view"), Some("note"), Some("put_leave")] {
            api.store.fail_at(broken);
            let answer = api.send(request.clone()).await;
            told += &format!("{}{}", answer.headers, answer.text);
        }
    }
    drop(guard);

    let stored = format!("{:?}", api.store.memory);
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("table state-4f2 is gone"), "our failures are logged: {logged}");
    for (place, text) in [("stored", stored), ("told", told), ("logged", logged)] {
        assert!(!text.contains(IP) && !text.contains("AppleWebKit"), "{place}: {text}");
    }
}
