//! Responses to invalid requests, and to any request at all.

use analytics_api::BODY_LIMIT;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::api::{Api, NOW, Request};

#[tokio::test]
async fn the_sample_events_succeed() {
    let api = Api::new();
    let mut view = String::new();
    for (event, status) in [
        (include_str!("../../../events/http-collect.json"), 202),
        (include_str!("../../../events/http-append.json"), 202),
        (include_str!("../../../events/http-pv.json"), 200),
        (include_str!("../../../events/http-a-js.json"), 200),
    ] {
        // The leave refers to the view of the response before.
        let event = event.replace("001795231130000-0123456789abcdef-fedcba9876543210", &view);
        let event: Value = serde_json::from_str(&event).unwrap();
        assert_eq!(event["requestContext"]["timeEpoch"], NOW);
        let answer = api.send(Request(event.clone())).await;
        assert_eq!(answer.status, status, "{event}");
        if let Some(answered) = answer.json["view"].as_str() {
            answered.clone_into(&mut view);
        }
    }
    assert_eq!((api.records().len(), api.leaves().len()), (2, 1));
}

#[tokio::test]
async fn malformed_requests_have_distinct_error_types() {
    let api = Api::new();
    let long = format!(r#"{{"url": "https://example.com/{}"}}"#, "x".repeat(BODY_LIMIT));
    let text = "text/plain";
    for path in ["/analytics/collect", "/analytics/append"] {
        for (content_type, body, status, error_type) in [
            (text, "{", 400, "InvalidJson"),
            (text, "", 400, "InvalidJson"),
            (text, "\u{FEFF}{}", 400, "ByteOrderMark"),
            ("text/plain; charset=utf-16", "{}", 415, "UnsupportedCharset"),
            (text, &r#"{"a":"#.repeat(1500), 400, "InvalidJson"),
            (text, &long, 413, "BodyTooLarge"),
            ("application/x-www-form-urlencoded", "{}", 415, "NotJson"),
            ("", "{}", 415, "NotJson"),
        ] {
            let request = Request::new("POST", path).header("content-type", content_type).body(body);
            let answer = api.send(request).await;
            assert_eq!((answer.status, &answer.json["errorType"]), (status, &json!(error_type)), "{path} {body:.40}");
        }
        let not_base64 = Request::new("POST", path).json(&json!({})).base64().body("*");
        assert_eq!(api.send(not_base64).await.json["errorType"], "InvalidBase64");
    }
    assert!(api.store.take_calls().is_empty());
}

#[tokio::test]
async fn invalid_fields_are_listed() {
    let api = Api::new();
    for (body, errors) in [
        (json!({}), vec![("url", "required")]),
        (json!([]), vec![("body", "type")]),
        (json!({"url": null}), vec![("url", "type")]),
        (json!({"url": 1, "referrer": 1}), vec![("url", "type"), ("referrer", "type")]),
        (json!({"url": "/about"}), vec![("url", "url")]),
        (json!({"url": "file:///example.com"}), vec![("url", "url")]),
    ] {
        let answer = api.send(Request::new("POST", "/analytics/collect").json(&body)).await;
        assert_eq!((answer.status, &answer.json["errorType"]), (422, &json!("InvalidView")), "{body}");
        assert_eq!(answer.errors(), errors);
    }
}

#[tokio::test]
async fn unmatched_paths_are_problems() {
    let api = Api::new();
    for (method, path, status, error_type) in [
        ("GET", "/", 404, "NoRoute"),
        ("POST", "/analytics/collect/", 404, "NoRoute"),
        ("GET", "/analytics/..%2Fa.js", 404, "NoRoute"),
        ("GET", "/analytics/collect", 405, "MethodNotAllowed"),
        ("OPTIONS", "/analytics/collect", 405, "MethodNotAllowed"),
        ("POST", "/analytics/pv.gif", 405, "MethodNotAllowed"),
    ] {
        let answer = api.send(Request::new(method, path)).await;
        assert_eq!((answer.status, &answer.json["errorType"]), (status, &json!(error_type)), "{method} {path}");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.json["requestId"], "id-1");
    }
}

#[tokio::test]
async fn every_route_is_part_of_the_service() {
    let api = Api::new();
    for (method, path, status) in [
        ("GET", "/analytics", 200),
        ("GET", "/analytics/report", 401),
        ("POST", "/analytics/sign-in", 415),
        ("POST", "/analytics/sign-out", 401),
        ("GET", "/analytics/a.js", 200),
        ("GET", "/analytics/pv.gif", 200),
        ("POST", "/analytics/collect", 415),
        ("POST", "/analytics/append", 415),
    ] {
        let answer = api.send(Request::new(method, path).header("referer", "https://example.com/")).await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{method} {path}");
        assert!(answer.headers["strict-transport-security"].is_string(), "{method} {path}");
    }
}

/// API Gateway's CORS configuration answers preflights and replaces headers of the service.
#[tokio::test]
async fn the_service_sends_no_cors_headers() {
    let api = Api::new();
    for request in
        [Request::collect("https://example.com/"), Request::picture(""), Request::new("GET", "/analytics/a.js")]
    {
        let answer = api.send(request).await;
        let names: Vec<&String> = answer.headers.as_object().unwrap().keys().collect();
        assert!(!names.iter().any(|name| name.starts_with("access-control")), "{names:?}");
        assert!(!names.iter().any(|name| *name == "set-cookie"), "{names:?}");
    }
}

fn method() -> impl Strategy<Value = String> {
    prop_oneof![8 => Just("POST".to_owned()), 4 => Just("GET".to_owned()), 1 => "[A-Z]{1,9}"]
}

fn path() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec!["/analytics/collect", "/analytics/append", "/analytics/pv.gif", "/analytics/a.js"])
            .prop_map(str::to_owned),
        1 => any::<String>(),
        1 => any::<String>().prop_map(|text| format!("/analytics/{text}")),
    ]
}

