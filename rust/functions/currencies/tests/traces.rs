//! Runs the function's binary with the feature `otel` against a collector that decodes OTLP:
//! `cargo test -p currencies --features otel --test traces`.

// Makes clippy treat the helpers as test code.
#![cfg(test)]

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use bootstrap_test::{Bootstrap, Run, Server};
use serde_json::{Value, json};

const GET: &str = include_str!("../events/http-get.json");
const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a87bd80c:0";
const ITEM: &str = r#"{"Item": {"pk": {"S": "currency"}, "code": {"S": "ZZZ"}, "name": {"S": "secret-name"},
    "symbol": {"S": "secret-symbol"}, "version": {"N": "1"}}}"#;

/// A span as the collector received it.
#[derive(Debug)]
struct Span {
    fields: Value,
    attributes: BTreeMap<String, Value>,
}

impl Span {
    fn text(&self, field: &str) -> &str {
        self.fields[field].as_str().unwrap()
    }
}

fn attributes(of: &Value) -> BTreeMap<String, Value> {
    let value = |attribute: &Value| attribute["value"].as_object().unwrap().values().next().unwrap().clone();
    let attribute = |attribute: &Value| (attribute["key"].as_str().unwrap().to_owned(), value(attribute));
    of["attributes"].as_array().unwrap().iter().map(attribute).collect()
}

fn collector() -> Server {
    Server::start(|_| ("200 OK", "{}".to_owned())).unwrap()
}

/// Returns the resource and the spans of each request to the collector.
fn exports(collector: &Server) -> Vec<(BTreeMap<String, Value>, Vec<Span>)> {
    let export = |body: &str| {
        let body: Value = serde_json::from_str(body).unwrap();
        let [resource] = body["resourceSpans"].as_array().unwrap().as_slice() else { panic!("{body}") };
        let spans =
            resource["scopeSpans"].as_array().unwrap().iter().flat_map(|scope| scope["spans"].as_array().unwrap());
        let spans = spans.map(|span| Span { fields: span.clone(), attributes: attributes(span) }).collect();
        (attributes(&resource["resource"]), spans)
    };
    let calls = collector.calls();
    assert!(calls.iter().all(|call| call.path == "/v1/traces"), "{calls:?}");
    calls.iter().map(|call| export(&call.body)).collect()
}

/// Returns the function's environment, with endpoints of DynamoDB and of the collector.
fn environment<'a>(dynamodb: &'a str, collector: &'a str) -> [(&'static str, &'a str); 7] {
    [
        ("CURRENCIES_TABLE", "currencies-7f3"),
        ("API_URL", "https://api.example.com"),
        ("OAUTH_AUTHORIZATION_URL", "https://sign-in.example.com/oauth2/authorize"),
        ("OAUTH_TOKEN_URL", "https://sign-in.example.com/oauth2/token"),
        ("OAUTH_CLIENT_ID", "client"),
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", collector),
    ]
}

/// Runs the function for some requests.
fn run(dynamodb: &str, collector: &str, trace: &str, events: &[&str]) -> Run {
    let environment = environment(dynamodb, collector);
    let function = Bootstrap { trace, ..Bootstrap::new(env!("CARGO_BIN_EXE_currencies"), &environment) };
    function.invoke(events).unwrap()
}

