//! `GET /analytics/a.js`.

use serde_json::json;

use super::api::{Api, Request};

fn request() -> Request {
    Request::new("GET", "/analytics/a.js")
}

#[tokio::test]
async fn pages_may_load_and_cache_the_script() {
    let api = Api::new();
    let answer = api.send(request().without("origin")).await;
    assert_eq!(answer.status, 200);
    for (header, value) in [
        ("content-type", "text/javascript; charset=utf-8"),
        ("cache-control", "public, max-age=3600"),
        ("vary", "origin"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(answer.headers[header], value);
    }
    assert!(answer.bytes.len() < 1500, "{} bytes", answer.bytes.len());
    assert!(api.store.take_calls().is_empty());
}

#[tokio::test]
async fn a_cached_script_is_not_sent_again() {
    let api = Api::new();
    let first = api.send(request()).await;
    let etag = first.headers["etag"].as_str().unwrap();
    for tags in [etag, &format!("W/{etag}"), &format!("\"1\", {etag}"), "*"] {
        let answer = api.send(request().header("if-none-match", tags)).await;
        assert_eq!((answer.status, &answer.headers["etag"], answer.bytes.len()), (304, &json!(etag), 0));
        assert_eq!(answer.headers["vary"], "origin");
    }
    assert_eq!(api.send(request().header("if-none-match", "\"1\"")).await.bytes, first.bytes);
}

/// Regression test for a bug of a well-known pair of analytics functions: they reported the height of the window.
#[tokio::test]
async fn scroll_depth_is_read_from_the_document() {
    let script = Api::new().send(request()).await.text;
    assert!(script.contains("(scrollY+innerHeight)/a.documentElement.scrollHeight*100"), "{script}");
}
