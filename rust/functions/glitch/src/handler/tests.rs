use base64_simd::STANDARD;
use lambda_runtime::{Context, LambdaEvent};
use serde_json::{Value, json};

use super::*;
use picture::samples::jpegs;

const HTTP: &str = include_str!("../../events/http.json");
const HTTP_PAGE: &str = include_str!("../../events/http-page.json");
const HTTP_TEXT: &str = include_str!("../../events/http-text.json");

fn event(file: &str) -> Value {
    serde_json::from_str(file).unwrap()
}

fn with_body(body: &[u8]) -> Value {
    let mut event = event(HTTP);
    event["body"] = json!(STANDARD.encode_to_string(body));
    event
}

fn with_query(query: &str) -> Value {
    let mut event = event(HTTP);
    event["rawQueryString"] = json!(query);
    event
}

/// Returns the response as API Gateway receives it, and its bytes or problem.
async fn answered(event: &Value) -> (Value, Vec<u8>) {
    let event = LambdaEvent::new(serde_json::from_str(&event.to_string()).unwrap(), Context::default());
    let glitch = Glitch::new(Bucket::from_env(|name| Some(name.to_owned()), "UPLOADS_URL").unwrap());
    let response = http_service::respond_by(event, async |request| glitch.handle(request).await).await.unwrap();
    let response: Value = serde_json::from_str(&serde_json::to_string(&response).unwrap()).unwrap();
    let body = response["body"].as_str().unwrap();
    let bytes = if response["isBase64Encoded"] == true { STANDARD.decode_to_vec(body).unwrap() } else { body.into() };
    (response, bytes)
}

async fn refused(event: &Value, status: u16, error_type: &str) -> String {
    let (response, bytes) = answered(event).await;
    let problem: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!((&response["statusCode"], &problem["errorType"]), (&json!(status), &json!(error_type)), "{problem}");
    problem["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_file_comes_back_glitched_with_its_type_and_seed() {
    let (response, bytes) = answered(&event(HTTP)).await;
    assert_eq!(response["statusCode"], 200);
    assert_eq!(response["isBase64Encoded"], true);
    let headers = json!({
        "content-type": "image/jpeg",
        "x-glitch-seed": "7",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "strict-transport-security": "max-age=31536000; includeSubDomains",
        "content-security-policy": "sandbox; default-src 'none'",
    });
    assert_eq!(response["headers"], headers);
    let original: Vec<u8> = (0..64).collect();
    assert_eq!(bytes.len(), original.len());
    assert_ne!(bytes, original);
}

#[tokio::test]
async fn text_can_be_glitched_too() {
    let (response, bytes) = answered(&event(HTTP_TEXT)).await;
    assert_eq!(response["headers"]["content-type"], "text/plain");
    assert_eq!(bytes.len(), "Hello, world".len());
    assert_ne!(bytes, b"Hello, world");
}

#[tokio::test]
async fn the_returned_seed_reproduces_the_result() {
    let (response, bytes) = answered(&with_query("")).await;
    let seed = response["headers"]["x-glitch-seed"].as_str().unwrap();
    assert_eq!(answered(&with_query(&format!("seed={seed}"))).await, (response.clone(), bytes));

    let another = answered(&with_query("")).await.0;
    assert_ne!(another["headers"]["x-glitch-seed"], seed);
}

#[tokio::test]
async fn more_steps_change_more() {
    let original: Vec<u8> = (0..64).rev().collect();
    let mut event = with_body(&original);
    let mut changed = Vec::new();
    for steps in ["steps=1&seed=7", "steps=1000&seed=7"] {
        event["rawQueryString"] = json!(steps);
        let glitched = answered(&event).await.1;
        changed.push(glitched.iter().zip(&original).filter(|(glitched, original)| glitched != original).count());
    }
    assert!(changed[0] == 1 && changed[1] > 40, "{changed:?}");
}

#[tokio::test]
async fn an_invalid_content_type_is_replaced() {
    for content_type in [None, Some(json!("")), Some(json!("image/né"))] {
        let mut event = event(HTTP);
        let headers = event["headers"].as_object_mut().unwrap();
        headers.remove("content-type");
        headers.extend(content_type.map(|content_type| ("content-type".to_owned(), content_type)));
        assert_eq!(answered(&event).await.0["headers"]["content-type"], "application/octet-stream");
    }
}

#[tokio::test]
async fn a_get_returns_the_document_with_a_strict_policy() {
    let (response, bytes) = answered(&event(HTTP_PAGE)).await;
    assert_eq!((&response["statusCode"], &response["isBase64Encoded"]), (&json!(200), &json!(false)));
    let headers = &response["headers"];
    assert_eq!(
        (&headers["content-type"], &headers["cache-control"]),
        (&json!("text/html; charset=utf-8"), &json!("no-cache"))
    );
    assert!(headers["content-security-policy"].as_str().unwrap().starts_with("default-src 'none'"));
    assert!(bytes.starts_with(b"<!doctype html>"));
}

#[tokio::test]
async fn an_unsupported_method_is_rejected_with_the_supported_ones() {
    let mut event = event(HTTP_PAGE);
    event["requestContext"]["http"]["method"] = json!("DELETE");
    refused(&event, 405, "MethodNotAllowed").await;
    assert_eq!(answered(&event).await.0["headers"]["allow"], "GET, HEAD, POST");
}

#[tokio::test]
async fn an_empty_body_is_rejected() {
    let detail = refused(&with_body(&[]), 400, "EmptyBody").await;
    assert!(detail.contains("Send a picture"), "{detail}");
}

#[tokio::test]
async fn invalid_base64_is_a_client_error() {
    let mut event = event(HTTP);
    event["body"] = json!("*");
    refused(&event, 400, "InvalidBase64").await;
}

#[tokio::test]
async fn invalid_options_are_rejected_with_an_example() {
    for query in ["seed=x", "steps=0", "seed=1&seed=2", "color=red", "seed"] {
        let detail = refused(&with_query(query), 400, "InvalidOption").await;
        assert!(detail.contains("as in ?"), "{detail}");
    }
}

#[tokio::test]
async fn a_file_over_the_limit_is_rejected_with_the_limit() {
    let (response, bytes) = answered(&with_body(&vec![7; FILE_LIMIT])).await;
    assert_eq!((&response["statusCode"], bytes.len()), (&json!(200), FILE_LIMIT));
    assert!(response.to_string().len() < reply::PAYLOAD_LIMIT);

    let detail = refused(&with_body(&vec![7; FILE_LIMIT + 1]), 413, "BodyTooLarge").await;
    assert!(detail.contains("the limit is 4500000 bytes"), "{detail}");
}

#[tokio::test]
async fn a_decompression_bomb_is_rejected() {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    picture::samples::write_chunk(*b"IHDR", &[0, 1, 0, 0, 0, 1, 0, 0, 8, 6, 0, 0, 0], &mut png);
    picture::samples::write_chunk(*b"IDAT", &[], &mut png);
    let detail = refused(&with_body(&png), 413, "PictureTooLarge").await;
    assert!(detail.contains("134217728 bytes"), "{detail}");
}

#[tokio::test]
async fn the_bytes_determine_the_type() {
    for (name, file) in jpegs() {
        let mut event = with_body(&file);
        event["headers"]["content-type"] = json!("image/x-icon");
        let (response, bytes) = answered(&event).await;
        assert_eq!(response["headers"]["content-type"], "image/jpeg");
        assert_eq!(picture::samples::markers(&bytes), picture::samples::markers(&file), "{name}");
    }
}