/// A table that fails once, and then has every item.
fn failing_once() -> Server {
    let mut is_first = true;
    Server::start(move |_| match std::mem::take(&mut is_first) {
        true => ("500 Internal Server Error", r#"{"__type": "InternalServerError"}"#.to_owned()),
        false => ("200 OK", ITEM.to_owned()),
    })
    .unwrap()
}

#[test]
fn an_invocation_and_its_calls_continue_the_x_ray_trace() {
    let collector = collector();
    run(&failing_once().url(), &collector.url(), TRACE, &[GET]);
    let exports = exports(&collector);
    let [(resource, spans)] = exports.as_slice() else { panic!("{exports:?}") };
    assert_eq!((&resource["service.name"], &resource["faas.name"]), (&json!("currencies"), &json!("function-4f2")));
    let [call, invocation] = spans.as_slice() else { panic!("{spans:?}") };
    for span in spans {
        assert_eq!(span.text("traceId"), "5759e988bd862e3fe1be46a994272793");
        assert!(span.text("startTimeUnixNano") <= span.text("endTimeUnixNano"), "{span:?}");
    }
    assert_eq!(
        (invocation.text("name"), invocation.text("parentSpanId")),
        ("GET /currencies/{code}", "53995c3f42cd8ad8")
    );
    assert_eq!((call.text("name"), call.text("parentSpanId")), ("DynamoDB.GetItem", invocation.text("spanId")));
    assert_eq!(invocation.attributes["faas.invocation_id"], "id-1");
    assert_eq!(invocation.attributes["http.response.status_code"], "200");
    assert_eq!(call.attributes["aws.dynamodb.table_names"], json!({"values": [{"stringValue": "currencies-7f3"}]}));
    assert_eq!(call.attributes["rpc.method"], "GetItem");
    assert_eq!(call.attributes["http.response.status_code"], "200");
    assert_eq!(call.attributes["http.request.resend_count"], "1");
}

#[test]
fn each_invocation_is_exported_before_its_response() {
    let collector = collector();
    run(&failing_once().url(), &collector.url(), TRACE, &[GET, GET]);
    let ids: Vec<Value> = exports(&collector)
        .iter()
        .map(|(_, spans)| spans.last().unwrap().attributes["faas.invocation_id"].clone())
        .collect();
    assert_eq!(ids, ["id-1", "id-2"]);
}

#[test]
fn failed_calls_and_invocations_are_marked() {
    let collector = collector();
    let denied = Server::start(|_| ("400 Bad Request", r#"{"__type": "AccessDeniedException"}"#.to_owned())).unwrap();
    run(&denied.url(), &collector.url(), TRACE, &[GET]);
    let [(_, spans)] = &exports(&collector)[..] else { panic!() };
    // https://opentelemetry.io/docs/specs/otel/protocol/: 2 is STATUS_CODE_ERROR.
    assert_eq!(
        spans.iter().map(|span| span.fields["status"]["code"].clone()).collect::<Vec<_>>(),
        [json!(2), json!(2)]
    );
    assert_eq!(spans[0].attributes["http.response.status_code"], "400");
    assert_eq!(spans[1].attributes["http.response.status_code"], "500");
}

#[test]
fn a_trace_that_is_not_sampled_is_not_exported() {
    let collector = collector();
    for trace in [TRACE.replace("Sampled=1", "Sampled=0"), "Root=1-5759e988-bd862e3fe1be46a994272793".to_owned()] {
        run(&failing_once().url(), &collector.url(), &trace, &[GET]);
    }
    assert_eq!(collector.calls(), []);
}

#[test]
fn an_absent_collector_costs_one_warning() {
    // Nothing listens on the port of a listener that is closed.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let run = run(&failing_once().url(), &format!("http://{address}"), TRACE, &[GET, GET]);
    assert!(run.answers.iter().all(|(_, body)| body.contains(r#""statusCode":200"#)), "{:?}", run.answers);
    let warnings: Vec<&Value> = run.lines.iter().filter(|line| line["level"] == "WARN").collect();
    let [warning] = warnings.as_slice() else { panic!("{:?}", run.lines) };
    assert!(warning["message"].as_str().unwrap().starts_with("traces are lost: "), "{warning}");
    assert_eq!(warning["function_request_id"], "id-1");
}

#[test]
fn a_connection_that_the_collector_has_closed_loses_no_span() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let collector = thread::spawn(move || {
        drop(listener.accept().unwrap());
        let (mut stream, _) = listener.accept().unwrap();
        let mut received = [0; 16];
        stream.read_exact(&mut received).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
        // Closing a connection with unread bytes would discard the response.
        (received, stream)
    });
    let run = run(&failing_once().url(), &format!("http://{address}"), TRACE, &[GET]);
    assert!(run.lines.iter().all(|line| line["level"] != "WARN"), "{:?}", run.lines);
    assert_eq!(collector.join().unwrap().0, *b"POST /v1/traces ");
}

#[test]
fn a_collector_that_never_responds_fails_no_invocation() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let collector = format!("http://{}", silent.local_addr().unwrap());
    let run = run(&failing_once().url(), &collector, TRACE, &[GET]);
    assert!(run.answers[0].1.contains(r#""statusCode":200"#), "{:?}", run.answers);
    assert!(run.lines.iter().any(|line| line["error"] == "no response within 200 ms"), "{:?}", run.lines);
}

#[test]
fn spans_contain_nothing_of_a_request_or_item() {
    let mut event: Value = serde_json::from_str(GET).unwrap();
    event["rawPath"] = json!("/currencies/QQQ");
    event["rawQueryString"] = json!("token=secret-query");
    event["headers"]["authorization"] = json!("Bearer secret-token");
    event["headers"]["user-agent"] = json!("secret-agent");
    let collector = collector();
    run(&failing_once().url(), &collector.url(), TRACE, &[&event.to_string()]);
    let [call] = &collector.calls()[..] else { panic!() };
    for secret in ["secret", "QQQ", "192.0.2"] {
        assert!(!call.body.contains(secret), "{}", call.body);
    }
}

#[test]
fn a_timeout_is_exported_before_lambda_ends_the_process() {
    let collector = collector();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let (table, endpoint) = (format!("http://{}", silent.local_addr().unwrap()), collector.url());
    let environment = environment(&table, &endpoint);
    let function = Bootstrap::new(env!("CARGO_BIN_EXE_currencies"), &environment);
    let function = Bootstrap { trace: TRACE, time: Duration::from_secs(1), ..function };
    function.invoke(&[GET]).unwrap();
    let exports = exports(&collector);
    let (_, spans) = &exports[0];
    assert_eq!((spans[0].text("name"), &spans[0].fields["status"]["code"]), ("GET /currencies/{code}", &json!(2)));
}
