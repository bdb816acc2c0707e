use std::pin::Pin;
use std::task::{Context, Poll};

use http::StatusCode;
use http_body_util::Full;
use serde_json::{Value, json};

use super::*;
use crate::failure;

type Body = Full<&'static [u8]>;

/// A service that answers every request alike.
struct Answers<F>(F);

impl<F: Fn() -> http::Response<Body>> Service<http::Request<Vec<u8>>> for Answers<F> {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: http::Request<Vec<u8>>) -> Self::Future {
        Box::pin(std::future::ready(Ok((self.0)())))
    }
}

/// The response as API Gateway gets it.
async fn answer(response: impl Fn() -> http::Response<Body>) -> Value {
    let event = json!({
        "version": "2.0", "rawPath": "/", "rawQueryString": "", "requestContext": {"http": {"method": "GET"}},
    });
    let mut context = lambda_runtime::Context::default();
    context.request_id = "id-1".to_owned();
    let event = LambdaEvent::new(serde_json::from_value(event).unwrap(), context);
    serde_json::to_value(respond(event, Answers(response), 100).await.unwrap()).unwrap()
}

#[tokio::test]
async fn text_and_bytes_arrive_with_status_and_headers() {
    for (body, base64, text) in [(b"hi" as &[u8], false, "hi"), (&[0, 255], true, "AP8=")] {
        let response = || http::Response::builder().status(201).header("etag", "\"1\"").body(Full::new(body)).unwrap();
        let event = json!({"statusCode": 201, "headers": {"etag": "\"1\""}, "isBase64Encoded": base64, "body": text});
        assert_eq!(answer(response).await, event);
    }
}

#[tokio::test]
async fn a_header_with_several_values_arrives_as_one_and_the_length_is_left_to_the_gateway() {
    let response = || {
        let builder = http::Response::builder().header("vary", "a").header("content-length", "0").header("vary", "b");
        builder.body(Body::default()).unwrap()
    };
    assert_eq!(answer(response).await["headers"], json!({"vary": "a, b"}));
}

#[tokio::test]
async fn each_cookie_arrives_as_one() {
    let response = || {
        let builder = http::Response::builder().header("set-cookie", "a=1, 2; Secure").header("set-cookie", "b=2");
        builder.body(Body::default()).unwrap()
    };
    let event = answer(response).await;
    assert_eq!((&event["cookies"], &event["headers"]), (&json!(["a=1, 2; Secure", "b=2"]), &json!({})));
}

#[tokio::test]
async fn an_error_is_told_with_the_request_id_and_the_frameworks_headers() {
    let response = || {
        let error = Error::client(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", "Use GET.");
        let mut response: http::Response<Body> = failure(error);
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET"));
        response
    };
    let event = answer(response).await;
    let headers = json!({"allow": "GET", "content-type": "application/problem+json"});
    assert_eq!((&event["statusCode"], &event["headers"]), (&json!(405), &headers));
    assert!(event["body"].as_str().unwrap().contains(r#""requestId":"id-1""#), "{event}");
}
