//! Responses to invalid requests, and to any request at all.

use std::sync::Arc;

use async_trait::async_trait;

use crate::api::{Answer, Api, JSON, content, new_currency};
use currencies::store::memory::Memory;
use currencies::store::{Store, StoreError, Write};
use currencies::{BODY_LIMIT, Code, Currency};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Returns the invalid fields, with the rules that they violate.
fn errors(answer: &Answer) -> Vec<(&str, &str)> {
    let errors = answer.json["errors"].as_array().unwrap();
    errors.iter().map(|error| (error["field"].as_str().unwrap(), error["rule"].as_str().unwrap())).collect()
}

fn api() -> Api {
    Api::over(Arc::new(Memory::default()))
}

#[tokio::test]
async fn the_sample_events_succeed_in_order() {
    let api = api();
    for (event, status) in [
        (include_str!("../../events/http-list.json"), 200),
        (include_str!("../../events/http-post.json"), 201),
        (include_str!("../../events/http-get.json"), 200),
        (include_str!("../../events/http-put.json"), 200),
        (include_str!("../../events/http-delete.json"), 204),
        (include_str!("../../events/http-put.json"), 201),
        (include_str!("../../events/http-docs.json"), 200),
        (include_str!("../../events/http-docs-file.json"), 200),
        (include_str!("../../events/http-openapi.json"), 200),
    ] {
        assert_eq!(api.invoke(serde_json::from_str(event).unwrap()).await["statusCode"], status, "{event}");
    }
}

#[tokio::test]
async fn invalid_fields_are_listed() {
    let api = api();
    let created = api.post(&json!({"code": "eur", "name": "", "minorUnits": 5, "version": 1})).await;
    assert_eq!((created.status, &created.json["errorType"]), (422, &json!("InvalidCurrency")));
    let expected = [
        ("code", "pattern"),
        ("name", "length"),
        ("symbol", "required"),
        ("minorUnits", "range"),
        ("version", "readOnly"),
    ];
    assert_eq!(errors(&created), expected);
    assert_eq!(errors(&api.put("EUR", &[], &new_currency("EUR")).await), [("code", "readOnly")]);
    assert_eq!(errors(&api.get("/currencies?limit=0&color=red").await), [("limit", "range"), ("color", "unknown")]);
}

#[tokio::test]
async fn a_lower_case_code_in_the_path_is_rejected() {
    let api = api();
    for code in ["eur", "EURO", "E%55R%20", "%FF%FF%FF", "é"] {
        let path = format!("/currencies/{code}");
        assert_eq!(errors(&api.get(&path).await), [("code", "pattern")], "{code}");
        assert_eq!(api.put(code, &[], &content("Euro")).await.status, 422);
        assert_eq!(api.delete(code, &[]).await.status, 422);
    }
    assert_eq!(api.put("E%55R", &[], &content("Euro")).await.json["code"], "EUR");
}

#[tokio::test]
async fn malformed_requests_have_distinct_error_types() {
    let api = api();
    let long = format!("{{\"name\": \"{}\"}}", "x".repeat(BODY_LIMIT));
    for (headers, body, status, error_type) in [
        (&[JSON] as &[_], "{", 400, "InvalidJson"),
        (&[JSON], "", 400, "InvalidJson"),
        (&[JSON], "[]", 422, "InvalidCurrency"),
        (&[JSON], &long, 413, "BodyTooLarge"),
        (&[], "{}", 415, "NotJson"),
        (&[("content-type", "text/plain")], "{}", 415, "NotJson"),
    ] {
        let answer = api.send("POST", "/currencies", headers, body).await;
        assert_eq!((answer.status, &answer.json["errorType"]), (status, &json!(error_type)), "{body}");
    }
    let charset = ("content-type", "Application/JSON; charset=utf-8");
    assert_eq!(api.send("POST", "/currencies", &[charset], "{}").await.status, 422);
    assert_eq!(api.put("EUR", &[("if-match", "7")], &content("Euro")).await.json["errorType"], "InvalidPrecondition");
    assert_eq!(api.get("/currencies?cursor=RVVSAAAAAA").await.json["errorType"], "InvalidCursor");
}

#[tokio::test]
async fn a_changed_cursor_is_rejected() {
    let api = api();
    for code in ["AED", "EUR", "ZWG"] {
        api.post(&new_currency(code)).await;
    }
    let cursor = api.get("/currencies?limit=1").await.json["nextCursor"].as_str().unwrap().to_owned();
    for index in 0..cursor.len() {
        let other = |own| if own == 'A' { 'B' } else { 'A' };
        let tampered: String =
            cursor.chars().enumerate().map(|(at, own)| if at == index { other(own) } else { own }).collect();
        assert_eq!(api.get(&format!("/currencies?cursor={tampered}")).await.status, 400, "{tampered}");
    }
}

