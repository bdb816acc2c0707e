use std::io;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request as HttpRequest;
use axum::response::IntoResponse as _;
use axum::routing::{get, post};
use http::StatusCode;
use serde_json::{Value, json};
use tracing::subscriber::DefaultGuard;

use super::*;
use crate::{Problem, text_bytes, with_error};

/// The log.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Lines {
    fn capture() -> (Self, DefaultGuard) {
        let lines = Self::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
        (lines, tracing::subscriber::set_default(subscriber))
    }

    fn count(&self) -> usize {
        self.0.lock().unwrap().iter().filter(|&&byte| byte == b'\n').count()
    }
}

fn invocation(method: &str, path: &str, headers: &Value, body: &str) -> LambdaEvent<Received<Invocation>> {
    let event = json!({
        "version": "2.0", "rawPath": path, "rawQueryString": "", "headers": headers,
        "requestContext": {"http": {"method": method}}, "body": body,
    });
    sent(&event)
}

fn sent(payload: &Value) -> LambdaEvent<Received<Invocation>> {
    let mut context = Context::default();
    context.request_id = "id-1".to_owned();
    LambdaEvent::new(serde_json::from_value(payload.clone()).unwrap(), context)
}

async fn broken() -> Problem {
    Error::internal("table users-4f2 is gone").into()
}

async fn shown() -> HttpResponse {
    with_error((StatusCode::IM_A_TEAPOT, "a page").into_response(), Error::internal("table users-4f2 is gone"))
}

async fn echo(request: HttpRequest) -> Result<Vec<u8>, Problem> {
    Ok(text_bytes(request).await?.into())
}

async fn repeated() -> HttpResponse {
    let headers = [("vary", "a"), ("set-cookie", "a=1, 2; Secure"), ("content-length", "0")];
    let mut response = headers.into_response();
    response.headers_mut().append("vary", HeaderValue::from_static("b"));
    response.headers_mut().append("set-cookie", HeaderValue::from_static("b=2"));
    response
}

fn app() -> App {
    let routes = Router::new()
        .route("/echo", post(echo).put(echo))
        .route("/limited", crate::with_body_limit(post(echo), 2))
        .route("/broken", get(broken))
        .route("/shown", get(shown))
        .route("/repeated", get(repeated));
    App::new(routes, 5)
}

/// Returns the response as API Gateway receives it, and the problem in it.
async fn answer(method: &str, path: &str, headers: &Value, body: &str) -> (Value, Value) {
    let response = respond(invocation(method, path, headers, body), &app()).await.unwrap();
    let response = serde_json::to_value(response).unwrap();
    assert_eq!(response["headers"]["x-content-type-options"], "nosniff", "{method} {path}");
    assert_eq!(response["headers"]["strict-transport-security"], "max-age=31536000; includeSubDomains");
    let problem = serde_json::from_str(response["body"].as_str().unwrap()).unwrap_or_default();
    (response, problem)
}

#[tokio::test]
async fn text_and_binary_bodies_are_received() {
    let (response, _) = answer("POST", "/echo", &json!({}), "né").await;
    assert_eq!((&response["statusCode"], &response["body"]), (&json!(200), &json!("né")));
}

#[tokio::test]
async fn headers_are_sent_once_and_cookies_separately() {
    let (response, _) = answer("GET", "/repeated", &json!({}), "").await;
    assert_eq!(response["headers"]["vary"], "a, b");
    assert!(response["headers"].get("content-length").is_none(), "the gateway counts it");
    assert_eq!(response["cookies"], json!(["a=1, 2; Secure", "b=2"]));
}

#[tokio::test]
async fn a_wrong_method_or_path_is_a_problem() {
    for (method, path, status, error_type) in
        [("GET", "/echo", 405, "MethodNotAllowed"), ("GET", "/", 404, "NoRoute"), ("GET", "echo", 400, "InvalidPath")]
    {
        let (response, problem) = answer(method, path, &json!({}), "").await;
        assert_eq!((&response["statusCode"], &problem["errorType"]), (&json!(status), &json!(error_type)), "{path}");
        assert_eq!((&problem["requestId"], &problem["status"]), (&json!("id-1"), &json!(status)));
    }
    let (response, problem) = answer("GET", "/echo", &json!({}), "").await;
    assert_eq!(response["headers"]["allow"], "POST, PUT");
    assert_eq!(problem["detail"], "This path does not support this method. Use one of POST, PUT.");
}

