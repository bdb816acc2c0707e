//! The function as Lambda runs it: a process with an environment, a runtime API to ask, and logs to write.

// So that clippy takes the helpers for test code, too.
#![cfg(test)]

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;

use serde_json::{Value, json};

const ECHO: &str = env!("CARGO_BIN_EXE_echo");

const LAMBDA: [(&str, &str); 3] = [
    ("AWS_LAMBDA_FUNCTION_NAME", "echo"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
];

/// What the process answers to a payload: where to, and what.
struct Answer {
    path: String,
    body: String,
}

/// Run the function for some payloads: its answers, and its log.
fn invoke(rust_log: &str, payloads: &[&str]) -> (Vec<Answer>, Vec<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut process = Command::new(ECHO)
        .env_clear()
        .envs(LAMBDA)
        .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
        .env("RUST_LOG", rust_log)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = process.stdout.take().unwrap();
    let log = thread::spawn(move || {
        let log = io::read_to_string(stdout).unwrap();
        // Should the function end early, this keeps `accept` from waiting for ever.
        drop(TcpStream::connect(address));
        log
    });
    let answers = (1..).zip(payloads).map(|(number, payload)| answer(&listener, number, payload)).collect();
    process.kill().unwrap();
    process.wait().unwrap();
    (answers, lines(&log.join().unwrap()))
}

/// Give the function a payload as soon as it asks for one, and take its answer.
fn answer(listener: &TcpListener, number: usize, payload: &str) -> Answer {
    let (mut next, _) = accept(listener);
    let headers = format!("lambda-runtime-aws-request-id: id-{number}\r\nlambda-runtime-deadline-ms: 0\r\n");
    respond(&mut next, "200 OK", &headers, payload);
    let (mut posted, answer) = accept(listener);
    respond(&mut posted, "202 Accepted", "", "");
    answer
}

/// Take one request.
fn accept(listener: &TcpListener) -> (TcpStream, Answer) {
    let (stream, _) = listener.accept().unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut lines = reader.by_ref().lines().map(Result::unwrap);
    let path = lines.next().expect("a request, unless the function has ended").split(' ').nth(1).unwrap().to_owned();
    let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let length = headers.iter().find_map(|header| header.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = String::new();
    reader.take(length.unwrap_or(0)).read_to_string(&mut body).unwrap();
    (stream, Answer { path, body })
}

/// Reply to a request, and let the next one come by itself.
fn respond(stream: &mut TcpStream, status: &str, headers: &str, body: &str) {
    let length = body.len();
    write!(stream, "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
        .unwrap();
}

/// Run the function in an environment in which it cannot start: the one line that it logs.
fn fail(environment: &[(&str, &str)]) -> Value {
    let output = Command::new(ECHO).env_clear().envs(environment.iter().copied()).output().unwrap();
    assert!(!output.status.success());
    assert_eq!(output.stderr, b"");
    let mut lines = lines(&String::from_utf8(output.stdout).unwrap());
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines.remove(0)
}

/// A log, which has a JSON object on each line.
fn lines(log: &str) -> Vec<Value> {
    log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn payloads_are_answered_and_a_callers_mistake_is_not_logged() {
    let payloads = [r#"{"message": "hi"}"#, r#"{"message": 1}"#, "{", include_str!("../events/http.json")];
    let (answers, log) = invoke("info", &payloads);
    let paths: Vec<&str> = answers.iter().map(|answer| answer.path.rsplit_once("/invocation/").unwrap().1).collect();
    assert_eq!(paths, ["id-1/response", "id-2/error", "id-3/error", "id-4/response"]);
    assert_eq!(answers[0].body, r#"{"echo":"hi... hi... hi..."}"#);
    for mistake in [&answers[1], &answers[2]] {
        assert!(mistake.body.starts_with(r#"{"errorType":"InvalidMessage","errorMessage":"Send "#), "{}", mistake.body);
    }
    assert!(log.is_empty(), "{log:?}");
}

#[test]
fn a_log_line_has_its_time_and_the_request_id_whatever_is_logged() {
    let (_, log) = invoke("error,lambda_runtime::layers::api_response=trace", &[r#"{"message": "hi"}"#]);
    let [line] = log.as_slice() else { panic!("{log:?}") };
    assert_eq!((&line["level"], &line["span"]["requestId"]), (&json!("TRACE"), &json!("id-1")));
    let time = line["timestamp"].as_str().unwrap();
    assert!(time.len() == "2026-11-21T03:19:00.000000Z".len() && time.ends_with('Z'), "{time}");
}

#[test]
fn a_rust_log_that_is_not_understood_stops_the_start() {
    let line = fail(&[("RUST_LOG", "inof")]);
    assert_eq!(line["level"], "ERROR");
    assert!(line["error"].as_str().unwrap().starts_with(r#"RUST_LOG is "inof", which is no log level."#), "{line}");
}

#[test]
fn a_panic_is_logged_as_json_with_its_place() {
    let line = fail(&[]);
    assert_eq!(line["level"], "ERROR");
    assert!(line["message"].as_str().unwrap().contains("panic: Missing AWS_LAMBDA_FUNCTION_NAME"), "{line}");
    assert!(line["place"].as_str().unwrap().contains("lambda_runtime"), "{line}");
}
