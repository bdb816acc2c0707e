use lambda_runtime::Context;
use serde_json::{Value, json};

use super::*;

const DIRECT: &str = include_str!("../../events/direct.json");
const HTTP: &str = include_str!("../../events/http.json");
const HTTP_BASE64: &str = include_str!("../../events/http-base64.json");

/// Returns the response as Lambda receives it.
async fn invoke(payload: &str) -> Result<String, Diagnostic> {
    let received = serde_json::from_str(payload).unwrap();
    let reply = handle(LambdaEvent::new(received, Context::default())).await?;
    Ok(serde_json::to_string(&reply).unwrap())
}

async fn post(body: &str) -> Value {
    let mut event: Value = serde_json::from_str(HTTP).unwrap();
    event["body"] = json!(body);
    serde_json::from_str(&invoke(&event.to_string()).await.unwrap()).unwrap()
}

fn message(text: &str) -> String {
    json!({ "message": text }).to_string()
}

#[tokio::test]
async fn a_direct_invocation_gets_the_echo() {
    assert_eq!(invoke(DIRECT).await.unwrap(), r#"{"echo":"hi... hi... hi..."}"#);
}

#[tokio::test]
async fn an_http_request_gets_the_echo_as_json() {
    for event in [HTTP, HTTP_BASE64] {
        let response: Value = serde_json::from_str(&invoke(event).await.unwrap()).unwrap();
        let expected = json!({
            "statusCode": 200, "isBase64Encoded": false, "body": r#"{"echo":"hi... hi... hi..."}"#,
            "headers": {
                "content-type": "application/json", "x-content-type-options": "nosniff",
                "strict-transport-security": "max-age=31536000; includeSubDomains",
            },
        });
        assert_eq!(response, expected);
    }
}

#[tokio::test]
async fn unsupported_encodings_are_rejected_by_name() {
    for (header, value, body, status, error_type) in [
        ("content-encoding", "gzip", "{}", 415, "UnsupportedCoding"),
        ("content-type", "application/json; charset=utf-16", "{}", 415, "UnsupportedCharset"),
        ("content-type", "application/json", "\u{FEFF}{\"message\": \"hi\"}", 400, "ByteOrderMark"),
    ] {
        let mut event: Value = serde_json::from_str(HTTP).unwrap();
        event["headers"][header] = json!(value);
        event["body"] = json!(body);
        let response: Value = serde_json::from_str(&invoke(&event.to_string()).await.unwrap()).unwrap();
        let problem: Value = serde_json::from_str(response["body"].as_str().unwrap()).unwrap();
        assert_eq!((&response["statusCode"], &problem["errorType"]), (&json!(status), &json!(error_type)));
    }
}

#[tokio::test]
async fn any_text_is_echoed() {
    for text in ["", "\"quoted\" \\ \n \u{1}", "né 😀", "{\"message\": 1}"] {
        let expected = json!({"echo": format!("{text}... {text}... {text}...")});
        let directly: Value = serde_json::from_str(&invoke(&message(text)).await.unwrap()).unwrap();
        let over_http: Value = serde_json::from_str(post(&message(text)).await["body"].as_str().unwrap()).unwrap();
        assert_eq!((&directly, &over_http), (&expected, &expected));
    }
}

/// Invalid payloads, each with a part of the expected message.
fn mistakes() -> Vec<(String, &'static str)> {
    let bomb = |depth| ["[".repeat(depth), "]".repeat(depth)].concat();
    [
        ("{}", "missing field `message`"),
        (r#"{"message": 1}"#, "expected a string"),
        (r#"{"message": null}"#, "expected a string"),
        (r#"{"message": "hi", "loud": true}"#, "unknown field `loud`"),
        (r#"{"message": "hi", "message": "ho"}"#, "duplicate field `message`"),
        (r#"{"message": "\ud800"}"#, "hex escape"),
        (r#"["hi"]"#, "it is not an object"),
        (r#""hi""#, "it is not an object"),
        ("null", "it is not an object"),
        (r#"{"message": "hi"#, "EOF"),
    ]
    .map(|(payload, reason)| (payload.to_owned(), reason))
    .into_iter()
    .chain([
        (bomb(200_000), "it is not an object"),
        (format!(r#"{{"message": {}}}"#, bomb(200_000)), "expected a string"),
        (format!(r#"{{"loud": {}}}"#, bomb(200_000)), "unknown field `loud`"),
    ])
    .collect()
}

#[tokio::test]
async fn an_invalid_direct_invocation_fails_with_instructions() {
    for (payload, reason) in mistakes() {
        let error = invoke(&payload).await.unwrap_err();
        assert_eq!(error.error_type, "InvalidMessage");
        assert!(error.error_message.contains(r#"Send {"message": "hi"}"#), "{error:?}");
        assert!(error.error_message.contains(reason), "{error:?}");
    }
}

#[tokio::test]
async fn an_invalid_http_request_gets_a_problem_with_instructions() {
    let empty = (String::new(), "it is not an object");
    for (body, reason) in mistakes().into_iter().chain([empty]) {
        let response = post(&body).await;
        assert_eq!(response["statusCode"], 400, "{response}");
        assert_eq!(response["headers"]["content-type"], "application/problem+json");
        let problem: Value = serde_json::from_str(response["body"].as_str().unwrap()).unwrap();
        assert_eq!(problem["errorType"], "InvalidMessage");
        assert!(problem["detail"].as_str().unwrap().contains(reason), "{problem}");
    }
}

#[tokio::test]
async fn invalid_base64_is_a_client_error() {
    let mut event: Value = serde_json::from_str(HTTP_BASE64).unwrap();
    event["body"] = json!("*");
    let response = invoke(&event.to_string()).await.unwrap();
    assert!(response.contains(r#""statusCode":400"#) && response.contains("InvalidBase64"), "{response}");
}

#[tokio::test]
async fn the_largest_direct_reply_fills_lambdas_limit() {
    let around = invoke(&message("")).await.unwrap().len();
    let longest = (PAYLOAD_LIMIT - around) / 3;
    let reply = invoke(&message(&"x".repeat(longest))).await.unwrap();
    assert!((PAYLOAD_LIMIT - 2..=PAYLOAD_LIMIT).contains(&reply.len()), "{}", reply.len());

    let error = invoke(&message(&"x".repeat(longest + 1))).await.unwrap_err();
    assert_eq!(error.error_type, "MessageTooLarge");
    assert!(error.error_message.contains("the limit of Lambda is 6291556"), "{}", error.error_message);
}

#[tokio::test]
async fn the_limit_includes_the_escapes_of_an_http_response() {
    // A quote takes four bytes: it is escaped in the JSON document, which is escaped again in the event.
    let fits = PAYLOAD_LIMIT / 12 - 100;
    assert_eq!(post(&message(&"\"".repeat(fits))).await["statusCode"], 200);
    assert!(invoke(&message(&"\"".repeat(fits + 200))).await.is_ok());

    let response = post(&message(&"\"".repeat(fits + 200))).await;
    assert_eq!(response["statusCode"], 413);
    assert!(response["body"].as_str().unwrap().contains("the limit of Lambda is 6291556"), "{response}");
}

#[tokio::test]
async fn a_message_of_six_megabytes_is_too_large() {
    let message = message(&"x".repeat(6_000_000));
    assert_eq!(invoke(&message).await.unwrap_err().error_type, "MessageTooLarge");
    assert_eq!(post(&message).await["statusCode"], 413);
}