#[tokio::test]
async fn an_unreadable_body_is_a_client_error() {
    for (path, headers, body, status, error_type) in [
        ("/echo", json!({}), "123456", 413, "BodyTooLarge"),
        ("/limited", json!({}), "123", 413, "BodyTooLarge"),
        ("/echo", json!({"content-encoding": "gzip"}), "1", 415, "UnsupportedCoding"),
        ("/echo", json!({"content-type": "text/plain; charset=utf-16"}), "1", 415, "UnsupportedCharset"),
    ] {
        let (response, problem) = answer("POST", path, &headers, body).await;
        assert_eq!((&response["statusCode"], &problem["errorType"]), (&json!(status), &json!(error_type)), "{path}");
    }
    let (response, _) = answer("POST", "/limited", &json!({"content-encoding": "gzip"}), "").await;
    assert_eq!(response["statusCode"], 200, "no body has no coding");
}

#[tokio::test]
async fn bodies_are_limited_on_any_server() {
    let stream = axum::body::Body::new(http_body_util::Full::from("123456"));
    let request = http::Request::post("/echo").body(stream).unwrap();
    let response = app().respond(request).await;
    assert_eq!(response.status(), 413);
    let problem = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
    let problem: Value = serde_json::from_slice(&problem).unwrap();
    assert!(problem["requestId"].as_str().unwrap().starts_with("local-"), "{problem}");
    assert_eq!(problem["detail"], "The body is too large; the limit is 5 bytes. Send a smaller body.");
}

#[tokio::test]
async fn a_server_error_is_logged_once_and_not_sent() {
    let (lines, _guard) = Lines::capture();
    let (response, problem) = answer("GET", "/broken", &json!({}), "").await;
    assert_eq!((&response["statusCode"], &problem["errorType"]), (&json!(500), &json!("InternalError")));
    assert_eq!(lines.count(), 1);
    assert!(!response.to_string().contains("users"), "{response}");

    let (response, _) = answer("GET", "/shown", &json!({}), "").await;
    assert_eq!((&response["statusCode"], &response["body"]), (&json!(418), &json!("a page")));
    assert_eq!(lines.count(), 2);

    answer("DELETE", "/echo", &json!({}), "").await;
    assert_eq!(lines.count(), 2, "the client error is not logged");
}

#[tokio::test]
async fn a_handler_without_a_router_gets_the_same_layer() {
    let (lines, _guard) = Lines::capture();
    let handle = async |request: Request| match request.path.as_str() {
        "/" => Ok(Response::text(StatusCode::OK, HeaderValue::from_static("text/plain"), "hi".to_owned())),
        _ => Err(Error::internal("table users-4f2 is gone")),
    };
    for (method, path, headers, body, status, expected) in [
        ("GET", "/", json!({}), "", 200, "hi"),
        ("HEAD", "/", json!({}), "", 200, ""),
        ("POST", "/", json!({"content-encoding": "gzip"}), "1", 415, "UnsupportedCoding"),
        ("GET", "/broken", json!({}), "", 500, "InternalError"),
    ] {
        let response = respond_by(invocation(method, path, &headers, body), handle).await.unwrap();
        let response = serde_json::to_value(response).unwrap();
        assert_eq!(response["statusCode"], status, "{method} {path}");
        assert!(response["body"].as_str().unwrap().contains(expected), "{response}");
        assert_eq!(response["headers"]["x-content-type-options"], "nosniff");
    }
    assert_eq!(lines.count(), 1);
}

#[tokio::test]
async fn a_warm_up_reaches_no_handler() {
    let event = sent(&json!({"source": "serverless-plugin-warmup"}));
    let response = respond_by(event, async |_| panic!("not called")).await.unwrap();
    assert_eq!(response, Response::no_content());
}

#[tokio::test]
async fn other_payloads_are_rejected_with_a_named_error() {
    for payload in [json!({"message": "hi"}), json!("hi"), json!(null)] {
        let error = respond(sent(&payload), &app()).await.unwrap_err();
        assert_eq!(error.error_type, "NotAnHttpEvent", "{payload}");
    }
}
