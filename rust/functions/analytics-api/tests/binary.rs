//! Runs the function's binary as Lambda does, with tables that are unreachable.

// Makes clippy treat the helpers as test code.
#![cfg(test)]

use bootstrap_test::Bootstrap;
use serde_json::json;

const ENVIRONMENT: [(&str, &str); 8] = [
    ("VIEWS_TABLE", "views"),
    ("TOTALS_TABLE", "totals"),
    ("ACCOUNTS_TABLE", "accounts"),
    ("STATE_TABLE", "state"),
    ("ANALYTICS_SITES", r#"["https://example.com"]"#),
    ("ANALYTICS_WWW_IS_APEX", "false"),
    ("VIEW_RETENTION_DAYS", "90"),
    ("PATHS_PER_DAY", "1000"),
];

fn function() -> Bootstrap<'static> {
    Bootstrap::new(env!("CARGO_BIN_EXE_analytics-api"), &ENVIRONMENT)
}

#[test]
fn each_request_has_a_complete_closing_line() {
    let requests = [
        (include_str!("../events/http-a-js.json"), "GET /analytics/a.js", 200),
        (include_str!("../events/http-collect.json"), "POST /analytics/collect", 503),
    ];
    function().assert_closing_lines("analytics-api", &requests);
}

#[test]
fn a_rejected_view_is_a_metric_without_log_line() {
    let event = include_str!("../events/http-collect.json").replace("https://example.com", "https://evil.example");
    let run = function().invoke(&[&event]).unwrap();
    let [line] = run.lines.as_slice() else { panic!("{:?}", run.lines) };
    assert_eq!((&line["ViewsRefused"], &line["reason"]), (&json!(1), &json!("UnknownSite")));
    let directives = &line["_aws"]["CloudWatchMetrics"];
    assert_eq!(directives[0]["Namespace"], "analytics-api");
    assert_eq!(directives[0]["Dimensions"], json!([["function_name"]]));
    assert_eq!(directives[1]["Dimensions"], json!([["function_name", "reason"]]));
    assert!(!line.to_string().contains("evil.example"), "{line}");
}