fn query() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "((path|referrer|utm_[a-z]{1,3})=[!-~]{0,20}&?){0,4}", any::<String>()]
}

fn headers() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop::sample::select(vec![
        "content-type",
        "origin",
        "referer",
        "user-agent",
        "sec-gpc",
        "if-none-match",
        "cloudfront-viewer-address",
        "cloudfront-viewer-country",
        "x-origin-secret",
    ]);
    let value = prop_oneof![
        3 => prop::sample::select(vec!["text/plain", "https://example.com", "1", "DE", "192.0.2.1:1", "s3cret", "Mozilla/5.0 (Windows NT 10.0)"])
            .prop_map(str::to_owned),
        1 => "[ -~]{0,30}",
        1 => "\\PC{0,10}",
    ];
    prop::collection::vec((name.prop_map(str::to_owned), value), 0..5)
}

fn body() -> impl Strategy<Value = String> {
    let field = prop::sample::select(vec!["url", "referrer", "view", "durationMs", "scroll", "other"]);
    let value = prop_oneof![
        any::<String>().prop_map(Value::from),
        any::<String>().prop_map(|text| json!(format!("https://example.com{text}"))),
        Just(json!("001795231139000-00000000000000ff")),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (0_u8..110).prop_map(Value::from),
        Just(json!(null)),
        Just(json!([{}])),
    ];
    let object = prop::collection::btree_map(field, value, 0..6).prop_map(|fields| json!(fields).to_string());
    prop_oneof![4 => object, 1 => any::<String>()]
}

proptest! {
    #[test]
    fn no_request_gets_a_server_error(
        method in method(), path in path(), query in query(), headers in headers(), body in body(), base64: bool,
    ) {
        let mut request = Request::new(&method, "/").header("content-type", "text/plain").body(&body);
        request.0["rawPath"] = json!(path);
        request.0["rawQueryString"] = json!(query);
        request.0["isBase64Encoded"] = json!(base64);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let api = Api::new();
        let answer = runtime.block_on(api.send(request));
        prop_assert!(answer.status < 500, "{answer:?}");
        // Whatever was stored can be decoded.
        prop_assert!(api.records().len() + api.leaves().len() <= 1);
    }

    #[test]
    fn any_url_of_the_site_is_counted(path in "(/[^?#]{0,20}){0,3}", query in "([?][^#]{0,40})?", referrer: String) {
        let body = json!({"url": format!("https://example.com{path}{query}"), "referrer": referrer});
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let api = Api::new();
        let answer = runtime.block_on(api.send(Request::collect("").json(&body)));
        prop_assert_eq!(answer.status, 202);
        prop_assert_eq!(api.records().len(), 1);
    }
}