#[tokio::test]
async fn unmatched_paths_and_methods_are_problems() {
    let api = api();
    for (method, path, status, error_type) in [
        ("GET", "/", 404, "NoRoute"),
        ("GET", "/currencies/", 404, "NoRoute"),
        ("GET", "/currencies/EUR/x", 404, "NoRoute"),
        ("GET", "/docs/", 404, "NoRoute"),
        ("GET", "/docs/..%2Fpage.html", 404, "NoRoute"),
        ("PATCH", "/currencies", 405, "MethodNotAllowed"),
        ("POST", "/currencies/EUR", 405, "MethodNotAllowed"),
        ("POST", "/docs", 405, "MethodNotAllowed"),
        ("GET", "currencies", 400, "InvalidPath"),
    ] {
        let answer = api.ask(method, path, &[], "").await;
        assert_eq!((answer.status, &answer.json["errorType"]), (status, &json!(error_type)), "{method} {path}");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert_eq!(answer.json["requestId"], "id-1");
    }
    let answer = api.ask("PATCH", "/currencies/EUR", &[], "").await;
    let allowed = answer.headers["allow"].as_str().unwrap();
    assert!(["GET", "PUT", "DELETE"].iter().all(|method| allowed.contains(method)), "{allowed}");
}

/// A store that always fails with the same error.
struct Down(StoreError);

impl Down {
    fn fail<T>(&self) -> Result<T, StoreError> {
        Err(self.0.clone())
    }
}

#[async_trait]
impl Store for Down {
    async fn get(&self, _: &Code) -> Result<Option<Currency>, StoreError> {
        self.fail()
    }

    async fn list(&self, _: Option<&Code>, _: usize) -> Result<Vec<Currency>, StoreError> {
        self.fail()
    }

    async fn put(&self, _: &Currency, _: Option<u64>) -> Result<Write, StoreError> {
        self.fail()
    }

    async fn delete(&self, _: &Code, _: u64) -> Result<Write, StoreError> {
        self.fail()
    }
}

/// Returns the responses of all operations over a store that fails.
async fn failures(error: StoreError) -> [Answer; 5] {
    let api = Api::over(Arc::new(Down(error)));
    [
        api.get("/currencies").await,
        api.get("/currencies/EUR").await,
        api.post(&new_currency("EUR")).await,
        api.put("EUR", &[], &content("Euro")).await,
        api.delete("EUR", &[]).await,
    ]
}

#[tokio::test]
async fn a_store_error_is_a_500_without_its_cause() {
    for answer in failures(StoreError::new("table currencies-4f2 is gone")).await {
        assert_eq!((answer.status, &answer.json["errorType"]), (500, &json!("InternalError")));
        assert!(!answer.text.contains("4f2"), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_busy_store_is_a_503_with_retry_after() {
    for answer in failures(StoreError::transient("table currencies-4f2 is throttled")).await {
        assert_eq!((answer.status, &answer.json["errorType"]), (503, &json!("Unavailable")));
        assert_eq!(answer.headers["retry-after"], "5");
        assert!(!answer.text.contains("4f2"), "{}", answer.text);
    }
}

fn method() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(vec!["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"]).prop_map(str::to_owned),
        1 => "[A-Z]{1,9}",
    ]
}

fn path() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("/currencies".to_owned()),
        "/currencies/[A-Za-z]{1,4}",
        "/currencies/(EUR|%[0-9A-F]{2}){1,3}",
        "/docs/[a-z.-]{0,12}",
        "/openapi.json|/docs",
        any::<String>(),
        any::<String>().prop_map(|text| format!("/{text}")),
    ]
}

fn query() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "(limit|cursor)=[0-9A-Za-z_%-]{0,12}(&(limit|cursor)=.{0,5})?", any::<String>()]
}

fn headers() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop::sample::select(vec!["content-type", "if-match", "if-none-match", "accept-encoding", "x-other"]);
    let value = prop_oneof![
        3 => prop::sample::select(vec!["application/json", "*", "\"1\"", "W/\"1\", \"2\"", "gzip;q=0"]).prop_map(str::to_owned),
        1 => "[ -~]{0,20}",
    ];
    prop::collection::vec((name.prop_map(str::to_owned), value), 0..4)
}

fn body() -> impl Strategy<Value = String> {
    let field = prop::sample::select(vec!["code", "name", "symbol", "minorUnits", "version", "other"]);
    let value = prop_oneof![
        any::<String>().prop_map(Value::from),
        "[A-Z]{3}".prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (0_u8..6).prop_map(Value::from),
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
        let event = json!({
            "version": "2.0", "rawPath": path, "rawQueryString": query,
            "headers": headers.into_iter().collect::<std::collections::BTreeMap<_, _>>(),
            "requestContext": {"http": {"method": method}}, "body": body, "isBase64Encoded": base64,
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let response = runtime.block_on(api().invoke(event));
        prop_assert!(response["statusCode"].as_u64().unwrap() < 500, "{response}");
    }

    #[test]
    fn a_currency_is_created_or_its_invalid_fields_listed(body in body()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let answer = runtime.block_on(api().send("POST", "/currencies", &[JSON], &body));
        prop_assert!([201, 400, 422].contains(&answer.status), "{answer:?}");
        prop_assert_eq!(answer.status == 422, answer.json["errors"].is_array());
    }
}
