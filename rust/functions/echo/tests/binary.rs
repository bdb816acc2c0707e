//! Runs the function's binary as Lambda does, with an environment, a Runtime API and a log.

// Makes clippy treat the helpers as test code.
#![cfg(test)]

use std::time::SystemTime;

use bootstrap_test::{Bootstrap, STANDARD_KEYS};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};

const ECHO: &str = env!("CARGO_BIN_EXE_echo");

const HTTP: &str = include_str!("../events/http.json");

#[test]
fn each_invocation_gets_a_response_and_one_line() {
    let run = Bootstrap::new(ECHO, &[]).invoke(&[r#"{"message": "hi"}"#, r#"{"message": 1}"#, "{", HTTP]).unwrap();
    let paths: Vec<&str> = run.answers.iter().map(|(path, _)| path.rsplit_once("/invocation/").unwrap().1).collect();
    assert_eq!(paths, ["id-1/response", "id-2/error", "id-3/error", "id-4/response"]);
    assert_eq!(run.answers[0].1, r#"{"echo":"hi... hi... hi..."}"#);
    for (_, mistake) in &run.answers[1..3] {
        assert!(mistake.starts_with(r#"{"errorType":"InvalidMessage","errorMessage":"Send "#), "{mistake}");
    }
    let closing = run.closing_lines();
    assert_eq!(closing.len(), run.lines.len(), "a client error has no line of its own: {:?}", run.lines);
    let fields = |name| closing.iter().map(|line| &line[name]).collect::<Vec<&Value>>();
    assert_eq!(fields("outcome"), ["success", "client_error", "client_error", "success"]);
    assert_eq!(fields("error_type"), [&Value::Null, &json!("InvalidMessage"), &json!("InvalidMessage"), &Value::Null]);
    assert_eq!(fields("cold_start"), [true, false, false, false]);
    assert_eq!(fields("function_request_id"), ["id-1", "id-2", "id-3", "id-4"]);
}

#[test]
fn a_closing_line_has_every_standard_key() {
    let run = Bootstrap::new(ECHO, &[]).invoke(&[r#"{"message": "hi"}"#, HTTP]).unwrap();
    let [direct, http] = run.lines.as_slice() else { panic!("{:?}", run.lines) };
    for key in STANDARD_KEYS {
        assert!(!direct[key].is_null() && !http[key].is_null(), "{key}: {direct} {http}");
    }
    let event: Value = serde_json::from_str(HTTP).unwrap();
    assert_eq!(http["correlation_id"], event["requestContext"]["requestId"]);
    assert_eq!(
        (&http["route"], &http["status"], &http["message"]),
        (&json!("POST /echo"), &json!(200), &json!("POST /echo 200"))
    );
    assert_eq!(direct["correlation_id"], "id-1");
    assert_eq!(direct["xray_trace_id"], "1-5759e988-bd862e3fe1be46a994272793");
    assert_eq!((&direct["service"], &direct["function_memory_size"]), (&json!("echo"), &json!(128)));
    let time = direct["timestamp"].as_str().unwrap();
    assert!(time.len() == "2026-11-21T03:19:00.000000Z".len() && time.ends_with('Z'), "{time}");
}

#[test]
fn only_the_route_of_a_request_is_logged() {
    let mut event: Value = serde_json::from_str(HTTP).unwrap();
    event["rawPath"] = json!("/echo/secret-path");
    event["rawQueryString"] = json!("token=secret-query");
    event["headers"]["authorization"] = json!("Bearer secret-token");
    event["headers"]["user-agent"] = json!("secret-agent");
    event["requestContext"]["http"]["sourceIp"] = json!("192.0.2.77");
    event["body"] = json!(r#"{"message": "secret-body"}"#);
    for environment in [[("RUST_LOG", "debug")], [("POWERTOOLS_LOGGER_SAMPLE_RATE", "1")]] {
        let run = Bootstrap::new(ECHO, &environment).invoke(&[&event.to_string()]).unwrap();
        let log = serde_json::to_string(&run.lines).unwrap();
        assert!(!log.contains("secret") && !log.contains("192.0.2"), "{log}");
        assert_eq!(run.closing_lines().len(), 1);
    }
}

#[test]
fn levels_above_info_hide_closing_lines() {
    let run = Bootstrap::new(ECHO, &[("RUST_LOG", "error")]).invoke(&[r#"{"message": "hi"}"#]).unwrap();
    assert!(run.lines.is_empty(), "{:?}", run.lines);
}

#[test]
fn a_sampled_request_is_logged_at_debug_with_ids() {
    let sampled = [("RUST_LOG", "warn"), ("POWERTOOLS_LOGGER_SAMPLE_RATE", "1")];
    let run = Bootstrap::new(ECHO, &sampled).invoke(&[HTTP]).unwrap();
    let [line, _closing] = run.lines.as_slice() else { panic!("{:?}", run.lines) };
    assert_eq!(
        (&line["level"], &line["message"], &line["body_bytes"]),
        (&json!("DEBUG"), &json!("request"), &json!(17))
    );
    for key in STANDARD_KEYS.into_iter().filter(|key| *key != "duration_ms") {
        assert!(!line[key].is_null(), "{key}: {line}");
    }
}

/// Returns a debug header that is signed by a key and valid for some more seconds.
fn debug_header(keys: &Ed25519KeyPair, seconds_left: i64) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let expiry = now.as_secs().checked_add_signed(seconds_left).unwrap();
    format!("{expiry}.{}", hex::encode(keys.sign(format!("x-debug {expiry}").as_bytes())))
}

/// Returns the sample request with a debug header.
fn asking_for_debug(header: &str) -> String {
    let mut event: Value = serde_json::from_str(HTTP).unwrap();
    event["headers"]["x-debug"] = json!(header);
    event.to_string()
}

#[test]
fn a_signed_header_logs_one_request_at_debug() {
    let keys = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let public_key = hex::encode(keys.public_key());
    let event = asking_for_debug(&debug_header(&keys, 600));
    let environment = [("RUST_LOG", "warn"), ("POWERTOOLS_DEBUG_PUBLIC_KEY", &public_key)];
    let run = Bootstrap::new(ECHO, &environment).invoke(&[HTTP, &event, HTTP]).unwrap();
    let lines: Vec<_> = run.lines.iter().map(|line| (&line["function_request_id"], &line["level"])).collect();
    assert_eq!(lines, [(&json!("id-2"), &json!("DEBUG")), (&json!("id-2"), &json!("INFO"))]);
    assert_eq!(run.answers[0].1, run.answers[1].1);
}

#[test]
fn an_expired_or_forged_debug_header_has_no_effect() {
    let [keys, others] = [7, 8].map(|seed| Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap());
    let public_key = hex::encode(keys.public_key());
    let [valid, expired] = [600, -1].map(|seconds_left| debug_header(&keys, seconds_left));
    let (expiry, signature) = (valid.split_once('.').unwrap().0, expired.split_once('.').unwrap().1);
    let headers =
        [expired.clone(), format!("{expiry}.{signature}"), debug_header(&keys, 7200), debug_header(&others, 600)];
    let events = headers.map(|header| asking_for_debug(&header));
    let events: Vec<&str> = [HTTP].into_iter().chain(events.iter().map(String::as_str)).collect();
    let run = Bootstrap::new(ECHO, &[("POWERTOOLS_DEBUG_PUBLIC_KEY", &public_key)]).invoke(&events).unwrap();
    assert!(run.lines.iter().all(|line| line["level"] == "INFO"), "{:?}", run.lines);
    assert!(run.answers.iter().all(|(_, response)| *response == run.answers[0].1), "{:?}", run.answers);
    // Without a key, nobody can ask.
    let run = Bootstrap::new(ECHO, &[]).invoke(&[&asking_for_debug(&valid)]).unwrap();
    assert_eq!(run.lines.len(), 1);
}

#[test]
fn an_invalid_level_stops_the_start() {
    for (variable, value, start) in [
        ("RUST_LOG", "inof", r#"RUST_LOG is "inof", which is not a log level."#),
        ("POWERTOOLS_LOGGER_SAMPLE_RATE", "2", r#"POWERTOOLS_LOGGER_SAMPLE_RATE is "2"."#),
        ("POWERTOOLS_DEBUG_PUBLIC_KEY", "2", r#"POWERTOOLS_DEBUG_PUBLIC_KEY is "2"."#),
    ] {
        let line = Bootstrap::new(ECHO, &[(variable, value)]).fail_to_start(&[]).unwrap();
        assert_eq!((&line["level"], &line["service"]), (&json!("ERROR"), &json!("echo")));
        assert!(line["error"].as_str().unwrap().starts_with(start), "{line}");
    }
}

#[test]
fn a_panic_is_logged_as_json_with_its_location() {
    let line = Bootstrap::new(ECHO, &[]).fail_to_start(&["AWS_LAMBDA_FUNCTION_NAME"]).unwrap();
    assert_eq!(line["level"], "ERROR");
    assert!(line["message"].as_str().unwrap().contains("panic: Missing AWS_LAMBDA_FUNCTION_NAME"), "{line}");
    assert!(line["place"].as_str().unwrap().contains("lambda_runtime"), "{line}");
}
